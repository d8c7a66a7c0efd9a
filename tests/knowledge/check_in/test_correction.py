"""Corrections: what "wait, it was my left leg" leaves of an answer that was given before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import Progress, Said, step
from knowledge.check_in.messages import question_message
from knowledge.check_in.reading import Reader

CHECK_IN = load_check_in()
READER = Reader(CHECK_IN)
TODAY = date(2026, 11, 22)
ANSWERS: dict[str, tuple[str, ...]] = {
    "age": ("adult",), "now": ("none",), "body": ("none",), "where": ("jaw", "neck"), "how_long": ("days",),
}  # fmt: skip


def after(text: str, open_question: str | None = "impact", **progress: Any) -> Progress:
    answers = {**ANSWERS, **progress.pop("answers", {})}
    now = Progress(answers=answers, question=open_question, **progress)
    said = READER.read(text, now, TODAY) if open_question else READER.correction(text, now, TODAY)
    assert isinstance(said, Said), text
    return step(CHECK_IN, now, said)


def note(text: str, **progress: Any) -> str:
    found: str = question_message(CHECK_IN, after(text, **progress), "en")["data"]["note"]
    return found


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("wait, it was my left leg", "left leg"),
        ("correction: both knees and my left foot", "both knees, left foot"),
        ("sorry I meant my hips", "Hips"),
        ("actually just the neck", "Neck"),
        ("actually nowhere", "Nowhere right now"),
        ("also my left shoulder", "Jaw, Neck, Shoulders (left)"),
        ("I forgot my lower back", "Jaw, Neck, Low back"),
        ("and my hands too", "Jaw, Neck, hands"),
        ("no wait, not my jaw", "Neck"),
        ("it's not my jaw", "Neck"),
        ("not the jaw", "Neck"),
        ("wait not the neck, the shoulders", "Jaw, Shoulders"),
        ("oops I meant the right side of my neck", "Jaw, Neck (right)"),
        ("perdón, la cadera", "Hips"),
    ],
)
def test_places_are_added_taken_back_swapped_or_put_in_place_of_all_and_what_stands_now_is_said(
    text: str, where: str
) -> None:
    assert note(text) == f"Changed. Where: {where}."


def test_a_side_alone_changes_the_one_place_that_has_one() -> None:
    assert note("wait, the left one", answers={"where": ("neck", "hips")}, sides={"hips": "right"}) == (
        "Changed. Where: Neck, Hips (left)."
    )
    assert note("sorry, left, not right", answers={"where": ("other",)}, parts={"other": "right leg"}) == (
        "Changed. Where: left leg."
    )
    assert READER.read("wait, the left one", Progress(answers=ANSWERS, question="impact"), TODAY) is None


def test_while_pain_is_asked_about_no_place_is_taken_away_by_denying_it() -> None:
    now = Progress(answers={**ANSWERS, "where": ("neck", "chest")}, question="pressure")
    assert READER.read("no chest pain", now, TODAY) is None
    assert READER.read("actually no chest", now, TODAY) is None
    said = READER.read("sorry, I meant my neck and jaw", now, TODAY)
    assert isinstance(said, Said) and (said.question, said.choices) == ("where", ("jaw", "neck"))


@pytest.mark.parametrize(
    "text", ["Oh, that goes back ten years", "it's my neck, from forty years of driving", "wait, no", "and I am tired"]
)
@pytest.mark.parametrize("open_question", ["now", "where", "how_long"])
def test_a_story_with_a_number_changes_no_age_and_a_bare_no_no_earlier_answer(text: str, open_question: str) -> None:
    now = Progress(answers={"age": ("adult",), "now": ("none",), "body": ("none",)}, question=open_question)
    said = READER.read(text, now, TODAY)
    assert not isinstance(said, Said) or said.question == open_question


def test_an_age_that_is_put_right_counts() -> None:
    assert after("wait, I'm only 16").answers["age"] == ("minor",)


def test_an_answer_to_the_open_question_is_no_correction() -> None:
    assert after("not much in the neck").answers == {**ANSWERS, "impact": ("not_at_all",)}


def test_with_no_place_left_the_question_is_open_again() -> None:
    now = after("not the jaw", answers={"where": ("jaw",)})
    assert (now.question, now.note) == ("where", "back")


def test_a_sign_that_is_remembered_later_counts() -> None:
    now = after("wait, I do have a fever")
    assert (now.answers["body"], now.question) == (("fever",), None)


@pytest.mark.parametrize("text", ["wait, no cancer after all", "sorry, I meant none of these", "actually, not cancer"])
def test_a_sign_is_never_taken_back_in_passing_but_its_question_is_asked_again(text: str) -> None:
    now = after(text, open_question="where", answers={"body": ("cancer",), "where": ()})
    if now.question == "body":
        assert now.note == "back"
    assert now.answers["body"] == ("cancer",)


signs = [choice.id for choice in CHECK_IN.question("body").choices if choice.effect == "C"]
sayings = st.sampled_from(
    ["wait, ", "actually ", "sorry, I meant ", "no, ", "not ", "also ", "wait, not ", "only ", "correction: no "]
)


@given(st.lists(st.sampled_from(signs), min_size=1, unique=True), sayings, st.data())
def test_no_correction_leaves_less_of_a_red_flag(picked: list[str], saying: str, data: Any) -> None:
    choice = data.draw(st.sampled_from(CHECK_IN.question("body").choices))
    now = Progress(answers={**ANSWERS, "body": tuple(picked)}, question="impact")
    said = READER.read(saying + choice.label["en"], now, TODAY)
    if isinstance(said, Said):
        assert set(picked) <= set(step(CHECK_IN, now, said).answers["body"])


def test_after_the_end_a_correction_must_be_announced_plainly() -> None:
    through = Progress(answers={**ANSWERS, "impact": ("a_little",)}, question=None)
    said = READER.correction("wait, it was my left leg", through, TODAY)
    assert said is not None and (said.question, said.parts) == ("where", {"other": "left leg"})
    assert READER.correction("actually my hips", through, TODAY) is None
    assert READER.correction("what about my hips", through, TODAY) is None

"""Reading typed answers: what people say, and above all what must never be taken for a "none"."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import Progress, Said
from knowledge.check_in.reading import Reader, looks_asked

CHECK_IN = load_check_in()
READER = Reader(CHECK_IN)
TODAY = date(2026, 11, 22)
BEFORE = {"age": ("adult",), "now": ("none",), "body": ("none",), "where": ("jaw",), "how_long": ("days",)}


def read(question: str, text: str) -> Any:
    names = [each.id for each in CHECK_IN.questions]
    answers = {name: picked for name, picked in BEFORE.items() if names.index(name) < names.index(question)}
    return READER.read(text, Progress(answers=answers, question=question), TODAY)


def choices(question: str, text: str) -> tuple[str, ...] | None:
    said = read(question, text)
    return said.choices if isinstance(said, Said) and said.move == "answer" else None


@pytest.mark.parametrize("question", [each.id for each in CHECK_IN.questions])
def test_every_label_is_read_as_its_choice_and_so_is_its_number(question: str) -> None:
    for number, choice in enumerate(CHECK_IN.question(question).choices, start=1):
        assert choices(question, choice.label["en"]) == (choice.id,)
        assert choices(question, str(number)) == (choice.id,)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("it gets in the way a little", "a_little"),
        ("gets in the way a bit", "a_little"),
        ("gets in the way sometimes", "a_little"),
        ("it gets in the way a lot", "a_lot"),
        ("it gets in the way", "a_lot"),
        ("it doesn't get in the way much", "not_at_all"),
    ],
)
def test_the_questions_own_words_in_an_answer_do_not_outweigh_how_much(text: str, choice: str) -> None:
    assert choices("impact", text) == (choice,)


@pytest.mark.parametrize(
    ("question", "text", "wanted"),
    [
        ("where", "Jaw, Neck", ("jaw", "neck")),
        ("where", "1 and 3", ("jaw", "shoulders")),
        ("where", "my neck and a bit my jaw", ("jaw", "neck")),
        ("where", "not my neck, my jaw", ("jaw",)),
        ("where", "not just my neck, my jaw too", ("jaw", "neck")),
        ("where", "upper back", ("shoulders",)),
        ("where", "sholders", ("shoulders",)),
        ("where", "back", ("low_back",)),
        ("impact", "not a lot, just a little", ("a_little",)),
        ("impact", "fine mostly but I can't work", ("cannot",)),
        ("stress", "okay, but a lot last week", ("a_lot",)),
        ("age", "I'm 34", ("adult",)),
        ("age", "17 and a half", ("minor",)),
        ("age", "I'll be 18 in May", ("minor",)),
        ("pressure", "not right now", ("none",)),
        ("pressure", "no pain, no pressure", ("none",)),
        ("where", "nope", ("nowhere",)),
        ("help", "can someone call me?", ("talk",)),
    ],
)
def test_an_answer_in_ones_own_words_is_understood(question: str, text: str, wanted: tuple[str, ...]) -> None:
    assert choices(question, text) == wanted


@pytest.mark.parametrize(
    ("question", "text", "wanted"),
    [
        ("body", "numb between the legs", ("numb_groin",)),
        ("body", "I don't have any feeling down there", ("numb_groin",)),
        ("now", "I never feel safe around my uncle", ("danger",)),
        ("how_long", "a month, or three", ("long",)),
        ("how_long", "unas semanas", ("weeks",)),
        ("impact", "it does not", ("not_at_all",)),
        ("impact", "it does not let me work", ("cannot",)),
        ("impact", "I can barely stand", ("cannot",)),
        ("where", "el cuello y la cadera", ("neck", "hips")),
        ("age", "born in 2011", ("minor",)),
        ("movement", "nothing in particular", ("none",)),
    ],
)
def test_words_that_turn_round_leave_out_or_say_it_in_spanish_are_understood(
    question: str, text: str, wanted: tuple[str, ...]
) -> None:
    assert choices(question, text) == wanted


def test_a_place_is_read_with_its_side() -> None:
    assert read("where", "my left hip and both shoulders").sides == {"hips": "left", "shoulders": "both"}


@pytest.mark.parametrize("question", [each.id for each in CHECK_IN.questions if each.red_flag])
@pytest.mark.parametrize(
    "text", ["no", "Nope!", "none of these", "no, nothing like that", "No, thank God", "not at all"]
)
def test_a_plain_no_on_a_red_flag_is_none(question: str, text: str) -> None:
    assert choices(question, text) == ("none",)


HALF = [
    "no but sometimes", "not really", "no idea", "no, maybe", "not sure", "no except at night", "nothing serious",
    "I don't think so", "no not none", "well", "no however", "not always", "no, sort of", "not fine", "I'm not okay",
    "nothing new", "no change", "no longer", "no doubt", "no more than usual", "not only that", "no way to tell",
]  # fmt: skip


@pytest.mark.parametrize("question", ["now", "body"])
@pytest.mark.parametrize("text", HALF)
def test_half_a_no_on_a_red_flag_is_not_taken(question: str, text: str) -> None:
    assert choices(question, text) != ("none",)


@given(st.sampled_from(["now", "body", "pressure"]), st.data())
def test_a_named_sign_is_never_taken_for_none_whatever_stands_around_it(question: str, data: Any) -> None:
    signs = [choice for choice in CHECK_IN.question(question).choices if choice.effect]
    sign = data.draw(st.sampled_from(signs))
    before = data.draw(st.sampled_from(["", "no, ", "none, but ", "nothing else. ", "well, ", "I have ", "no no "]))
    after = data.draw(st.sampled_from(["", " I think", ", nothing else", " but no pain", " since today", "."]))
    assert choices(question, f"{before}{sign.label['en']}{after}") != ("none",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("skip", "skip"),
        ("I'd rather not say", "skip"),
        ("go back", "back"),
        ("change that", "back"),
        ("oops, wrong button", "back"),
        ("why do you ask?", "why"),
        ("what's that got to do with it", "why"),
        ("start over", "restart"),
        ("let's continue", "resume"),
    ],
)
@pytest.mark.parametrize("question", ["now", "where", "how_long", "stress"])
def test_the_ways_around_an_answer_are_understood_in_every_question(question: str, text: str, wanted: str) -> None:
    assert read(question, text).move == wanted


@pytest.mark.parametrize("text", ["stop", "I have to go", "can we finish this later", "that's enough questions"])
def test_stop_is_understood(text: str) -> None:
    assert read("impact", text) == "stop"


def test_not_now_answers_a_question_about_now() -> None:
    assert choices("now", "not now") == ("none",)


@pytest.mark.parametrize(
    ("question", "text", "of", "wanted"),
    [
        ("how_long", "wait, it was my left leg", "where", ("other",)),
        ("impact", "actually three weeks", "how_long", ("weeks",)),
        ("impact", "sorry, I meant my hip", "where", ("hips",)),
        ("impact", "actually a lot", "impact", ("a_lot",)),
    ],
)
def test_a_correction_is_read_as_the_nearest_question_that_it_answers(
    question: str, text: str, of: str, wanted: tuple[str, ...]
) -> None:
    said = read(question, text)
    assert (said.question, said.choices) == (of, wanted)


@pytest.mark.parametrize(
    "text", ["what is the psoas?", "can stress cause back pain?", "how long does it take", "xyzzy", "", "?!"]
)
def test_what_is_no_answer_is_left_to_others(text: str) -> None:
    assert read("how_long", text) is None


def test_nothing_is_read_when_no_question_is_open() -> None:
    assert READER.read("yes", Progress(), TODAY) is None


def test_going_on_and_changing_an_answer_are_known_as_whole_messages_only() -> None:
    assert READER.says("resume", "OK, let's continue!")
    assert not READER.says("resume", "how do I continue my therapy after moving away?")
    assert READER.says("revise", "I'd like to change my answer")
    assert not READER.says("revise", "how can I change my life")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("my neck", False),
        ("is it bad", True),
        ("the neck?", False),
        ("my neck hurts so much?", True),
        ("can hardly walk", False),
        ("can you help me", True),
    ],
)
def test_a_question_is_told_from_an_answer(text: str, asked: bool) -> None:
    assert looks_asked(text) is asked


@given(st.sampled_from([each.id for each in CHECK_IN.questions]), st.text(max_size=80))
def test_any_text_is_read_without_an_error_and_only_as_choices_that_exist(question: str, text: str) -> None:
    said = read(question, text)
    if isinstance(said, Said) and said.move == "answer":
        known = {choice.id for choice in CHECK_IN.question(said.question or question).choices}
        assert said.choices and set(said.choices) <= known

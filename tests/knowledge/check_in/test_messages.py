"""What the check-in says: the text alone is enough, the parts agree, the result names answers really given."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Situation
from knowledge.cards import Library
from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import Progress
from knowledge.check_in.decision import decide
from knowledge.check_in.messages import question_message, result_message, resume_choice, stopped_message
from knowledge.check_in.sharing import shared
from knowledge.safety.help_lines import load_help_lines
from knowledge.style import reading_grade

CHECK_IN = load_check_in()
LINES = dict(load_help_lines())
CALM: dict[str, tuple[str, ...]] = {
    "age": ("adult",), "now": ("none",), "body": ("none",), "where": ("neck",), "how_long": ("days",),
    "impact": ("a_little",), "stress": ("some",), "movement": ("none",), "help": ("read",),
}  # fmt: skip


def asked(question: str, note: str | None = None, **progress: Any) -> dict[str, Any]:
    return question_message(CHECK_IN, Progress(question=question, **progress), "en", note)


def result(library: Library, pinned: str | None = None, **changes: tuple[str, ...]) -> dict[str, Any]:
    progress = Progress(
        answers={**CALM, **changes}, sides={"hips": "left"} if "hips" in changes.get("where", ()) else {}
    )
    outcome = decide(CHECK_IN, progress.answers, pinned)
    tier = CHECK_IN.level(outcome.level).tier
    return result_message(CHECK_IN, progress, outcome, library, Situation(pinned=tier), LINES)


@pytest.mark.parametrize("question", [each.id for each in CHECK_IN.questions])
def test_the_text_of_a_question_alone_holds_all_that_the_buttons_say(question: str) -> None:
    message = asked(question)
    for number, choice in enumerate(CHECK_IN.question(question).choices, start=1):
        assert f"{number}. {choice.label['en']}" in message["text"]
    assert message["data"]["ask"] in message["text"]


@pytest.mark.parametrize("question", [each.id for each in CHECK_IN.questions])
def test_the_choices_are_the_answers_then_the_controls(question: str) -> None:
    message = asked(question, answers={"age": ("adult",)})
    count = len(message["data"]["answers"])
    said = [choice["payload"]["entities"].get("check_in_said", {"move": "stop"}) for choice in message["choices"]]
    assert [each["move"] for each in said[:count]] == ["answer"] * count
    assert [each["move"] for each in said[count:]] == message["data"]["controls"] == ["skip", "back", "why", "stop"]


def test_the_first_question_offers_no_way_back_and_says_what_this_is() -> None:
    message = asked("age")
    assert message["data"]["controls"] == ["skip", "why", "stop"]
    assert "can't say what is wrong" in message["text"]


def test_why_is_not_offered_right_after_it_was_answered() -> None:
    message = asked("now", note=None, answers={"age": ("adult",)})
    assert "why" in message["data"]["controls"]
    told = question_message(CHECK_IN, Progress(answers={"age": ("adult",)}, question="now", note="why"), "en")
    assert "why" not in told["data"]["controls"]
    assert told["data"]["note"] == CHECK_IN.question("now").text("en")["why"]


def test_progress_is_said_in_words() -> None:
    assert asked("where")["data"]["progress"] == {"at": 3, "of": 8, "text": "3 of 8"}
    assert asked("where")["text"].startswith("3 of 8.")


@pytest.mark.parametrize(
    ("question", "words"),
    [("now", "None of these"), ("where", "part of the body"), ("how_long", "how long"), ("age", "your age")],
)
def test_what_was_not_understood_is_explained_by_the_kind_of_question(question: str, words: str) -> None:
    assert words in asked(question, "unclear")["data"]["note"]


def test_a_red_flag_left_out_is_followed_by_its_list() -> None:
    message = question_message(CHECK_IN, Progress({"now": ()}, question="body", note="skipped", last="now"), "en")
    assert "911" in message["data"]["note"]


def test_the_body_map_has_a_kind_of_its_own_and_the_earlier_answers() -> None:
    message = asked("where", answers={"where": ("jaw", "hips")})
    assert (message["kind"], message["data"]["several"], message["data"]["picked"]) == (
        "body_map",
        True,
        ["jaw", "hips"],
    )


def test_a_stopped_check_in_offers_to_go_on() -> None:
    assert stopped_message(CHECK_IN, "en")["choices"] == [resume_choice(CHECK_IN, "en")]


def test_a_calm_result_offers_reading_movement_and_a_person_what_was_asked_for_first(library: Library) -> None:
    message = result(library, help=("move",))
    titles = [section["title"] for section in message["data"]["sections"]]
    assert titles == ["Gentle movement", "Something to read", "Reach somebody", ""]
    assert sum(section["choices"] for section in message["data"]["sections"]) == len(message["choices"])
    assert [choice["topic"] for choice in message["choices"]][:2] == ["stretch-menu", "neck-and-shoulders"]


@pytest.mark.parametrize("changes", [{"now": ("chest",)}, {"body": ("fever",)}, {"age": ("minor",)}])
def test_an_urgent_result_offers_no_movement_no_form_and_nothing_to_share(
    library: Library, changes: dict[str, tuple[str, ...]]
) -> None:
    message = result(library, **changes)
    topics = {choice["topic"] for choice in message["choices"]}
    assert not topics & {"seated-marching", "stretch-menu", "contact"}
    assert message["data"]["share"] is None


def test_the_result_says_because_you_picked_and_the_place_with_its_side(library: Library) -> None:
    message = result(library, where=("neck", "hips"), stress=("too_much",))
    assert "Because you picked: more stress than you can handle." in message["text"]
    assert "neck, hips (left)" in message["text"]
    assert "988" in message["text"]


def test_movement_that_is_held_back_says_why(library: Library) -> None:
    assert "hernia" in " ".join(result(library, movement=("hernia",))["data"]["movement"].split())
    assert "left out" in result(library, movement=())["data"]["movement"]


def test_what_was_written_earlier_is_named_as_the_reason(library: Library) -> None:
    assert "earlier in this chat" in result(library, pinned="M1")["text"]


any_answers = st.fixed_dictionaries(
    {
        question.id: st.lists(st.sampled_from([each.id for each in question.choices]), unique=True).map(tuple)
        for question in CHECK_IN.questions
    }
)


@given(any_answers)
def test_no_result_names_an_answer_that_was_not_given(library: Library, answers: dict[str, tuple[str, ...]]) -> None:
    outcome = decide(CHECK_IN, answers)
    message = result_message(CHECK_IN, Progress(answers=answers), outcome, library, Situation(), LINES)
    picked = {c.picked["en"] for q in CHECK_IN.questions for c in q.choices if c.id in answers[q.id]}
    for sentence in message["data"]["picked"]:
        named = re.match(r"Because you picked: (.*)\.$", sentence)
        assert named is None or all(part in "; ".join(picked) for part in named[1].split(", "))


@given(any_answers)
def test_no_result_grades_names_or_reassures(library: Library, answers: dict[str, tuple[str, ...]]) -> None:
    message = result_message(
        CHECK_IN, Progress(answers=answers), decide(CHECK_IN, answers), library, Situation(), LINES
    )
    text = message["text"].lower()
    assert not re.search(
        r"\bscore|severity|moderate|probab|diagnos|you are fine|you're fine|screening|\bpoints\b(?! to)", text
    )
    assert "may miss things" in text


def test_every_result_reads_at_eighth_grade_and_the_emergency_at_fifth(library: Library) -> None:
    for changes, grade in (
        ({}, 8.0),
        ({"stress": ("too_much",)}, 8.0),
        ({"body": ("fever",)}, 8.0),
        ({"now": ("faint",)}, 5.0),
    ):
        assert reading_grade(result(library, **changes)["data"]["now"]) <= grade  # type: ignore[arg-type]


# ---------------------------------------------------------------- sharing


def test_what_would_be_shared_is_each_answer_once_and_the_level_and_nothing_else() -> None:
    progress = Progress(answers={**CALM, "where": ("neck", "hips"), "movement": ()}, sides={"hips": "left"})
    found = shared(CHECK_IN, progress, decide(CHECK_IN, progress.answers))
    assert found["lines"] == [
        "Age: Yes, 18 or older", "Happening now: None of these", "Back, hip or leg: None of these",
        "Where: Neck, Hips (left)", "How long: A few days", "In the way: A little", "Stress: Some",
        "Before movement: left out", "What would help: Something to read", "Next step it pointed to: At your own pace",
    ]  # fmt: skip
    assert found["text"] == "\n".join(found["lines"])


def test_answers_to_questions_that_were_never_asked_are_not_shared() -> None:
    progress = Progress(answers={**CALM, "sudden": ("suddenly",)})
    assert not any("Sudden" in line for line in shared(CHECK_IN, progress, decide(CHECK_IN, progress.answers))["lines"])


def test_a_side_belongs_to_the_place_and_to_no_other_choice_of_that_name() -> None:
    progress = Progress(answers={"now": ("chest",), "where": ("chest",)}, sides={"chest": "left"})
    lines = shared(CHECK_IN, progress, decide(CHECK_IN, progress.answers))["lines"]
    assert lines[:2] == ["Happening now: Chest pain or pressure", "Where: Chest (left)"]


def test_labels_are_short_and_no_two_of_a_question_are_alike() -> None:
    for question in CHECK_IN.questions:
        labels = [choice.label["en"] for choice in question.choices]
        assert all(a != b for a, b in itertools.combinations(labels, 2))

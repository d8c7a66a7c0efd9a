"""The course: what is asked next, back, skip, corrections, and where it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import ENDS, Progress, Said, asked_before, begin, place, step
from knowledge.check_in.decision import decide, is_asked

CHECK_IN = load_check_in()
CALM = ["adult", "none", "none", "neck", "days", "a_little", "some", "none", "read"]


def after(*choices: str) -> Progress:
    """Return the progress after these choices, from the beginning."""
    now = begin(CHECK_IN)
    for choice in choices:
        now = step(CHECK_IN, now, Said("answer", (choice,)))
    return now


def test_it_begins_with_the_age() -> None:
    assert begin(CHECK_IN) == Progress(question="age")


def test_the_calm_way_asks_nine_questions_and_ends() -> None:
    assert [after(*CALM[:number]).question for number in range(10)] == [
        "age", "now", "body", "where", "how_long", "impact", "stress", "movement", "help", None,
    ]  # fmt: skip


def test_a_question_that_hangs_on_an_answer_is_asked_only_then() -> None:
    assert after("adult", "none", "none", "chest").question == "pressure"
    assert after("adult", "none", "none", "chest", "none").question == "how_long"
    assert after(*CALM[:5], "cannot").question == "sudden"


@pytest.mark.parametrize("choices", [("minor",), ("adult", "chest"), ("adult", "thoughts"), ("adult", "none", "fever")])
def test_an_urgent_answer_ends_it(choices: tuple[str, ...]) -> None:
    now = after(*choices)
    assert now.question is None
    assert decide(CHECK_IN, now.answers).level in ENDS


def test_a_sign_that_is_not_urgent_does_not_end_it() -> None:
    assert after("adult", "none", "cancer").question == "where"


@pytest.mark.parametrize(("tier", "question"), [("T2", None), ("M1", None), ("M2", None), ("T3", "age"), (None, "age")])
def test_what_was_raised_earlier_may_end_it_before_it_begins(tier: str | None, question: str | None) -> None:
    assert begin(CHECK_IN, tier).question == question


def test_a_question_can_be_left_out_and_counts_as_asked() -> None:
    now = step(CHECK_IN, after("adult"), Said("skip"))
    assert (now.answers["now"], now.question, now.note, now.last) == ((), "body", "skipped", "now")


def test_a_skip_of_an_earlier_question_leaves_everything_as_it_is() -> None:
    now = after("adult", "none")
    assert step(CHECK_IN, now, Said("skip", question="now")) == now


def test_back_opens_the_question_before_and_a_new_answer_goes_on_where_one_was() -> None:
    now = step(CHECK_IN, after(*CALM[:5]), Said("back"))
    assert (now.question, now.note) == ("how_long", "back")
    assert step(CHECK_IN, now, Said("answer", ("long",))).question == "impact"


def test_back_twice_goes_two_questions_back() -> None:
    now = step(CHECK_IN, step(CHECK_IN, after(*CALM[:5]), Said("back")), Said("back"))
    assert now.question == "where"


def test_there_is_no_way_back_from_the_first_question() -> None:
    now = step(CHECK_IN, begin(CHECK_IN), Said("back"))
    assert (now.question, now.note) == ("age", "first")


def test_back_from_the_end_opens_the_last_question() -> None:
    assert step(CHECK_IN, after(*CALM), Said("back")).question == "help"
    assert step(CHECK_IN, after("adult", "chest"), Said("back")).question == "now"


def test_a_correction_changes_the_earlier_answer_and_keeps_the_open_question() -> None:
    now = step(CHECK_IN, after(*CALM[:5]), Said("answer", ("hips",), "where", {"hips": "left"}))
    assert (now.answers["where"], now.question, now.note, now.sides) == (
        ("hips",),
        "impact",
        "corrected",
        {"hips": "left"},
    )


def test_a_correction_drops_the_answer_to_a_question_that_is_not_asked_any_more() -> None:
    now = after("adult", "none", "none", "chest", "none")
    now = step(CHECK_IN, now, Said("answer", ("neck",), "where"))
    assert "pressure" not in now.answers


def test_a_correction_opens_a_question_that_hangs_on_the_new_answer() -> None:
    assert step(CHECK_IN, after(*CALM[:5]), Said("answer", ("belly",), "where")).question == "pressure"


def test_sides_are_kept_with_the_places_alone() -> None:
    now = step(CHECK_IN, after(*CALM[:3]), Said("answer", ("hips",), "where", {"hips": "right"}))
    assert step(CHECK_IN, now, Said("answer", ("days",))).sides == {"hips": "right"}
    assert step(CHECK_IN, now, Said("answer", ("hips",), "where")).sides == {"hips": "right"}, "tapped again"
    assert step(CHECK_IN, now, Said("answer", ("neck",), "where")).sides == {}


def test_a_place_keeps_the_name_that_it_was_given_while_it_is_picked() -> None:
    now = step(CHECK_IN, after(*CALM[:3]), Said("answer", ("other",), "where", parts={"other": "left leg"}))
    assert step(CHECK_IN, now, Said("answer", ("jaw", "other"), "where")).parts == {"other": "left leg"}
    assert step(CHECK_IN, now, Said("answer", ("other",), "where", parts={"other": "hands"})).parts == {
        "other": "hands"
    }
    assert step(CHECK_IN, now, Said("answer", ("jaw",), "where")).parts == {}


def test_two_messages_that_are_not_understood_lead_to_another_wording_and_an_answer_forgets_them() -> None:
    first = step(CHECK_IN, after("adult"), Said("unclear"))
    second = step(CHECK_IN, first, Said("unclear"))
    assert [(each.note, each.question) for each in (first, second)] == [("unclear", "now"), ("unclear_again", "now")]
    assert step(CHECK_IN, second, Said("answer", ("none",))).misses == 0


@pytest.mark.parametrize("choices", [(), ("nobody",), ("none", "nobody")])
def test_a_choice_that_the_question_does_not_have_counts_as_not_understood(choices: tuple[str, ...]) -> None:
    assert step(CHECK_IN, after("adult"), Said("answer", choices)).note == "unclear"


def test_why_keeps_the_question_and_its_misses() -> None:
    now = step(CHECK_IN, after("adult"), Said("unclear"))
    assert step(CHECK_IN, now, Said("why")) == Progress(now.answers, question="now", misses=1, note="why", last="age")


def test_start_over_forgets_every_answer() -> None:
    assert step(CHECK_IN, after(*CALM[:5]), Said("restart")) == Progress(question="age", note="restarted")


def test_going_on_opens_the_same_question() -> None:
    now = after(*CALM[:5])
    again = step(CHECK_IN, now, Said("resume"))
    assert (again.question, again.note) == ("impact", "resumed")


def test_going_on_after_an_emergency_was_raised_ends_it() -> None:
    assert step(CHECK_IN, after(*CALM[:5]), Said("resume"), "M1").question is None


@pytest.mark.parametrize("move", ["answer", "skip", "why", "unclear", "resume"])
def test_nothing_moves_a_check_in_that_is_through_but_back_and_restart(move: str) -> None:
    now = after(*CALM)
    assert step(CHECK_IN, now, Said(move, ("read",))) == now  # type: ignore[arg-type]


def test_progress_survives_as_plain_values() -> None:
    now = step(CHECK_IN, after(*CALM[:3]), Said("answer", ("hips",), "where", {"hips": "left"}))
    assert Progress.from_values(now.as_values()) == now


def test_the_first_question_opens_and_the_others_count_to_eight() -> None:
    places = {question.id: place(CHECK_IN, question.id) for question in CHECK_IN.questions}
    assert places["age"] == (0, 8)
    assert places["help"] == (8, 8)
    assert places["pressure"] == places["where"] == (3, 8)
    assert places["sudden"] == places["impact"] == (5, 8)


def test_nothing_was_asked_before_the_first_question() -> None:
    assert asked_before(CHECK_IN, begin(CHECK_IN)) is None


moves = st.one_of(
    st.sampled_from([Said("skip"), Said("back"), Said("why"), Said("unclear"), Said("resume")]),
    st.builds(
        Said,
        st.just("answer"),
        st.lists(st.sampled_from(sorted({c.id for q in CHECK_IN.questions for c in q.choices})), max_size=3).map(tuple),
    ),
)


@given(st.lists(moves, max_size=40))
def test_whatever_is_said_the_open_question_is_one_that_is_asked_and_the_answers_are_of_asked_questions(
    said: list[Said],
) -> None:
    now = begin(CHECK_IN)
    for each in said:
        now = step(CHECK_IN, now, each)
        assert Progress.from_values(now.as_values()) == now
        assert now.question is None or is_asked(CHECK_IN.question(now.question), now.answers)
        assert all(is_asked(CHECK_IN.question(name), now.answers) for name in now.answers)


@given(st.lists(st.sampled_from(["skip", "unclear"]), max_size=60))
def test_whoever_answers_nothing_gets_through_and_to_a_clinician(said: list[str]) -> None:
    now = begin(CHECK_IN)
    for each in [*said, *["skip"] * 11]:
        now = step(CHECK_IN, now, Said(each))  # type: ignore[arg-type]
    assert now.question is None
    assert decide(CHECK_IN, now.answers).level == "C"

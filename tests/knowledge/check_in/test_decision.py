"""The decision: over any answers at all, and by single cases that a clinician can read.

test_every_answer.py proves the same over every combination.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.check_in.content import CheckIn, Question, load_check_in
from knowledge.check_in.decision import LEVEL_OF_TIER, Outcome, Reason, decide

CHECK_IN = load_check_in()
LEVELS = [level.id for level in CHECK_IN.levels]
CALM: dict[str, tuple[str, ...]] = {
    "age": ("adult",),
    "now": ("none",),
    "body": ("none",),
    "where": ("neck",),
    "how_long": ("days",),
    "impact": ("a_little",),
    "stress": ("some",),
    "movement": ("none",),
    "help": ("read",),
}


def outcome(pinned: str | None = None, **changes: tuple[str, ...]) -> Outcome:
    return decide(CHECK_IN, {**CALM, **changes}, pinned)


# ---------------------------------------------------------------- single cases


def test_a_calm_check_in_ends_calmly_with_movement_and_without_reasons() -> None:
    assert outcome() == Outcome("D", (), True, (), ())


def test_the_first_match_of_the_table_wins() -> None:
    flags = {"now": ("chest", "thoughts"), "body": ("fever", "cancer")}
    assert outcome(**flags).level == "crisis"
    assert outcome(now=("chest",), body=("fever", "cancer")).level == "A"
    assert outcome(body=("fever", "cancer")).level == "B"
    assert outcome(age=("minor",), body=("cancer",)).level == "minor"
    assert outcome(body=("cancer",)).level == "C"


def test_reasons_name_what_led_to_the_level_and_nothing_else() -> None:
    result = outcome(body=("fever", "cancer"), stress=("too_much",))
    assert result.reasons == (Reason("body", "fever"),)
    assert outcome(body=("cancer",), stress=("too_much",)).reasons == (
        Reason("body", "cancer"),
        Reason("stress", "too_much"),
    )


def test_none_of_these_takes_no_picked_sign_away() -> None:
    assert outcome(now=("chest", "none")).level == "A"


def test_a_red_flag_left_out_is_a_reason_of_its_own() -> None:
    result = outcome(now=())
    assert (result.level, result.reasons, result.movement) == ("C", (Reason("now", None),), False)
    assert result.held_by == (Reason("now", None),)


def test_the_movement_question_left_out_holds_movement_back_and_changes_nothing_else() -> None:
    result = outcome(movement=())
    assert (result.level, result.movement, result.held_by) == ("D", False, (Reason("movement", None),))


def test_movement_is_held_back_by_a_choice_that_holds_and_by_a_red_flag_of_any_level() -> None:
    assert outcome(movement=("hernia",)).held_by == (Reason("movement", "hernia"),)
    assert outcome(body=("cancer",)).held_by == (Reason("body", "cancer"),)
    assert outcome(impact=("cannot",), sudden=("slowly",)).held_by == (Reason("impact", "cannot"),)
    assert outcome(how_long=("long",)).held_by == ()


def test_the_question_about_pressure_counts_only_when_it_is_asked() -> None:
    assert outcome(pressure=("yes_now",)).level == "D"
    assert outcome(where=("chest",), pressure=("yes_now",)).level == "A"
    assert outcome(where=("belly",)).reasons == (Reason("pressure", None),)
    assert outcome(where=("chest",), pressure=("none",)).level == "D"


def test_what_stops_the_usual_things_is_for_today_only_when_it_came_suddenly_or_nobody_knows() -> None:
    assert outcome(impact=("cannot",), sudden=("suddenly",)).level == "B"
    assert outcome(impact=("cannot",), sudden=("unsure",)).level == "B"
    assert outcome(impact=("cannot",), sudden=("slowly",)).level == "C"
    assert outcome(impact=("a_lot",), sudden=("suddenly",)).level == "C"


@pytest.mark.parametrize(("tier", "level"), LEVEL_OF_TIER.items())
def test_a_tier_of_the_safety_filter_counts_as_its_level(tier: str, level: str) -> None:
    result = outcome(pinned=tier)
    assert (result.level, result.earlier, result.movement, result.reasons) == (level, True, False, ())


def test_an_earlier_tier_that_did_not_decide_is_not_named_and_still_holds_movement_back() -> None:
    result = outcome(pinned="T3", body=("fever",))
    assert (result.level, result.earlier) == ("B", False)
    result = outcome(pinned="T3", body=("cancer",))
    assert (result.level, result.earlier, result.movement) == ("C", True, False)


def test_help_lines_are_those_of_the_level_then_those_of_the_choices_each_once() -> None:
    assert outcome(now=("danger", "overdose")).lines == ("911", "poison", "domestic-violence")
    assert outcome(stress=("too_much",)).lines == ("988",)
    assert outcome(now=("thoughts",), stress=("too_much",)).lines == ("988", "crisis-text", "arizona", "911")


def test_lines_of_a_question_that_is_not_asked_are_left_out() -> None:
    content = with_lines_on_pressure()
    assert decide(content, {**CALM, "pressure": ("yes_now",)}).lines == ()
    assert "911" in decide(content, {**CALM, "where": ("chest",), "pressure": ("yes_now",)}).lines


def with_lines_on_pressure() -> CheckIn:
    def changed(question: Question) -> Question:
        if question.id != "pressure":
            return question
        return replace(question, choices=tuple(replace(each, lines=("911",)) for each in question.choices))

    return replace(CHECK_IN, questions=tuple(map(changed, CHECK_IN.questions)))


# ---------------------------------------------------------------- any answers at all


def any_answers() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    return st.fixed_dictionaries(
        {},
        optional={
            question.id: st.lists(st.sampled_from([each.id for each in question.choices]), unique=True).map(tuple)
            for question in CHECK_IN.questions
        },
    )


@given(any_answers(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_of_choices_never_matters(answers: dict[str, tuple[str, ...]], random: Any) -> None:
    names = list(answers)
    random.shuffle(names)
    shuffled = {name: tuple(random.sample(answers[name], len(answers[name]))) for name in names}
    assert decide(CHECK_IN, shuffled) == decide(CHECK_IN, answers)


@given(any_answers(), st.sampled_from([None, *LEVEL_OF_TIER]))
def test_what_was_written_earlier_never_lowers_the_outcome(
    answers: dict[str, tuple[str, ...]], tier: str | None
) -> None:
    before, after = decide(CHECK_IN, answers), decide(CHECK_IN, answers, tier)
    assert LEVELS.index(after.level) <= LEVELS.index(before.level)
    assert not (after.movement and tier)


@given(any_answers(), st.sampled_from([q.id for q in CHECK_IN.questions]), st.data())
def test_one_more_choice_never_lowers_the_outcome(answers: dict[str, tuple[str, ...]], name: str, data: Any) -> None:
    if not answers.get(name):
        return
    more = data.draw(st.sampled_from([each.id for each in CHECK_IN.question(name).choices]))
    added = {**answers, name: tuple(dict.fromkeys((*answers[name], more)))}
    before, after = decide(CHECK_IN, answers), decide(CHECK_IN, added)
    assert LEVELS.index(after.level) <= LEVELS.index(before.level)


@given(any_answers())
def test_each_reason_names_an_answer_really_given(answers: dict[str, tuple[str, ...]]) -> None:
    result = decide(CHECK_IN, answers)
    for reason in (*result.reasons, *result.held_by):
        picked = answers.get(reason.question, ())
        assert (reason.choice in picked) if reason.choice else not picked

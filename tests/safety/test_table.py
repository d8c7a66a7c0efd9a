"""The one table that joins rules and classifier: every cell of it, and what holds for all of them."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.safety.data import SAFETY, read_values
from knowledge.safety.rules import STATES, Finding, Reading
from knowledge.safety.table import GROUPS, OUTCOMES, RULE_TIERS, Table, TableError

VALUES = read_values(SAFETY / "table.yml")
TABLE = Table(VALUES)
SURE_NOT = dict.fromkeys(GROUPS, 0.0)
SURE = dict.fromkeys(GROUPS, 1.0)
CELLS = list(product(RULE_TIERS, STATES, (False, True), (False, True)))


def finding(tier: str, state: str, urgent: bool = False, sure: bool = True) -> Finding:
    return Finding("a-rule", tier, "self", "self", state, urgent, sure)


def reading(*findings: Finding, exempt: tuple[str, ...] = ()) -> Reading:
    return Reading(findings, exempt, frozenset(), ("word",))


def rank(outcome: str) -> int:
    return OUTCOMES.index(outcome)


@pytest.mark.parametrize(("tier", "state", "urgent", "sure"), CELLS)
def test_without_a_classifier_a_rule_comes_to_what_the_table_says(
    tier: str, state: str, urgent: bool, sure: bool
) -> None:
    said = VALUES["rules"][tier][state]
    wanted = VALUES["urgent"].get(said, said) if urgent else said
    assert TABLE.join(reading(finding(tier, state, urgent, sure)), None).outcome == wanted


@pytest.mark.parametrize(("tier", "state", "urgent", "sure"), CELLS)
def test_the_classifier_can_only_lower_a_rule_and_full_agreement_keeps_it(
    tier: str, state: str, urgent: bool, sure: bool
) -> None:
    found = finding(tier, state, urgent, sure)
    full = TABLE.rule_outcome(found)
    assert TABLE.rule_outcome(found, SURE) == full
    steps = [rank(TABLE.rule_outcome(found, dict.fromkeys(GROUPS, at / 20))) for at in range(21)]
    assert steps == sorted(steps)
    assert max(steps) == rank(full)


@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_a_plain_crisis_is_never_less_than_a_question_whatever_the_classifier_says(tier: str) -> None:
    assert rank(TABLE.join(reading(finding(tier, "asserted")), SURE_NOT).outcome) >= rank("T3")


def test_a_plain_emergency_never_goes_without_the_number() -> None:
    assert rank(TABLE.join(reading(finding("M1", "asserted")), SURE_NOT).outcome) >= rank("emergency_footer")


def test_a_plain_word_about_chest_or_breath_is_always_asked_about() -> None:
    assert TABLE.join(reading(finding("M_ask", "asserted")), SURE_NOT).outcome == "M_ask"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tier", RULE_TIERS)
def test_what_is_not_meant_comes_to_less_than_what_is(tier: str, state: str) -> None:
    assert rank(VALUES["rules"][tier][state]) <= rank(VALUES["rules"][tier]["asserted"])


def test_the_most_urgent_of_several_rules_decides() -> None:
    for one, other in product(RULE_TIERS, RULE_TIERS):
        outcome = TABLE.join(reading(finding(one, "asserted"), finding(other, "asserted")), None).outcome
        assert rank(outcome) >= max(rank(VALUES["rules"][tier]["asserted"]) for tier in (one, other))


def test_an_emergency_of_the_body_with_a_crisis_calls_911_first() -> None:
    assert TABLE.join(reading(finding("M1", "asserted"), finding("T2", "asserted")), None).outcome == "T1"


@pytest.mark.parametrize("group", GROUPS)
def test_an_everyday_saying_raises_what_the_classifier_needs(group: str) -> None:
    alone, softened = VALUES["classifier"][group]["alone"], VALUES["classifier"][group]["softened"]
    assert all(softened.get(outcome, 1.0) >= least for outcome, least in alone.items())


@pytest.mark.parametrize("group", GROUPS)
def test_the_classifier_alone_decides_from_its_threshold_on(group: str) -> None:
    outcome, least = max(VALUES["classifier"][group]["alone"].items(), key=lambda item: rank(item[0]))
    assert TABLE.join(reading(), {**SURE_NOT, group: least}).outcome == outcome
    assert TABLE.join(reading(), {**SURE_NOT, group: least - 0.01}).outcome != outcome


@given(
    st.lists(
        st.builds(finding, st.sampled_from(RULE_TIERS), st.sampled_from(STATES), st.booleans(), st.booleans()),
        max_size=4,
    ),
    st.fixed_dictionaries({group: st.floats(0, 1) for group in GROUPS}),
    st.booleans(),
)
def test_whatever_is_read_there_is_one_outcome_with_a_kind(
    findings: list[Finding], probability: dict[str, float], exempt: bool
) -> None:
    given_reading = reading(*findings, exempt=("a-saying",) if exempt else ())
    verdict = TABLE.join(given_reading, probability)
    assert verdict.outcome in OUTCOMES
    plain = [f for f in findings if f.sure and f.state == "asserted" and f.tier in ("T1", "T2")]
    if plain:
        assert rank(verdict.outcome) >= rank("T3")


def without(path: tuple[str, ...]) -> dict[str, Any]:
    broken: dict[str, Any] = copy.deepcopy(VALUES)
    place = broken
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return broken


@pytest.mark.parametrize(
    "path",
    [("rules", "T1"), ("rules", "M2", "joke"), ("classifier", "crisis"), ("classifier", "today", "alone")],
)
def test_a_table_with_a_hole_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(TableError):
        Table(without(path))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rules", "T1", "asserted"), "T9"),
        (("classifier", "crisis", "alone"), {"T2": 1.5}),
        (("classifier", "crisis", "alone"), {"T7": 0.5}),
        (("agreement", "sure", "T1"), {"question": "weather", "full": 0.5}),
        (("in_spanish",), {"weather": {"alone": {"T2": 0.5}}}),
        (("in_spanish",), {"crisis": {"at_night": {"T2": 0.5}}}),
        (("in_spanish",), {"crisis": {"alone": {"T2": 0.0}}}),
    ],
)
def test_a_table_with_an_unknown_word_or_number_is_refused(path: tuple[str, ...], value: object) -> None:
    broken: dict[str, Any] = copy.deepcopy(VALUES)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(TableError):
        Table(broken)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("at", range(101))
def test_in_spanish_no_belief_comes_to_less_than_in_english(group: str, at: int) -> None:
    for findings in ((), (finding("T3", "asserted"),), (finding("T2", "negated"),)):
        believed = {**SURE_NOT, group: at / 100}
        english, spanish = (TABLE.join(reading(*findings), believed, lang).outcome for lang in ("en", "es"))
        assert rank(spanish) >= rank(english)


def test_what_a_rule_says_alone_is_the_same_in_both_languages() -> None:
    for tier, state, urgent, sure in CELLS:
        found = reading(finding(tier, state, urgent, sure))
        assert TABLE.join(found, None, "es") == TABLE.join(found, None, "en")


def test_settled_history_is_not_asked_about_but_a_very_sure_classifier_is_heard() -> None:
    told = Reading((), (), frozenset({"long_ago", "settled", "topic"}), ("word",))
    assert TABLE.join(told, {**SURE_NOT, "concern": 0.99, "crisis": 0.8}).outcome == "none"
    assert TABLE.join(told, {**SURE_NOT, "concern": 0.99, "crisis": 0.99}).outcome == "T2"


def test_what_is_not_over_is_no_history() -> None:
    told = Reading((), (), frozenset({"long_ago", "settled", "topic", "not_over"}), ("word",))
    assert TABLE.join(told, {**SURE_NOT, "concern": 0.99}).outcome == "T3"


def test_a_kind_that_the_classifier_is_sure_of_is_asked_about_even_in_the_words_of_a_saying() -> None:
    belief = {**SURE_NOT, "harm": 0.95}
    assert TABLE.join(reading(), belief).outcome == "T3"
    assert TABLE.join(reading(exempt=("a-saying",)), belief).outcome == "T3"
    assert TABLE.join(reading(), {**SURE_NOT, "harm": 0.5}).outcome == "none"


def test_a_kind_has_a_threshold_between_0_and_1() -> None:
    with pytest.raises(TableError):
        Table(
            {
                **VALUES,
                "classifier": {**VALUES["classifier"], "harm": {**VALUES["classifier"]["harm"], "alone": {"T3": 1.5}}},
            }
        )

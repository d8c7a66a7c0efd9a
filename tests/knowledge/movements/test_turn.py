from __future__ import annotations

from typing import Any

import pytest
import yaml

from knowledge import places
from knowledge.answers import catalogue_of
from knowledge.cards import load_library
from knowledge.check_in.content import check_in
from knowledge.movements.choosing import Catalogue
from knowledge.movements.state import SLOTS, command_of
from knowledge.movements.turn import turn

DOMAIN: dict[str, Any] = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))
STEP = {"state": "step", "card": "half-kneel", "form": "usual", "at": 1}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found = catalogue_of(load_library())
    assert found is not None
    return found


def run(catalogue: Catalogue, slots: dict[str, Any], **entities: Any) -> dict[str, Any]:
    """Take a turn; return the slots after it."""
    return {**slots, **turn(slots, command_of(entities), catalogue, check_in())}


def test_every_slot_that_a_turn_changes_is_filled_from_an_entity_of_its_name() -> None:
    for slot in (*SLOTS, "exercise_say", "topic", "safety_tier", "safety_pinned"):
        assert slot in DOMAIN["entities"]
        assert DOMAIN["slots"][slot]["mappings"] == [{"type": "from_entity", "entity": slot}]


def test_a_step_is_taken_and_what_is_said_is_left_for_the_speaker(catalogue: Catalogue) -> None:
    after = run(catalogue, {"exercise": STEP, "movement_screen": "passed"}, exercise_do="next")
    assert after["exercise"] == {**STEP, "at": 2}
    assert after["exercise_say"] == [{"what": "step", "at": 2}]
    assert after["topic"] == "half-kneel"


@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "M1", "M2"])
def test_after_a_crisis_nothing_goes_on(catalogue: Catalogue, tier: str) -> None:
    slots = {"exercise": STEP, "movement_screen": "passed", "safety_pinned": tier}
    for do in ("next", "resume", "find", "start"):
        after = run(catalogue, slots, exercise_do=do, exercise_card="half-kneel")
        assert after["exercise"] == {}
        assert after["exercise_say"] == [{"what": "held"}]


def test_after_a_t3_that_was_answered_no_it_goes_on_when_asked(catalogue: Catalogue) -> None:
    slots = {"exercise": STEP, "movement_screen": "passed", "safety_pinned": "T3", "safety_answer": "no"}
    assert run(catalogue, slots, exercise_do="next")["exercise"]["at"] == 2


@pytest.mark.parametrize(("fact", "tier"), [("red_now", "M1"), ("red_today", "M2")])
def test_a_red_flag_is_pinned_as_if_the_safety_filter_had_raised_it(catalogue: Catalogue, fact: str, tier: str) -> None:
    after = run(catalogue, {"exercise": {"state": "screen"}}, exercise_do="fact", exercise_facts=fact)
    assert (after["safety_pinned"], after["safety_tier"], after["safety_answer"]) == (tier, tier, "none")
    assert after["exercise_say"] == [{"what": "red", "facts": [fact]}]
    assert run(catalogue, after, exercise_do="find")["exercise_say"] == [{"what": "held"}]


def test_a_more_urgent_pin_is_never_lowered(catalogue: Catalogue) -> None:
    slots = {"exercise": {**STEP, "state": "hurts"}, "safety_pinned": "T1"}
    assert run(catalogue, slots, exercise_do="hurts_today")["safety_pinned"] == "T1"


def test_what_was_picked_in_the_check_in_counts(catalogue: Catalogue) -> None:
    progress = {
        "answers": {"movement": ["pregnant"]},
        "sides": {},
        "question": None,
        "misses": 0,
        "note": "",
        "last": None,
    }
    after = run(catalogue, {"check_in_progress": progress, "movement_screen": "passed"}, exercise_do="find")
    assert after["movement_facts"] == ["pregnant"]
    assert after["exercise_say"][0]["what"] == "ruled_out"


def test_an_urgent_outcome_of_the_check_in_holds_movements(catalogue: Catalogue) -> None:
    after = run(catalogue, {"check_in_outcome": "B", "movement_screen": "passed"}, exercise_do="find")
    assert after["exercise_say"] == [{"what": "held"}]

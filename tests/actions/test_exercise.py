from __future__ import annotations

from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.exercise import ActionExercise
from knowledge import places
from knowledge.movements.state import SLOTS

DOMAIN: dict[str, Any] = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))
STEP = {"state": "step", "card": "half-kneel", "form": "usual", "at": 1}


@pytest.fixture(scope="module")
def action() -> ActionExercise:
    return ActionExercise()


def run(action: ActionExercise, slots: dict[str, Any], **entities: Any) -> dict[str, Any]:
    """Run the action on a message with these entities; return the slots after it."""
    message = {"entities": [{"entity": name, "value": value} for name, value in entities.items()]}
    tracker = Tracker("c" * 20, slots, message, [], False, None, {}, "action_listen")
    events = action.run(CollectingDispatcher(), tracker, {})
    assert all(event["event"] == "slot" for event in events)
    return {**slots, **{event["name"]: event["value"] for event in events}}


def test_the_rules_and_the_domain_know_it(action: ActionExercise) -> None:
    assert action.name() in DOMAIN["actions"]
    assert set(SLOTS) | {"exercise_say"} <= set(DOMAIN["slots"])


def test_a_step_is_taken_and_what_is_said_is_left_for_the_speaker(action: ActionExercise) -> None:
    after = run(action, {"exercise": STEP, "movement_screen": "passed"}, exercise_do="next")
    assert after["exercise"] == {**STEP, "at": 2}
    assert after["exercise_say"] == [{"what": "step", "at": 2}]
    assert after["topic"] == "half-kneel"


@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "M1", "M2"])
def test_after_a_crisis_nothing_goes_on(action: ActionExercise, tier: str) -> None:
    slots = {"exercise": STEP, "movement_screen": "passed", "safety_pinned": tier}
    for do in ("next", "resume", "find", "start"):
        after = run(action, slots, exercise_do=do, exercise_card="half-kneel")
        assert after["exercise"] == {}
        assert after["exercise_say"] == [{"what": "held"}]


def test_after_a_t3_that_was_answered_no_it_goes_on_when_asked(action: ActionExercise) -> None:
    slots = {"exercise": STEP, "movement_screen": "passed", "safety_pinned": "T3", "safety_answer": "no"}
    assert run(action, slots, exercise_do="next")["exercise"]["at"] == 2


@pytest.mark.parametrize(("fact", "tier"), [("red_now", "M1"), ("red_today", "M2")])
def test_a_red_flag_is_pinned_as_if_the_safety_filter_had_raised_it(
    action: ActionExercise, fact: str, tier: str
) -> None:
    after = run(action, {"exercise": {"state": "screen"}}, exercise_do="fact", exercise_facts=fact)
    assert (after["safety_pinned"], after["safety_tier"], after["safety_answer"]) == (tier, tier, "none")
    assert after["exercise_say"] == [{"what": "red", "facts": [fact]}]
    assert run(action, after, exercise_do="find")["exercise_say"] == [{"what": "held"}]


def test_a_more_urgent_pin_is_never_lowered(action: ActionExercise) -> None:
    slots = {"exercise": {**STEP, "state": "hurts"}, "safety_pinned": "T1"}
    assert run(action, slots, exercise_do="hurts_today")["safety_pinned"] == "T1"


def test_what_was_picked_in_the_check_in_counts(action: ActionExercise) -> None:
    progress = {
        "answers": {"movement": ["pregnant"]},
        "sides": {},
        "question": None,
        "misses": 0,
        "note": "",
        "last": None,
    }
    after = run(action, {"check_in_progress": progress, "movement_screen": "passed"}, exercise_do="find")
    assert after["movement_facts"] == ["pregnant"]
    assert after["exercise_say"][0]["what"] == "ruled_out"


def test_an_urgent_outcome_of_the_check_in_holds_movements(action: ActionExercise) -> None:
    after = run(action, {"check_in_outcome": "B", "movement_screen": "passed"}, exercise_do="find")
    assert after["exercise_say"] == [{"what": "held"}]

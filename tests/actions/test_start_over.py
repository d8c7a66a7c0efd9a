from __future__ import annotations

from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.start_over import KEPT, ActionStartOver
from knowledge import places

DOMAIN: dict[str, Any] = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))

#: A question of ours that is open is the exception: starting over closes it.
SAFETY = [slot for slot in DOMAIN["slots"] if slot.startswith("safety_") and slot != "safety_asked"]


def cleared(slots: dict[str, Any]) -> dict[str, Any]:
    """Run the action on a conversation with these slots; return the slots that it sets."""
    tracker = Tracker("c" * 20, slots, None, [], False, None, {}, "action_listen")
    events = ActionStartOver().run(CollectingDispatcher(), tracker, {})
    assert all(event["event"] == "slot" for event in events)
    return {event["name"]: event["value"] for event in events}


def test_what_the_conversation_was_about_is_forgotten() -> None:
    about = {"topic": "psoas", "previous_topic": "emdr", "aspect": "why", "misses": 1, "movement_screen": "passed"}
    assert cleared(about) == dict.fromkeys(about)


@pytest.mark.parametrize("slot", [*SAFETY, "language", "movement_facts"])
def test_what_was_said_about_safety_stays(slot: str) -> None:
    assert cleared({slot: "T2", "topic": "psoas"}) == {"topic": None}


def test_a_question_of_ours_that_is_open_is_closed() -> None:
    assert cleared({"safety_asked": "t3", "safety_pinned": "T3"}) == {"safety_asked": None, "topic": None}


def test_the_reply_that_is_about_to_be_said_stays() -> None:
    assert cleared({"reply": "start-over"}) == {"topic": None}


def test_what_is_empty_is_left_alone_but_for_the_topic_that_tells_that_it_ran() -> None:
    assert cleared({"topic": None, "misses": None}) == {"topic": None}


def test_a_count_of_zero_is_forgotten_too() -> None:
    assert cleared({"misses": 0}) == {"misses": None, "topic": None}


def test_every_slot_that_is_kept_exists_in_the_domain() -> None:
    assert set(KEPT) <= set(DOMAIN["slots"])


def test_the_action_has_the_name_that_the_domain_and_the_rules_use() -> None:
    assert ActionStartOver().name() in DOMAIN["actions"]
    rules = (places.DATA / "rules" / "answers.yml").read_text(encoding="utf-8")
    assert ActionStartOver().name() in rules


def test_nothing_is_said() -> None:
    dispatcher = CollectingDispatcher()
    tracker = Tracker("c" * 20, {"topic": "psoas"}, None, [], False, None, {}, "action_listen")
    ActionStartOver().run(dispatcher, tracker, {})
    assert dispatcher.messages == []

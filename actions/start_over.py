"""Start over: the conversation forgets what it was about, never what was said about safety."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

#: What stays: a crisis card stays pinned, what was told about one's body still rules movements out, and the reply that
#: is about to be said is named here.
KEPT = (
    "safety_tier",
    "safety_kind",
    "safety_pinned",
    "safety_language",
    "safety_answer",
    "safety_step",
    "movement_facts",
    "language",
    "reply",
)


class ActionStartOver(Action):
    """Clears every slot that does not concern safety."""

    def name(self) -> str:
        """Return the name that the rules use."""
        return "action_start_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Return the events that clear the slots."""
        forgotten = {slot for slot, value in tracker.slots.items() if slot not in KEPT and value is not None}
        # `topic` always: an action that sets nothing counts as one that failed (components/card_speaker.py).
        return [SlotSet(slot, None) for slot in sorted(forgotten | {"topic"})]

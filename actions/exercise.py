"""The dialogue around movements: Rasa's side of `knowledge.movements.play`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge import answers
from knowledge.answers import Situation
from knowledge.check_in.content import check_in
from knowledge.live_library import LiveLibrary
from knowledge.movements.from_check_in import pinned_with, with_check_in
from knowledge.movements.play import act
from knowledge.movements.screen import Red
from knowledge.movements.state import Say, command_of, slots_of, state_of
from knowledge.safety.assessment import more_urgent


class ActionExercise(Action):
    """Takes one step in the dialogue around movements; `utter_exercise` says what came of it."""

    def __init__(self) -> None:
        """Load the cards, once for all conversations."""
        self._live = LiveLibrary()

    def name(self) -> str:
        """Return the name that the rules use."""
        return "action_exercise"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Return the slots after the step, and what is to be said."""
        library = self._live.get()
        catalogue = answers.catalogue_of(library)
        if catalogue is None:
            raise RuntimeError("data/movements: missing")
        raised, resolved = tracker.get_slot("safety_pinned"), tracker.get_slot("safety_answer") == "no"
        pinned = pinned_with(check_in(), raised, tracker.get_slot("check_in_outcome"))
        held = Situation(pinned=pinned, resolved=resolved).holds_movements
        found = tracker.latest_message.get("entities") or []
        entities = {each["entity"]: each["value"] for each in found}
        before = state_of(tracker.slots, held)
        progress = tracker.get_slot("check_in_progress")
        before = replace(before, facts=with_check_in(before.facts, check_in(), progress, catalogue.screen))
        state, said = act(before, command_of(entities), catalogue)
        changed = {
            **slots_of(state),
            "exercise_say": [each.as_dict() for each in said],
            **({"topic": state.open.card} if state.open.state else {}),
            **_pinned(said, catalogue.screen.facts, raised),
        }
        return [SlotSet(slot, value) for slot, value in changed.items() if tracker.get_slot(slot) != value]


def _pinned(said: list[Say], facts: Any, pinned: str | None) -> dict[str, Any]:
    """Return the safety slots after a red flag was chosen: as if the safety filter had raised it."""
    for each in said:
        red: Red | None = facts[each.facts[0]].red if each.what == "red" else None
        if red:
            return {
                "safety_tier": red.tier,
                "safety_kind": red.kind,
                "safety_pinned": more_urgent(red.tier, pinned or "T0"),
                "safety_answer": "none",
                "safety_asked": "none",
            }
    return {}

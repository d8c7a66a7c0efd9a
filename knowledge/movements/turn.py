"""One turn in the dialogue around movements, on plain slots: `play.act` with what else the conversation knows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from knowledge.answers import Situation
from knowledge.check_in.content import CheckIn
from knowledge.movements.choosing import Catalogue
from knowledge.movements.from_check_in import pinned_with, with_check_in
from knowledge.movements.play import act
from knowledge.movements.screen import Fact
from knowledge.movements.state import Command, Say, slots_of, state_of
from knowledge.safety.assessment import more_urgent


def turn(slots: Mapping[str, Any], command: Command, catalogue: Catalogue, check_in: CheckIn) -> dict[str, Any]:
    """Return the slots that change with a command; `exercise_say` is what `utter_exercise` is to say."""
    raised, resolved = slots.get("safety_pinned"), slots.get("safety_answer") == "no"
    pinned = pinned_with(check_in, raised, slots.get("check_in_outcome"))
    before = state_of(slots, Situation(pinned=pinned, resolved=resolved).holds_movements)
    facts = with_check_in(before.facts, check_in, slots.get("check_in_progress"), catalogue.screen)
    state, said = act(replace(before, facts=facts), command, catalogue)
    after = {
        **slots_of(state),
        "exercise_say": [each.as_dict() for each in said],
        **({"topic": state.open.card} if state.open.state else {}),
        **_pinned(said, catalogue.screen.facts, raised),
    }
    return {slot: value for slot, value in after.items() if slots.get(slot) != value}


def _pinned(said: Sequence[Say], facts: Mapping[str, Fact], pinned: str | None) -> dict[str, Any]:
    """Return the safety slots after a red flag was chosen: as if the safety filter had raised it."""
    for each in said:
        red = facts[each.facts[0]].red if each.what == "red" else None
        if red:
            return {
                "safety_tier": red.tier,
                "safety_kind": red.kind,
                "safety_pinned": more_urgent(red.tier, pinned or "T0"),
                "safety_answer": "none",
                "safety_asked": "none",
            }
    return {}

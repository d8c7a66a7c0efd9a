"""What the check-in says about movements: facts that were told there count here too. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.check_in.content import CheckIn
from knowledge.check_in.course import Progress
from knowledge.movements.screen import Screen, with_facts
from knowledge.safety.assessment import more_urgent

#: The fact that stands for a red flag of the check-in that is no emergency: no movement, and a clinician soon.
HELD = "check_in_held"


def facts_told(check_in: CheckIn, progress: Mapping[str, Any] | None, screen: Screen) -> tuple[str, ...]:
    """Return the facts that were picked in a check-in, finished or not; `progress` is its slot."""
    if not progress:
        return ()
    answers = Progress.from_values(progress).answers
    found: list[str] = []
    for question in check_in.questions:
        for choice in question.choices:
            if choice.id not in answers.get(question.id, ()):
                continue
            if question.red_flag and choice.effect:
                found.append(HELD)
            elif choice.holds:  # a choice that the screen has no fact for holds everything back
                found.append(screen.from_check_in.get(choice.id, HELD))
    return tuple(dict.fromkeys(found))


def with_check_in(
    facts: Sequence[str], check_in: CheckIn, progress: Mapping[str, Any] | None, screen: Screen
) -> tuple[str, ...]:
    """Return what is known now: HELD ends with the answer that it came from, every other fact stays."""
    kept = tuple(fact for fact in facts if fact != HELD)
    return with_facts(facts_told(check_in, progress, screen), kept)


def pinned_with(check_in: CheckIn, raised: str | None, outcome: str | None) -> str | None:
    """Return the most urgent tier of the conversation: what a message raised, or what the check-in came to."""
    tier = check_in.level(outcome).tier if outcome else None
    return more_urgent(raised or "T0", tier) if tier else raised

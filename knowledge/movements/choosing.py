"""Which forms may be offered, and which of them fit a wish best. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.movements.exercise import Exercise, Form
from knowledge.movements.screen import Screen
from knowledge.movements.state import State

USUAL = "usual"


@dataclass(frozen=True)
class Catalogue:
    """All exercises by card, in the order in which they are offered, and the screen that filters them."""

    exercises: Mapping[str, Exercise]
    screen: Screen
    at_most: int = 3

    def allowed(self, state: State, card: str) -> list[Form]:
        """Return the forms of a card that may be done in this state, the usual one first."""
        exercise = self.exercises[card]
        if state.held or card in state.hurt:
            return []
        return [
            form for form in exercise.forms.values() if self.screen.allows(exercise, form, state.facts, state.passed)
        ]

    def best_form(self, state: State, card: str) -> Form | None:
        """Return the form of a card that is done unless another is asked for, None when there is none."""
        forms = self.allowed(state, card)
        fitting = [form for form in forms if state.wish.level is None or not _misses_level(state, form)]
        return next(iter(fitting or forms), None)

    def offers(self, state: State) -> tuple[list[tuple[str, str]], bool]:
        """Return at most three (card, form) that fit the wish best, and whether they fit all of it.

        A movement comes before a practice, unless calm is wished for; what was offered already comes last.
        """
        found: list[tuple[int, int, int, int, str, str]] = []
        for place, (card, exercise) in enumerate(self.exercises.items()):
            forms = [] if exercise.only_when_asked else self.allowed(state, card)
            if not forms:
                continue
            misses, order = min((state.wish.fits(exercise, form), at) for at, form in enumerate(forms))
            row = (misses, int(card in state.offered), int(exercise.is_practice), place, card, forms[order].id)
            found.append(row)
        found.sort()
        nearest = found[0][0] if found else 0
        # What misses more of the wish than the nearest is no answer to it.
        kept = [row for row in found if row[0] == nearest]
        if nearest == 0 and any(not row[2] for row in kept):
            kept = [row for row in kept if not row[2]]
        return [(row[4], row[5]) for row in kept[: self.at_most]], nearest == 0

    def practices(self, state: State) -> list[tuple[str, str]]:
        """Return the calm practices that may be done in this state."""
        return [
            (card, forms[0].id)
            for card, exercise in self.exercises.items()
            if exercise.is_practice and (forms := self.allowed(state, card))
        ][: self.at_most]

    def reasons(self, state: State, card: str, form: str = USUAL) -> tuple[str, ...]:
        """Return the facts that stand against a form."""
        exercise = self.exercises[card]
        return self.screen.reasons(exercise, exercise.forms[form], state.facts)

    def may_open(self, state: State, card: str) -> bool:
        """Return whether a card of a movement may stand among choices: some form of it may be done now."""
        return not self.exercises[card].only_when_asked and bool(self.allowed(state, card))


def _misses_level(state: State, form: Form) -> bool:
    level = state.wish.level or 0
    return form.level < level if state.wish.harder else form.level > level

"""Where a conversation stands with movements, and what the visitor does next: plain values, kept in slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.movements.wishes import Wish, wish_of

#: The id under which the screen and the finder answer: the card that asks which movement to take.
MENU = "stretch-menu"

#: What can be open. `ready` is the introduction to a form, `step` one of its steps, `hurts` the question after "this
#: hurts", `after` the question how it feels now.
SCREEN, OFFERS, READY, STEP, HURTS, AFTER = "screen", "offers", "ready", "step", "hurts", "after"
PLAYING = (READY, STEP)


@dataclass(frozen=True)
class Open:
    """What is open just now: nothing when `state` is empty. `at` counts steps from 0."""

    state: str = ""
    card: str = MENU
    form: str = ""
    at: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a slot; nothing open is an empty mapping."""
        return {"state": self.state, "card": self.card, "form": self.form, "at": self.at} if self.state else {}


@dataclass(frozen=True)
class State:
    """All that the decisions go by. `held`: a crisis or emergency in this conversation forbids movements.

    `facts` are ids of data/movements/screen.yml, `passed` is how the screen ended (None: not asked yet), `offered` the
    cards that were offered, `hurt` those that hurt.
    """

    open: Open = field(default_factory=Open)
    passed: str | None = None
    facts: tuple[str, ...] = ()
    wish: Wish = field(default_factory=Wish)
    offered: tuple[str, ...] = ()
    hurt: tuple[str, ...] = ()
    held: bool = False

    def opening(self, state: str, card: str = MENU, form: str = "", at: int = 0) -> State:
        """Return the state with something else open."""
        return replace(self, open=Open(state, card, form, at))

    def closed(self) -> State:
        """Return the state with nothing open."""
        return replace(self, open=Open())


#: The slots that hold a State.
SLOTS = ("exercise", "movement_screen", "movement_facts", "movement_wish", "movement_offered", "movement_hurt")


def state_of(slots: Mapping[str, Any], held: bool) -> State:
    """Return the state that the slots hold; what is missing or odd counts as not there."""
    raw = slots.get("exercise") or {}
    opened = Open(
        state=str(raw.get("state", "")),
        card=str(raw.get("card", MENU)),
        form=str(raw.get("form", "")),
        at=int(raw.get("at", 0)),
    )
    return State(
        open=opened,
        passed=slots.get("movement_screen"),
        facts=tuple(slots.get("movement_facts") or ()),
        wish=wish_of(slots.get("movement_wish")),
        offered=tuple(slots.get("movement_offered") or ()),
        hurt=tuple(slots.get("movement_hurt") or ()),
        held=held,
    )


def slots_of(state: State) -> dict[str, Any]:
    """Return the values of the slots."""
    return {
        "exercise": state.open.as_dict(),
        "movement_screen": state.passed,
        "movement_facts": list(state.facts),
        "movement_wish": state.wish.as_dict(),
        "movement_offered": list(state.offered),
        "movement_hurt": list(state.hurt),
    }


@dataclass(frozen=True)
class Command:
    """What the visitor does: `do` is one of knowledge.movements.play.DOES, the rest goes with some of them."""

    do: str
    card: str | None = None
    form: str | None = None
    aspect: str | None = None
    at: int | None = None
    facts: tuple[str, ...] = ()
    wish: Wish = field(default_factory=Wish)

    def as_entities(self) -> dict[str, Any]:
        """Return the entities that carry it through the dialogue."""
        given = {
            "exercise_do": self.do,
            "exercise_card": self.card,
            "exercise_form": self.form,
            "exercise_aspect": self.aspect,
            "exercise_at": self.at,
            "exercise_facts": ",".join(self.facts),
            "exercise_wish": self.wish.as_dict(),
        }
        return {name: value for name, value in given.items() if value or value == 0}


def command_of(entities: Mapping[str, Any]) -> Command:
    """Return the command that entities carry."""
    facts = str(entities.get("exercise_facts") or "")
    at = entities.get("exercise_at")
    return Command(
        do=str(entities.get("exercise_do") or ""),
        card=entities.get("exercise_card"),
        form=entities.get("exercise_form"),
        aspect=entities.get("exercise_aspect"),
        at=int(at) if at is not None else None,
        facts=tuple(each for each in facts.split(",") if each),
        wish=wish_of(entities.get("exercise_wish")),
    )


@dataclass(frozen=True)
class Say:
    """What is to be said: `what` names it, the rest goes with some. It travels as plain values in a slot."""

    what: str
    facts: tuple[str, ...] = ()
    name: tuple[str, str] | None = None
    cards: tuple[tuple[str, str], ...] = ()
    aspect: str | None = None
    at: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        given: dict[str, Any] = {
            "what": self.what,
            "facts": list(self.facts),
            "name": list(self.name) if self.name else None,
            "cards": [list(each) for each in self.cards],
            "aspect": self.aspect,
            "at": self.at,
        }
        return {name: value for name, value in given.items() if value}

    @staticmethod
    def from_dict(raw: Mapping[str, Any]) -> Say:
        """Build again from `as_dict`."""
        name = raw.get("name")
        return Say(
            what=str(raw["what"]),
            facts=tuple(raw.get("facts", ())),
            name=(name[0], name[1]) if name else None,
            cards=tuple((card, form) for card, form in raw.get("cards", ())),
            aspect=raw.get("aspect"),
            at=int(raw.get("at", 0)),
        )

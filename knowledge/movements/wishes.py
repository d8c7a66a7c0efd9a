"""What somebody wishes for in a movement: area, position, minutes, equipment, level. From words to values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from re import Pattern
from typing import Any

from knowledge.movements.exercise import Exercise, Form
from knowledge.movements.screen import plain

#: What "easier" and "harder" count from, when nothing is known: the middle level.
MIDDLE = 2
FLOOR = ("kneeling", "lying")


@dataclass(frozen=True)
class Wish:
    """What is wished for so far; None is no wish.

    `position` may be "floor"; `level` is the highest that is wanted, or the lowest where `harder` is set; `minutes` is
    the time there is.
    """

    area: str | None = None
    position: str | None = None
    minutes: int | None = None
    equipment: str | None = None
    level: int | None = None
    harder: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is wished for."""
        return any(value for value in asdict(self).values())

    def and_then(self, other: Wish) -> Wish:
        """Return the wish after another one was said: what is said later counts."""
        later = {name: value for name, value in asdict(other).items() if value}
        return Wish(**{**asdict(self), **({"harder": other.harder} if other.level else {}), **later})

    def fits(self, exercise: Exercise, form: Form) -> int:
        """Return how many of the wishes a form misses: 0 is a form as it is wished for."""
        misses = 0
        misses += self.area is not None and self.area not in exercise.areas
        misses += self.position is not None and not self._has_position(form)
        misses += self.minutes is not None and form.minutes > self.minutes
        misses += self.equipment == "none" and bool(form.equipment)
        misses += self.equipment not in (None, "none") and self.equipment not in form.equipment
        if self.level is not None:
            misses += form.level < self.level if self.harder else form.level > self.level
        return misses

    def _has_position(self, form: Form) -> bool:
        return form.position in FLOOR if self.position == "floor" else form.position == self.position

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for a slot."""
        return {name: value for name, value in asdict(self).items() if value}


def wish_of(values: Mapping[str, Any] | None) -> Wish:
    """Build again from `as_dict`; what is unknown is left out."""
    return Wish(**{name: value for name, value in (values or {}).items() if name in Wish.__dataclass_fields__})


@dataclass(frozen=True)
class WishWords:
    """The words of data/movements/finder.yml. `asks` and `starts` together tell that somebody wants a movement."""

    kinds: Mapping[str, Mapping[str, Pattern[str]]]
    another: Pattern[str]
    asks: Pattern[str]
    starts: Pattern[str]
    about: Pattern[str]
    minutes: Pattern[str]
    numbers: Mapping[str, int]
    at_most: int
    order: tuple[str, ...]


def words_of(raw: Mapping[str, Any], language: str = "en") -> WishWords:
    """Build the words. Raises KeyError or re.error for what is missing or broken."""
    words = raw[language]
    return WishWords(
        kinds={
            kind: {value: re.compile(pattern) for value, pattern in words[kind].items()}
            for kind in ("area", "position", "equipment", "level")
        },
        another=re.compile(words["another"]),
        asks=re.compile(words["asks"]),
        starts=re.compile(words["starts"]),
        about=re.compile(words["about"]),
        minutes=re.compile(raw["minutes"]),
        numbers=raw["numbers"],
        at_most=raw["at_most"],
        order=tuple(raw["order"]),
    )


def wish_in(text: str, words: WishWords) -> Wish:
    """Return the wish in a message, empty when there is none."""
    said = plain(text)
    found = {kind: _first(said, rows) for kind, rows in words.kinds.items()}
    level = found["level"]
    return Wish(
        area=found["area"],
        position=found["position"],
        minutes=_minutes(said, words),
        equipment=found["equipment"],
        level=(MIDDLE - 1 if level == "easier" else MIDDLE) if level else None,
        harder=level == "harder",
    )


def asks_for_one(text: str, words: WishWords) -> bool:
    """Return whether a message asks for a movement in so many words ("something for my hips")."""
    said = plain(text)
    return bool(words.asks.search(said) and words.starts.search(said) and not words.about.search(said))


def _first(said: str, rows: Mapping[str, Pattern[str]]) -> str | None:
    return next((value for value, pattern in rows.items() if pattern.search(said)), None)


def _minutes(said: str, words: WishWords) -> int | None:
    match = words.minutes.search(said)
    if match is None:
        return None
    number = match.group(1)
    return int(number) if number.isdigit() else words.numbers[number]

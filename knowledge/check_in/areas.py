"""Which side, and which part of the body, an answer names for the places that were picked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.check_in.content import Choice, Question
from knowledge.check_in.wording import find_all

SIDES = ("left", "right", "both")
#: How many words before a place its side may stand: "the left side of my neck".
REACH = 5
_BESIDE = frozenset(("the", "my", "on", "one", "ones", "side", "sides", "of", "them", "only", "just", "hand", "not"))
_BETWEEN = _BESIDE | {"upper", "lower", "outer", "inner", "front", "back", "a", "bit"}


def sides(question: Question, picked: Sequence[str], words: str) -> dict[str, str]:
    """Return the side of each picked place that has one, in a plain text: {"hips": "left"}."""
    found: dict[str, str] = {}
    for choice in map(question.choice, picked):
        said = [_side(words, *place) for phrase in choice.words for place in find_all(phrase, words)]
        side = next(filter(None, said), None)
        if side and not choice.parts:
            found[choice.id] = side
    return found


def parts(question: Question, picked: Sequence[str], words: str) -> dict[str, str]:
    """Return what a picked choice that gathers several places is called in a plain text: {"other": "left leg"}."""
    return {choice.id: named for choice in map(question.choice, picked) if (named := _named(choice, words))}


def side_alone(words: str) -> str | None:
    """Return the side when a plain text names one side and no place: "the left one", "left, not right"."""
    said = words.split()
    named = [word for word in said if word in SIDES]
    return named[0] if named and set(said) <= _BESIDE | set(SIDES) and named[1:] in ([], ["right"], ["left"]) else None


def with_side(named: str, side: str) -> str:
    """Return a named part on another side: "right leg" becomes "left leg"."""
    first, _, rest = named.partition(" ")
    return f"{side} {rest if first in SIDES else named}"


def _named(choice: Choice, words: str) -> str:
    places = sorted(place for phrase in choice.parts for place in find_all(phrase, words))
    named = [(_side(words, *place), words[slice(*place)].strip()) for place in places]
    return ", ".join(dict.fromkeys(f"{side} {part}" if side else part for side, part in named))


def _side(words: str, start: int, end: int) -> str | None:
    """Return the side that is said of a place: before it with no other place between, or right after it."""
    for word in reversed(words[:start].split()[-REACH:]):
        if word in SIDES:
            return word
        if word not in _BETWEEN:
            break
    after = words[end:].split()[:3]
    return after[2] if len(after) == 3 and after[0] == "on" and after[2] in SIDES else None

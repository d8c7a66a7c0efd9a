"""What a correction leaves of an earlier answer with several choices: "wait, also my jaw", "not the neck". Pure.

A red flag is never taken back in passing: what would leave less of it opens its question again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.check_in import areas
from knowledge.check_in.content import Question
from knowledge.check_in.course import Progress, Said
from knowledge.check_in.signs import Heard

ONLY = frozenset(("only", "just"))


def amended(question: Question, now: Progress, heard: Heard, words: str, adds: bool) -> Said | None:
    """Return the answer after a correction, "back" to its question when it must be asked again, or None.

    `words` is the plain text of the correction. `adds`: it says that something comes on top ("also").
    """
    before = now.answers.get(question.id, ())
    if question.kind == "body_map" and not heard.named and not heard.denied:
        return _other_side(question, now, words)
    if not heard.named and not set(heard.denied) & set(before):
        return None
    picked = _picked(question, before, heard, adds, bool(ONLY & set(words.split())))
    none = question.none.id if question.none else None
    if not picked or (question.red_flag and (picked == (none,) or not set(before) - {none} <= set(picked))):
        return Said("back", question=question.id)
    said = Said("answer", picked, question.id)
    if question.kind != "body_map":
        return said
    return replace(
        said,
        sides=areas.sides(question, heard.named, words),
        parts=areas.parts(question, heard.named, words),
    )


def _picked(question: Question, before: Sequence[str], heard: Heard, adds: bool, only: bool) -> tuple[str, ...]:
    """Return the choices after the correction, in the order of the question.

    Named beside what was picked and one of them denied: swapped. Named among what was picked: as it was, but for the
    side. Else what is named takes the place of everything.
    """
    none = question.none.id if question.none else None
    named = set(heard.named)
    kept = {each for each in before if each not in heard.denied and each != none}
    swaps = bool(set(heard.denied) & set(before))
    if not only and none not in named and (adds or swaps or named <= set(before)):
        named |= kept
    return tuple(choice.id for choice in question.choices if choice.id in named)


def _other_side(question: Question, now: Progress, words: str) -> Said | None:
    """Return the answer with another side for the one place that can be meant: "the left one"."""
    side, picked = areas.side_alone(words), now.answers.get(question.id, ())
    sided = [each for each in picked if each in now.sides or each in now.parts] or list(picked)
    if not side or len(sided) != 1:
        return None
    [place] = sided
    if place in now.parts:
        part = areas.with_side(now.parts[place], side)
        return Said("answer", picked, question.id, parts={place: part})
    return Said("answer", picked, question.id, sides={place: side})

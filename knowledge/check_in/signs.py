"""Which choices of a question a typed answer names, and which it takes back: "not my neck, my jaw". Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from knowledge.check_in.content import Question
from knowledge.check_in.wording import find

#: How many words before a sign may take it back: "no pain in my neck".
REACH = 4


@dataclass(frozen=True)
class Heard:
    """Ids of choices, in the order of the question: those that are named, and those that are only taken back."""

    named: tuple[str, ...]
    denied: tuple[str, ...]


@dataclass(frozen=True)
class _Sign:
    """A phrase of a choice found in a clause."""

    choice: str
    start: int
    end: int
    taken_back: bool


def hear(question: Question, clauses: Sequence[str], negators: Collection[str]) -> Heard:
    """Return what the clauses of a message name. What rules out the others counts only where nothing else is named."""
    signs = [sign for clause in clauses for sign in _longest(_signs(question, clause, negators))]
    named = {sign.choice for sign in signs if not sign.taken_back}
    if len(named) > 1 and question.none:
        named.discard(question.none.id)
    denied = {sign.choice for sign in signs} - named
    ids = [choice.id for choice in question.choices]
    return Heard(tuple(each for each in ids if each in named), tuple(each for each in ids if each in denied))


def _signs(question: Question, clause: str, negators: Collection[str]) -> Iterator[_Sign]:
    for choice in question.choices:
        for phrase in choice.phrases:
            span = find(phrase, clause)
            if span:
                before = clause[: span[0]].split()[-REACH:]
                taken_back = any(word in negators for word in before) and not {"just", "only"} & set(before)
                yield _Sign(choice.id, *span, taken_back)


def _longest(signs: Iterator[_Sign]) -> list[_Sign]:
    """Return the signs that lie in no longer one: "upper back" is not the back."""
    kept: list[_Sign] = []
    for sign in sorted(signs, key=lambda each: (each.start - each.end, each.start)):
        if all(sign.choice == each.choice or sign.end <= each.start or sign.start >= each.end for each in kept):
            kept.append(sign)
    return kept

"""The course of the check-in: from where it stands and what was said to where it stands next. Pure.

A progress is plain values, so that it fits into one slot and outlasts the window of events that is kept:
{"answers": {question: [choice, ...]}, "sides": {area: side}, "parts": {area: name}, "question": id or None, "misses":
count, "note": what the next message says first, "last": the question that was answered or left out last}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from knowledge.check_in.content import CheckIn, Question
from knowledge.check_in.decision import decide, is_asked

Move = Literal["answer", "skip", "back", "why", "unclear", "restart", "resume"]
Note = Literal["", "why", "unclear", "unclear_again", "corrected", "back", "first", "skipped", "resumed", "restarted"]
#: Levels at which nothing more is asked: what to do comes before any other question.
ENDS = ("crisis", "A", "B", "minor")
#: Messages in a row that were not understood, until leaving the question out is offered first.
MISSES = 2


@dataclass(frozen=True)
class Said:
    """What a message says to the check-in. `question` is the one that it is about, None for the one that is open.

    `sides` ({"hips": "left"}) and `parts` ({"other": "left leg"}) tell more of the places that are picked.
    """

    move: Move
    choices: tuple[str, ...] = ()
    question: str | None = None
    sides: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Where a check-in stands. `question` is the open one, None when it is through."""

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    question: str | None = None
    misses: int = 0
    note: Note = ""
    last: str | None = None

    def as_values(self) -> dict[str, Any]:
        """Return plain values, for a slot."""
        return {
            "answers": {name: list(choices) for name, choices in self.answers.items()},
            "sides": dict(self.sides),
            "parts": dict(self.parts),
            "question": self.question,
            "misses": self.misses,
            "note": self.note,
            "last": self.last,
        }

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> Progress:
        """Build again from `as_values`."""
        answers = {name: tuple(choices) for name, choices in values["answers"].items()}
        return Progress(
            answers=answers,
            sides=dict(values["sides"]),
            parts=dict(values.get("parts", {})),  # a conversation that began before there were parts
            question=values["question"],
            misses=values["misses"],
            note=values["note"],
            last=values["last"],
        )


def begin(check_in: CheckIn, pinned: str | None = None) -> Progress:
    """Return the start: the first question is open, unless an earlier message already decides."""
    return replace(Progress(), question=_next(check_in, {}, pinned))


def step(check_in: CheckIn, now: Progress, said: Said, pinned: str | None = None) -> Progress:
    """Return where the check-in stands after a message. `pinned`: the tier that counts, see `decision.decide`.

    An answer with a choice that the question does not have counts as not understood.
    """
    if said.move == "restart":
        return replace(begin(check_in, pinned), note="restarted")
    if said.move == "back":
        return _back(check_in, now, said.question)
    if now.question is None:
        return now
    if said.move == "resume":
        return replace(now, question=_next(check_in, now.answers, pinned), misses=0, note="resumed")
    if said.move == "why":
        return replace(now, note="why")
    if said.move == "skip":
        if said.question not in (None, now.question):  # a button of an earlier message
            return replace(now, note="")
        return _answered(check_in, now, replace(said, choices=(), question=None), pinned, "skipped")
    if said.move == "answer" and _fits(check_in, said, now):
        note: Note = "corrected" if said.question not in (None, now.question) else ""
        return _answered(check_in, now, said, pinned, note)
    misses = now.misses + 1
    return replace(now, misses=misses, note="unclear" if misses < MISSES else "unclear_again")


def asked_before(check_in: CheckIn, now: Progress) -> Question | None:
    """Return the question that was answered or left out last before the open one, None at the first."""
    before: Question | None = None
    for question in check_in.questions:
        if question.id == now.question:
            break
        if question.id in now.answers and is_asked(question, now.answers):
            before = question
    return before


def place(check_in: CheckIn, question_id: str) -> tuple[int, int]:
    """Return the number of a question, and of how many.

    The first only opens (0); one that hangs on another shares its number.
    """
    own = [question.id for question in check_in.questions if not question.asked_if]
    at = 0
    for question in check_in.questions:
        if not question.asked_if:
            at = own.index(question.id)
        if question.id == question_id:
            break
    return at, len(own) - 1


def _fits(check_in: CheckIn, said: Said, now: Progress) -> bool:
    question = check_in.question(said.question or now.question or "")
    known = {choice.id for choice in question.choices}
    return bool(said.choices) and set(said.choices) <= known


def _answered(check_in: CheckIn, now: Progress, said: Said, pinned: str | None, note: Note) -> Progress:
    name = said.question or now.question or ""
    answers = _still_asked(check_in, {**now.answers, name: said.choices})
    sides, parts = now.sides, now.parts
    if check_in.question(name).kind == "body_map":  # what was told of a place stays with it while it is picked
        sides = {place: side for place, side in {**sides, **said.sides}.items() if place in said.choices}
        parts = {place: part for place, part in {**parts, **said.parts}.items() if place in said.choices}
    return Progress(answers, sides, parts, _next(check_in, answers, pinned), 0, note, name)


def _still_asked(check_in: CheckIn, answers: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Drop the answers to questions that are not asked any more."""
    return {name: picked for name, picked in answers.items() if is_asked(check_in.question(name), answers)}


def _back(check_in: CheckIn, now: Progress, question: str | None) -> Progress:
    """Open a question that was asked before: the one that is named, else the last one."""
    before = asked_before(check_in, now)
    if question in now.answers:
        before = check_in.question(str(question))
    if before is None:
        return replace(now, misses=0, note="first")
    return replace(now, question=before.id, misses=0, note="back")


def _next(check_in: CheckIn, answers: Mapping[str, tuple[str, ...]], pinned: str | None) -> str | None:
    """Return the next question: the first that is asked and has no answer; None when there is none, or no need."""
    if _is_decided(check_in, answers, pinned):
        return None
    return next(
        (each.id for each in check_in.questions if each.id not in answers and is_asked(each, answers)),
        None,
    )


def _is_decided(check_in: CheckIn, answers: Mapping[str, tuple[str, ...]], pinned: str | None) -> bool:
    return decide(check_in, answers, pinned).level in ENDS

"""The decision of the check-in: answers in, outcome and reasons out. Pure, and the only place that decides.

The most urgent level that any answer leads to is the outcome. A red-flag question that was left out leads to C at
least. Contradictions count as the more careful of the two: "none of these" never takes a picked sign away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.check_in.content import CheckIn, Choice, Question

#: The choices picked, by question; nothing picked means that the question was left out.
Answers = Mapping[str, Sequence[str]]
#: A question that is asked, with the choices picked.
Asked = tuple[Question, list[Choice]]

#: Where nothing else leads, and where a red-flag question that was left out leads.
LEAST = "D"
LEFT_OUT = "C"
#: What the safety filter noted earlier in the conversation, as a level.
LEVEL_OF_TIER: Mapping[str, str] = {"T1": "crisis", "T2": "crisis", "M1": "A", "M2": "B", "T3": "C"}


@dataclass(frozen=True)
class Reason:
    """Why the outcome is what it is: a choice that was picked, or None for a question that was left out."""

    question: str
    choice: str | None


@dataclass(frozen=True)
class Outcome:
    """A level, the answers that led to it, and whether movement ideas may be offered.

    `held_by`: the answers that hold movement back, where the level alone does not. `earlier`: a message earlier in
    the conversation led to the level. `lines`: ids of help lines, without those of the level twice.
    """

    level: str
    reasons: tuple[Reason, ...]
    movement: bool
    held_by: tuple[Reason, ...]
    lines: tuple[str, ...]
    earlier: bool = False


def decide(check_in: CheckIn, answers: Answers, pinned: str | None = None) -> Outcome:
    """Return the outcome. `pinned` is the most urgent tier of the conversation (T1, T2, T3, M1, M2) that still counts.

    Questions without an answer count as left out, where they would have been asked.
    """
    asked = _asked(check_in, answers)
    led = _led_to(asked)
    earlier = LEVEL_OF_TIER[pinned] if pinned else None
    urgency = [level.id for level in check_in.levels]
    reached = [level for level, _ in led] + ([earlier] if earlier else []) + [LEAST]
    level = check_in.level(min(reached, key=urgency.index))
    held_by = _held_by(asked)
    lines = [*level.lines, *(line for _, picked in asked for choice in picked for line in choice.lines)]
    return Outcome(
        level=level.id,
        reasons=tuple(reason for each, reason in led if each == level.id),
        movement=level.movement and not held_by and earlier is None,
        held_by=held_by,
        lines=tuple(dict.fromkeys(lines)),
        earlier=earlier == level.id,
    )


def is_asked(question: Question, answers: Answers) -> bool:
    """Return whether a question is asked at all, after these answers."""
    return not question.asked_if or any(
        choice in answers.get(name, ()) for name, choices in question.asked_if.items() for choice in choices
    )


def _asked(check_in: CheckIn, answers: Answers) -> list[Asked]:
    """Return the questions that are asked after these answers, each with the choices that were picked."""
    asked: list[Asked] = []
    for question in check_in.questions:
        if is_asked(question, answers):
            picked = answers.get(question.id)
            asked.append((question, [choice for choice in question.choices if choice.id in picked] if picked else []))
    return asked


def _led_to(asked: Sequence[Asked]) -> list[tuple[str, Reason]]:
    """Return every level that an answer leads to, with the answer, in the order of the questions."""
    led: list[tuple[str, Reason]] = []
    for question, picked in asked:
        led += [(choice.effect, Reason(question.id, choice.id)) for choice in picked if choice.effect]
        if question.red_flag and not picked:
            led.append((LEFT_OUT, Reason(question.id, None)))
    return led


def _held_by(asked: Sequence[Asked]) -> tuple[Reason, ...]:
    """Return what holds movement back: a red flag of any level, a choice that holds, a safety question left out."""
    held: list[Reason] = []
    for question, picked in asked:
        held += [
            Reason(question.id, choice.id)
            for choice in picked
            if choice.holds or (question.red_flag and choice.effect is not None)
        ]
        if not picked and (question.red_flag or question.screen):
            held.append(Reason(question.id, None))
    return tuple(held)

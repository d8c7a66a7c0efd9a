"""Outcomes: what became of one message, whichever system read it. Pure.

A system's reply is brought to one shape, `Said`, so that ours and Rasa's default pipeline are counted alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from bench.rows import FollowUp, TwoQuestions
from components.routing import Decision, area_in

#: More choices than this are a menu and not an offer.
OFFERED_AT_MOST = 3
#: Replies that open no card: a message that got one of these was not understood, but nothing wrong was said.
NOT_UNDERSTOOD = frozenset({"did-you-mean", "second-miss", "out-of-scope", "small-talk", "everyday-stress"})


class Outcome(Enum):
    """What became of a message."""

    ANSWERED = "answered"
    OFFERED = "offered"
    WRONG = "wrong"
    MISSED = "missed"
    HANDLED = "handled"


@dataclass(frozen=True)
class Said:
    """What a system says: cards or replies at once, or choices (ids), or a follow-up to the card one is on.

    `label` is the most likely label (`ask/psoas`), whatever was decided, and `share` how sure the system is of it.
    """

    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    aspect: str | None = None
    label: str = ""
    share: float = 0.0


def said(decision: Decision, label: str, share: float) -> Said:
    """Return what our assistant says after a decision of `components.routing`."""
    entities = decision.entities
    if decision.intent == "follow_up":
        return Said(aspect=entities["aspect"], label=label, share=share)
    if decision.intent == "ask":
        topics = entities.get("topics") or [entities["topic"]]
        return Said(answered=tuple(topics), label=label, share=share)
    if entities.get("candidates"):
        offered = tuple(each.partition("/")[2] for each in entities["candidates"])
        return Said(offered=offered, label=label, share=share)
    return Said(answered=(entities["reply"],), label=label, share=share)


def of_question(it: Said, accept: Collection[str], on_card: bool = False) -> Outcome:
    """Return what became of a question that the cards `accept` answer; `on_card`: another card was answered before.

    A wrong one among two answers is still an answer. Taken for a follow-up it is answered from the wrong card, or
    with a question back when there is no card yet.
    """
    if any(each in accept for each in it.answered):
        return Outcome.ANSWERED
    if any(each in accept for each in it.offered[:OFFERED_AT_MOST]):
        return Outcome.OFFERED
    if (on_card and it.aspect) or any(each not in NOT_UNDERSTOOD for each in it.answered):
        return Outcome.WRONG
    return Outcome.MISSED


def of_off_topic(it: Said, cards: Collection[str], on_card: bool = False) -> Outcome:
    """Return what became of a message that none of the `cards` (health, movement, treatment, clinic) is about."""
    if (on_card and it.aspect) or any(each in cards for each in it.answered):
        return Outcome.WRONG
    if it.offered:
        return Outcome.OFFERED
    return Outcome.HANDLED


def of_unlabelled(it: Said, cards: Collection[str]) -> Outcome:
    """Return what became of a question on our subject of which nobody said which card is right."""
    if any(each in cards for each in it.answered):
        return Outcome.ANSWERED
    if it.offered:
        return Outcome.OFFERED
    if any(each not in NOT_UNDERSTOOD for each in it.answered):
        return Outcome.HANDLED
    return Outcome.MISSED


def of_follow_up(it: Said, row: FollowUp, areas: Mapping[str, str]) -> Outcome:
    """Return what became of a follow-up: answered from the card one is on, with what was asked.

    "What about my neck?" may open the card about necks.
    """
    area = area_in(row.text, areas) if row.aspect == "other_area" else None
    if it.aspect == row.aspect or (area and area in it.answered):
        return Outcome.ANSWERED
    if row.aspect in it.offered[:OFFERED_AT_MOST]:
        return Outcome.OFFERED
    if it.aspect or any(each not in NOT_UNDERSTOOD for each in it.answered):
        return Outcome.WRONG
    return Outcome.MISSED


def stays_on_card(it: Said, row: FollowUp, areas: Mapping[str, str]) -> bool:
    """Return whether a follow-up is answered from the right card, be it with another of its follow-ups."""
    area = area_in(row.text, areas) if row.aspect == "other_area" else None
    return bool(it.aspect) or row.topic in it.answered or bool(area and area in it.answered)


def of_two_questions(it: Said, row: TwoQuestions) -> Outcome:
    """Return what became of two questions: both answered, both to choose from, or one alone (missed)."""
    if _both(it.answered, row):
        return Outcome.ANSWERED
    if _both(it.offered[:OFFERED_AT_MOST], row):
        return Outcome.OFFERED
    good = row.accept[0] | row.accept[1]
    if it.answered and not any(each in good or each in NOT_UNDERSTOOD for each in it.answered):
        return Outcome.WRONG
    return Outcome.MISSED


def _both(ids: Collection[str], row: TwoQuestions) -> bool:
    return all(any(each in accept for each in ids) for accept in row.accept)

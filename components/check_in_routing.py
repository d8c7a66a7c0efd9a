"""What a message means while a check-in is open, paused or through: pure, between the reader and Rasa's side.

It turns a tapped choice or a typed text, and what the classifier made of it, into the category and the slots' values,
or leaves the message as the classifier understood it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from knowledge.check_in.content import CheckIn, Question
from knowledge.check_in.course import Progress, Said, begin, step
from knowledge.check_in.decision import decide
from knowledge.check_in.reading import Reader, looks_asked
from knowledge.safety.assessment import more_urgent

FORM = "check_in_form"
INTENT = "check_in"
CRISIS = "crisis"
#: Categories that are said in the middle of the check-in, after which the same question comes again.
INTERRUPTING = ("ask", "follow_up", "contact", "feedback")
#: A share of 1 from which a statement, such as "emdr", is a question of its own and no answer that was not understood.
SURE = 0.6
#: Replies that say that a message was not understood, or that take a stray word for small talk.
NOT_UNDERSTOOD = (
    "did-you-mean", "out-of-scope", "second-miss", "about-which", "yes", "no", "small-talk", "everyday-stress",
    "no-diagnosis", "check-in",
)  # fmt: skip


#: What a text most likely answers in an open question: Said, "stop", or None.
Guess = Callable[[Question, str], Said | str | None]


@dataclass(frozen=True)
class State:
    """What the slots hold. `outcome`: the level of a check-in that is through. `pinned`: the tier that still counts."""

    progress: Progress | None = None
    outcome: str | None = None
    is_open: bool = False
    pinned: str | None = None


@dataclass(frozen=True)
class Understood:
    """What the classifier made of the message: its category, its reply where it has one, and its share of 1."""

    intent: str | None
    reply: str | None = None
    share: float = 0.0


@dataclass(frozen=True)
class Turn:
    """The category and the entities to set in place of the classifier's."""

    intent: str
    entities: dict[str, Any] = field(default_factory=dict)


def tapped(check_in: CheckIn, said: Mapping[str, Any] | None, state: State) -> Turn:
    """Return the turn of a tapped choice; `said` is what it carries, None for the way in from elsewhere."""
    if said is None:
        return started(check_in, state)
    move = Said(said["move"], tuple(said.get("choices", ())), said.get("question"))
    return moved(check_in, move, state)


def typed(
    reader: Reader, check_in: CheckIn, text: str, understood: Understood, state: State, today: date, guess: Guess
) -> Turn | None:
    """Return the turn of a typed message, or None to leave it as it was understood.

    `guess` is asked only for what says nothing plainly and is no question of its own.
    """
    if understood.intent == CRISIS:
        return None
    if state.is_open and state.progress is not None and state.progress.question is not None:
        return _in_the_form(reader, check_in, text, understood, state, today, guess)
    if state.progress is not None and state.progress.question is not None and reader.says("resume", text):
        return moved(check_in, Said("resume"), state)
    if state.outcome is not None and state.progress is not None:
        said = Said("back") if reader.says("revise", text) else reader.correction(text, state.progress, today)
        if said is not None:
            return moved(check_in, said, state)
    return started(check_in, state) if understood.intent == INTENT else None


def started(check_in: CheckIn, state: State) -> Turn:
    """Return the turn that starts a check-in, or goes on with the one that was left."""
    if state.progress is not None and state.progress.question is not None:
        return moved(check_in, Said("resume"), state)
    return _turn(check_in, begin(check_in, state.pinned), state)


def moved(check_in: CheckIn, said: Said, state: State) -> Turn:
    """Return the turn after a move. A move without a check-in starts one."""
    progress = state.progress or begin(check_in, state.pinned)
    if progress.question is None and said.move == "answer" and said.question in progress.answers:
        progress = replace(progress, question=said.question)  # a button of an earlier message, or a correction
    return _turn(check_in, step(check_in, progress, said, state.pinned), state)


def _in_the_form(
    reader: Reader, check_in: CheckIn, text: str, understood: Understood, state: State, today: date, guess: Guess
) -> Turn | None:
    progress = state.progress or Progress()
    said = reader.read(text, progress, today)
    if said is None:
        if understood.intent == "start_over":
            return moved(check_in, Said("restart"), state)
        question = check_in.question(progress.question or "")
        if understood.intent == "stop" or (_interrupts(understood, text) and not reader.denied(question, text)):
            return None
        said = guessed(reader, question, text, guess)
    if said == "stop":
        return Turn("stop", {"reply": "stop", "misses": 0})
    return moved(check_in, said if isinstance(said, Said) else Said("unclear"), state)


def guessed(reader: Reader, question: Question, text: str, guess: Guess) -> Said | str | None:
    """Return the guess for a text that says nothing plainly; none for a question, or for what the text takes back."""
    said = None if looks_asked(text) else guess(question, text)
    taken_back = isinstance(said, Said) and set(said.choices) & set(reader.denied(question, text))
    return None if taken_back else said


def _interrupts(understood: Understood, text: str) -> bool:
    """Return whether a message that is no answer is something else that is understood, such as a question."""
    if understood.intent == "reply":
        return understood.reply not in NOT_UNDERSTOOD
    if understood.intent == "contact":
        return True
    return understood.intent in INTERRUPTING and (looks_asked(text) or understood.share >= SURE)


def _turn(check_in: CheckIn, progress: Progress, state: State) -> Turn:
    entities: dict[str, Any] = {"check_in_progress": progress.as_values(), "check_in_outcome": None, "misses": 0}
    if progress.question is None:
        level = decide(check_in, progress.answers, state.pinned).level
        entities["check_in_outcome"] = level
        if level == "crisis":  # from here on this is a crisis like any other: it stays pinned, whatever is corrected
            tier = check_in.level(level).tier or "T2"
            entities |= {
                "safety_tier": tier,
                "safety_kind": "self",
                "safety_pinned": more_urgent(tier, state.pinned or "T0"),
                "safety_answer": "none",
                "safety_step": "due",
            }
    return Turn(INTENT, entities)

"""What a message means where movements are concerned: a command, facts about a body, or nothing of the kind. Pure.

The understanding (components.understanding) decides first, without knowing what is open. Here its decision is read
again in the light of that: "next" is a step, "knee" answers the screen, "something for my hips" looks for a movement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.movements.guide import Guide
from knowledge.movements.screen import Screen, facts_by_number, facts_in, plain
from knowledge.movements.state import AFTER, HURTS, MENU, OFFERS, PLAYING, SCREEN, Command, State
from knowledge.movements.wishes import Wish, asks_for_one, wish_in

#: Facts that people mention while asking something else: kept, and never taken for all that was said.
IN_PASSING = frozenset({"strong_pain", "back", "flashbacks"})
#: Words of a message that says a fact and nothing else, at most.
STATEMENT = 14
#: Follow-ups that have their own command while a movement is open.
COMMANDS = {
    "next": "next",
    "back": "back",
    "repeat": "repeat",
    "how": "repeat",
    "simpler": "easier",
    "hurts": "hurts",
    "other_side": "other_side",
}
#: Replies that say that a message was not understood.
NOT_UNDERSTOOD = frozenset({"did-you-mean", "second-miss", "out-of-scope", "about-which"})


@dataclass(frozen=True)
class Heard:
    """One message and the decision on it so far: `intent`, `topic`, `aspect` and `reply` as the dialogue has them."""

    text: str
    intent: str
    topic: str | None = None
    aspect: str | None = None
    reply: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the conversation stands; `movements` can be done, `in_form`: a form asks its questions."""

    topic: str | None
    state: State
    movements: frozenset[str] = frozenset()
    in_form: bool = False


@dataclass(frozen=True)
class Meaning:
    """`command` is None when the message is about something else; `facts` were told in passing then."""

    command: Command | None = None
    facts: tuple[str, ...] = ()


def meaning(heard: Heard, place: Place, guide: Guide) -> Meaning:
    """Return what a message means for movements."""
    on_it = bool(place.state.open.state) and place.topic == place.state.open.card
    asked = place.state.open.state if on_it else ""
    facts = facts_in(heard.text, guide.screen, answering=asked == SCREEN)
    if place.in_form or heard.intent in ("crisis", "check_in"):
        return Meaning(facts=facts)
    command = None
    if asked == SCREEN:
        command = _to_the_screen(heard, facts, place, guide)
    elif asked in PLAYING:
        command = _to_a_step(heard, facts, guide)
    elif asked == HURTS:
        command = _to_hurts(heard, guide)
    elif asked == AFTER:
        command = _to_after(heard, guide)
    command = command or _anywhere(heard, facts, place, guide)
    return Meaning(command, facts if command is None else ())


def _typed(heard: Heard, guide: Guide, *names: str) -> str | None:
    said = plain(heard.text)
    return next((name for name in names if guide.typed[name].search(said)), None)


def _is_about_something_else(heard: Heard) -> bool:
    return heard.intent in ("ask", "contact", "check_in", "start_over", "feedback")


def _to_the_screen(heard: Heard, facts: tuple[str, ...], place: Place, guide: Guide) -> Command | None:
    said, answers = plain(heard.text), guide.screen.answers
    numbered = facts_by_number(heard.text, guide.screen)
    if numbered is not None:
        return Command("picked", facts=numbered) if numbered else Command("unclear_fact")
    if facts:
        return Command("fact", facts=facts)
    if heard.intent == "stop":
        return Command("stop")
    short = len(said.split()) <= 6
    if short and any(pattern.search(said) for pattern in answers["skip"]):
        return Command("skip")
    if heard.intent == "deny" or (short and any(pattern.search(said) for pattern in answers["none"])):
        return Command("none")
    if short and any(pattern.search(said) for pattern in answers["done"]):
        # Before anything was told, "ok" is no answer to the question.
        return Command("none" if place.state.facts else "which")
    if heard.intent == "affirm" or heard.reply == "movement-screen-stop":
        return Command("none" if place.state.facts and heard.intent == "affirm" else "which")
    if heard.reply in NOT_UNDERSTOOD:
        return Command("unclear_fact")
    if heard.intent == "ask" and heard.topic == MENU:
        return Command("repeat")
    return None


def _to_a_step(heard: Heard, facts: tuple[str, ...], guide: Guide) -> Command | None:
    exact = _typed(heard, guide, "next", "back", "repeat", "stop")
    if exact:
        return Command(exact)
    if _typed(heard, guide, "hurts") and not (heard.intent == "ask" and heard.text.rstrip().endswith("?")):
        return Command("hurts")
    if facts:
        return Command("fact", facts=facts)
    found = _typed(heard, guide, "other_side", "easier")
    if found:
        return Command(found)
    if heard.intent == "follow_up" and heard.aspect:
        if heard.aspect == "other_option":
            return Command("another", wish=wish_in(heard.text, guide.words))
        do = COMMANDS.get(heard.aspect)
        return Command(do) if do else Command("ask", aspect=heard.aspect)
    if heard.intent in ("stop", "deny"):
        return Command("stop")
    if heard.intent == "affirm":
        return Command("next")
    return Command("unclear") if heard.reply in NOT_UNDERSTOOD else None


def _to_hurts(heard: Heard, guide: Guide) -> Command | None:
    if heard.intent == "affirm":
        return Command("hurts_now")  # which of them is not said: the most careful one
    if heard.intent == "deny" or any(pattern.search(plain(heard.text)) for pattern in guide.screen.answers["none"]):
        return Command("hurts_none")
    told = facts_in(heard.text, guide.screen, answering=True)
    for fact, do in (("red_now", "hurts_now"), ("red_today", "hurts_today"), ("strong_pain", "hurts_strong")):
        if fact in told:
            return Command(do)
    return None if _is_about_something_else(heard) else Command("hurts")


def _to_after(heard: Heard, guide: Guide) -> Command | None:
    found = _typed(heard, guide, "worse", "same", "looser")
    if found and not _is_about_something_else(heard):
        return Command(found)
    if heard.intent == "follow_up" and heard.aspect in ("back", "repeat", "hurts"):
        return Command("back" if heard.aspect != "hurts" else "hurts")
    return None


def _anywhere(heard: Heard, facts: tuple[str, ...], place: Place, guide: Guide) -> Command | None:
    wish = wish_in(heard.text, guide.words)
    if heard.reply == "movement-screen":
        return Command("ask_screen")
    if heard.reply == "movement-screen-stop":
        return Command("which")
    if _wants_one(heard, wish, place, guide):
        return Command("find", wish=wish, facts=facts)
    on_movement = place.topic in place.movements or place.topic == MENU
    if heard.intent == "follow_up" and on_movement:
        if heard.aspect == "other_option" or (heard.aspect == "next" and place.topic == MENU):
            return Command("another", wish=wish, facts=facts)
        if heard.aspect == "how" or (heard.aspect in ("simpler", "example") and place.state.passed is None):
            return Command("start", card=None if place.topic == MENU else place.topic, facts=facts)
        if heard.aspect == "hurts" and place.state.open.state == "stopped":
            return Command("hurts")
    if set(facts) - IN_PASSING and _is_a_statement(heard, guide.screen):
        return Command("fact", facts=facts)
    return None


def _wants_one(heard: Heard, wish: Wish, place: Place, guide: Guide) -> bool:
    if heard.intent == "ask" and heard.topic == MENU:
        return True
    said = plain(heard.text)
    if place.state.open.state == OFFERS and place.topic == MENU and len(said.split()) <= 8:
        refines = bool(wish) or guide.words.another.search(said)
        return bool(refines) and not guide.words.about.search(said) and heard.intent != "ask"
    # "Something for my hips, sitting": asked for in so many words, with something to choose by.
    unclaimed = heard.intent == "follow_up" or heard.reply in NOT_UNDERSTOOD or heard.topic in place.movements
    wished = wish.position or wish.minutes or wish.area or wish.level
    return bool(wished and unclaimed) and asks_for_one(heard.text, guide.words)


def _is_a_statement(heard: Heard, screen: Screen) -> bool:
    said = plain(heard.text)
    question = screen.not_me["question"].search(said) or "?" in heard.text
    return not question and len(said.split()) <= STATEMENT and heard.intent not in ("contact", "check_in")


def entities_of(command: Command) -> Mapping[str, Any]:
    """Return the entities that carry a command through the dialogue; a message that is understood ends the misses."""
    return {**command.as_entities(), "misses": 0}

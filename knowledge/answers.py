"""What the assistant says, as plain messages built from cards. Pure: values in, messages out.

A message has the shape of the public API without `id` and `from`, which `web` adds. The `payload` of a choice is what
Rasa receives when the choice is taken; `web` keeps it and hands out an id in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.cards import Card, Library
from knowledge.movements.choosing import Catalogue
from knowledge.movements.state import MENU, Command, State

Message = dict[str, Any]
Choice = dict[str, Any]

#: Follow-ups that an answer offers by itself, best first.
OFFERED_FOLLOW_UPS = ("what_helps", "how", "why", "is_it_for_me", "example", "evidence")
OFFERED_AT_MOST = 2
#: "How do I do that?" where a card is no practice but has something to try.
STANDS_IN = {"how": "what_helps"}
MOVEMENTS = "stretches"
#: Follow-ups of a movement that tell how it goes: only to those who may do it.
TELLS_HOW = ("simpler", "example")


@dataclass(frozen=True)
class Situation:
    """What counts about a conversation so far when something is said.

    `pinned` is the tier of a crisis or emergency in this conversation (T1, T2, T3, M1, M2), None when there was none.
    `resolved`: the T3 question was answered "no". `movements`: what is known for choosing movements.
    """

    language: str = "en"
    topic: str | None = None
    pinned: str | None = None
    resolved: bool = False
    movements: State = field(default_factory=State)

    @property
    def holds_movements(self) -> bool:
        """Whether a movement that is asked for is held back: not after a T3 that turned out to be none."""
        return self.pinned is not None and not (self.pinned == "T3" and self.resolved)


def payload(intent: str, **entities: Any) -> dict[str, Any]:
    """Return what Rasa receives when a choice is taken."""
    return {"intent": intent, "entities": entities}


def answer(library: Library, card_id: str, now: Situation) -> Message:
    """Return the answer of a card, or why a movement is not offered now. Raises KeyError for an unknown card."""
    card = library.cards[card_id]
    if is_movement(card) and now.holds_movements:
        return reply(library, "movement-not-now", now)
    return _message(library, card, _wording(library, card, now.language), now)


def follow_up(library: Library, aspect: str, now: Situation) -> Message:
    """Return the answer to a follow-up about the topic one is on, or a question back when there is none."""
    asked = library.follow_ups[aspect]
    card = library.cards.get(now.topic or "")
    if card is None:
        return plain(library, asked, asked.text(now.language).no_topic or "", _starters(library, now))
    if aspect == "repeat":
        return answer(library, card.id, now)
    if is_movement(card) and now.holds_movements:
        return reply(library, "movement-not-now", now)
    if aspect in TELLS_HOW and is_movement(card) and not _may_do(library, card, now):
        return answer(library, card.id, now)
    texts = card.text(now.language).follow_ups
    told = aspect if aspect in texts else STANDS_IN.get(aspect, aspect)
    return _message(library, card, texts.get(told) or asked.text(now.language).answer, now, said=told)


def reply(library: Library, reply_id: str, now: Situation, kind: str = "text") -> Message:
    """Return one of the assistant's own replies. Raises KeyError for an unknown one."""
    card = library.cards[reply_id]
    return plain(library, card, _wording(library, card, now.language), _next(library, card, now), kind)


def did_you_mean(
    library: Library, candidates: Sequence[str], now: Situation, reply_id: str = "did-you-mean"
) -> Message:
    """Return the question which of the nearest cards or follow-ups (labels such as `ask/psoas`) was meant."""
    card = library.cards[reply_id]
    choices = [each for each in (_candidate(library, label, now) for label in candidates) if each]
    offered = {choice["label"] for choice in choices}
    choices += [each for each in _next(library, card, now) if each["label"] not in offered]
    if not choices:  # a question with nothing to choose from would be a dead end
        return reply(library, "out-of-scope", now)
    return plain(library, card, _wording(library, card, now.language), choices, "did_you_mean")


def contact(library: Library, now: Situation) -> Message:
    """Return the hand-over to the clinic's contact form; the form itself is not part of the chat."""
    message = reply(library, "contact", now, kind="contact_form")
    topic = contact_topic(library, now)
    own = library.clinic.get("contact_form")
    message["data"] = {
        "phone": library.clinic.get("phone"),
        "url": own.replace("{topic}", topic) if own else "/contact",
        "topic": topic,
        "external": own is not None,  # the clinic's own form: it is opened, and filled in there
    }
    return message


def contact_topic(library: Library, now: Situation) -> str:
    """Return the neutral topic that the contact form begins with: where one is, and never anything about health."""
    card = library.cards.get(now.topic or "")
    return (card.contact_topic if card else None) or "general"


def contact_link(message: Message, public_url: str | None) -> str | None:
    """Return where a channel of plain text sends somebody for the form; None while nobody said where `web` is."""
    data = message["data"]
    if data["external"]:
        return str(data["url"])
    return f"{public_url.rstrip('/')}{data['url']}?topic={data['topic']}" if public_url else None


def opens(library: Library, card_id: str, now: Situation) -> Choice | None:
    """Return the choice that opens a card, None while it must not be offered. Raises KeyError for an unknown card."""
    card = library.cards[card_id]
    return None if _is_hidden(library, card, now) else _opens(library, card, now)


def is_movement(card: Card) -> bool:
    """Return whether the card guides a movement or leads to one."""
    return card.folder == MOVEMENTS


def catalogue_of(library: Library) -> Catalogue | None:
    """Return what movements are chosen from, None where data/ guides none."""
    if library.guide is None:
        return None
    found = {card: library.cards[card].exercise for card in library.guide.words.order if card in library.cards}
    exercises = {card: exercise for card, exercise in found.items() if exercise is not None}
    return Catalogue(exercises, library.guide.screen, library.guide.words.at_most)


def _may_do(library: Library, card: Card, now: Situation) -> bool:
    """Return whether some form of a movement is for this visitor, as far as is known."""
    catalogue = catalogue_of(library)
    if catalogue is None or card.id not in catalogue.exercises:
        return False
    return bool(catalogue.allowed(replace(now.movements, held=now.holds_movements), card.id))


def _is_hidden(library: Library, card: Card, now: Situation) -> bool:
    """Return whether a card is not offered now.

    After a crisis or emergency no movement and no contact form is; before the movement screen only the way to it is,
    and after it what it leaves.
    """
    if now.pinned:
        return is_movement(card) or card.id == "contact"
    return is_movement(card) and card.id != MENU and not _may_do(library, card, now)


def _message(library: Library, card: Card, text: str, now: Situation, said: str | None = None) -> Message:
    message = plain(library, card, text, [*_guiding(library, card, now), *_follow_up_choices(library, card, now, said)])
    message["choices"] += _next(library, card, now)
    if "contact" not in card.next:
        message["choices"] += _about_this(library, card, now)
    message["topic"] = card.id
    return message


def _about_this(library: Library, card: Card, now: Situation) -> list[Choice]:
    """Return the way from any card to a person."""
    person = library.cards.get("contact")
    label = person.text(now.language).choices.get("about") if person else None
    if person is None or label is None or _is_hidden(library, person, now):
        return []
    return [choice(label, payload(person.intent, reply=person.id, topic=card.id), person.id)]


def plain(library: Library, card: Card, text: str, choices: list[Choice], kind: str = "text") -> Message:
    """Return a message with a card's sources, evidence and review around a text."""
    is_aspect = card.folder == "follow_ups"
    return {
        "kind": kind,
        "text": library.clinic.fill(text),
        "topic": None if is_aspect else card.id,
        "choices": choices,
        "sources": [
            {"title": source.title, "publisher": source.publisher, "url": source.url}
            for source in (library.sources[each] for each in card.sources)
        ],
        "evidence": card.evidence,
        "review": {"status": card.review.status, "by": card.review.by, "on": card.review.on},
        "data": {},
    }


def _wording(library: Library, card: Card, language: str) -> str:
    texts = card.text(language)
    unset = any(library.clinic.get(setting) is None for setting in card.needs)
    return texts.answer_unset if unset and texts.answer_unset else texts.answer


def choice(label: str, taken: dict[str, Any], topic: str | None = None) -> Choice:
    """Return a choice; `taken` is the payload, `topic` the card that it opens."""
    return {"label": label, "topic": topic, "payload": taken}


def _opens(library: Library, card: Card, now: Situation) -> Choice:
    """Return the choice that opens a card, with the way back to the one that one is on."""
    if card.id == MENU:
        return choice(card.text(now.language).title, payload("exercise", **Command("find").as_entities()), card.id)
    if card.intent != "ask":
        return choice(card.text(now.language).title, payload(card.intent, reply=card.id), card.id)
    before = {"previous_topic": now.topic} if now.topic and now.topic != card.id else {}
    return choice(card.text(now.language).title, payload("ask", topic=card.id, **before), card.id)


def _next(library: Library, card: Card, now: Situation) -> list[Choice]:
    on_this = replace(now, topic=_topic_of(card) or now.topic)
    following = (library.cards[each] for each in card.next)
    return [_opens(library, each, on_this) for each in following if not _is_hidden(library, each, now)]


def _topic_of(card: Card) -> str | None:
    return card.id if card.intent == "ask" else None


def _guiding(library: Library, card: Card, now: Situation) -> list[Choice]:
    """Return the choices that lead from a card into its steps; the way there asks the screen's question first."""
    if library.guide is None or now.pinned or (card.exercise is None and card.id != MENU):
        return []
    say = library.guide.text
    if card.exercise is None:
        return [choice(say("find", now.language), payload("exercise", **Command("find").as_entities()), card.id)]
    forms = card.text(now.language).exercise
    start = {form: payload("exercise", **Command("start", card.id, form).as_entities()) for form in forms}
    if card.exercise.only_when_asked:  # what can be done is not what the card is about: it is called by its name
        return [choice(forms[form].name, taken) for form, taken in start.items()]
    return [choice(say("guide", now.language), payload("exercise", **Command("start", card.id).as_entities()))]


def _follow_up_choices(library: Library, card: Card, now: Situation, said: str | None) -> list[Choice]:
    texts = card.text(now.language)
    unasked = TELLS_HOW if is_movement(card) else ()
    open_ones = [each for each in OFFERED_FOLLOW_UPS if each in texts.follow_ups and each not in (said, *unasked)]
    return [
        choice(
            library.follow_ups[aspect].text(now.language).title,
            payload("follow_up", aspect=aspect, topic=card.id),
        )
        for aspect in open_ones[:OFFERED_AT_MOST]
    ]


def _starters(library: Library, now: Situation) -> list[Choice]:
    return _next(library, library.cards["what-i-can-do"], now)


def _candidate(library: Library, label: str, now: Situation) -> Choice | None:
    intent, _, each = label.partition("/")
    if intent == "follow_up":
        card = library.cards.get(now.topic or "")
        if card is None or each not in card.text(now.language).follow_ups:
            return None
        title = library.follow_ups[each].text(now.language).title
        return choice(title, payload("follow_up", aspect=each, topic=card.id), card.id)
    candidate = library.cards[each]
    if _is_hidden(library, candidate, now):
        return None
    return _opens(library, candidate, now)

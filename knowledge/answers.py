"""What the assistant says, as plain messages built from cards. Pure: values in, messages out.

A message has the shape of the public API without `id` and `from`, which `web` adds. The `payload` of a choice is what
Rasa receives when the choice is taken; `web` keeps it and hands out an id in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.cards import Card, Library

Message = dict[str, Any]
Choice = dict[str, Any]

#: Follow-ups that an answer offers by itself, best first; movements offer their steps.
OFFERED_FOLLOW_UPS = ("how", "why", "is_it_for_me", "example", "evidence")
OFFERED_AT_MOST = 2
MOVEMENTS = "stretches"
#: The follow-up of a movement that tells its steps, and those that may tell some: only after the movement screen.
STEPS = "how"
AFTER_THE_SCREEN = (STEPS, "simpler", "example", "other_option")


@dataclass(frozen=True)
class Situation:
    """What counts about a conversation so far when something is said.

    `pinned` is the tier of a crisis or emergency in this conversation (T1, T2, T3, M1, M2), `screen` the outcome of the
    movement screen ("passed", "stopped"), both None when there was none. `resolved`: the T3 question was answered "no".
    """

    language: str = "en"
    topic: str | None = None
    pinned: str | None = None
    screen: str | None = None
    resolved: bool = False

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
        return _plain(library, asked, asked.text(now.language).no_topic or "", _starters(library, now))
    if aspect == "repeat":
        return answer(library, card.id, now)
    if is_movement(card) and now.holds_movements:
        return reply(library, "movement-not-now", now)
    if is_movement(card) and aspect in AFTER_THE_SCREEN and now.screen != "passed":
        return movement_screen(library, card, now, aspect)
    text = card.text(now.language).follow_ups.get(aspect)
    return _message(library, card, text or asked.text(now.language).answer, now, said=aspect)


def reply(library: Library, reply_id: str, now: Situation, kind: str = "text") -> Message:
    """Return one of the assistant's own replies. Raises KeyError for an unknown one."""
    card = library.cards[reply_id]
    return _plain(library, card, _wording(library, card, now.language), _next(library, card, now), kind)


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
    return _plain(library, card, _wording(library, card, now.language), choices, "did_you_mean")


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


def movement_screen(library: Library, card: Card, now: Situation, aspect: str = STEPS) -> Message:
    """Return the one question before the first steps of a movement, with its two ways on: to `aspect`, or not."""
    texts = library.cards["movement-screen"].text(now.language)
    message = _message(library, card, texts.answer, now)
    message["choices"] = [
        _choice(
            texts.choices["passed"],
            payload("follow_up", aspect=aspect, topic=card.id, movement_screen="passed"),
        ),
        _choice(
            texts.choices["stopped"],
            payload("reply", reply="movement-screen-stop", movement_screen="stopped"),
        ),
    ]
    return message


def opens(library: Library, card_id: str, now: Situation) -> Choice | None:
    """Return the choice that opens a card, None while it must not be offered. Raises KeyError for an unknown card."""
    card = library.cards[card_id]
    return None if _is_hidden(card, now) else _opens(library, card, now)


def is_movement(card: Card) -> bool:
    """Return whether the card guides a movement or leads to one."""
    return card.folder == MOVEMENTS


def _is_hidden(card: Card, now: Situation) -> bool:
    """Return whether a card is not offered now: after a crisis or emergency no movement and no contact form is."""
    return bool(now.pinned) and (is_movement(card) or card.id == "contact")


def _message(library: Library, card: Card, text: str, now: Situation, said: str | None = None) -> Message:
    message = _plain(library, card, text, _follow_up_choices(library, card, now, said))
    message["choices"] += _next(library, card, now)
    if "contact" not in card.next:
        message["choices"] += _about_this(library, card, now)
    message["topic"] = card.id
    return message


def _about_this(library: Library, card: Card, now: Situation) -> list[Choice]:
    """Return the way from any card to a person."""
    person = library.cards.get("contact")
    label = person.text(now.language).choices.get("about") if person else None
    if person is None or label is None or _is_hidden(person, now):
        return []
    return [_choice(label, payload(person.intent, reply=person.id, topic=card.id), person.id)]


def _plain(library: Library, card: Card, text: str, choices: list[Choice], kind: str = "text") -> Message:
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


def _choice(label: str, taken: dict[str, Any], topic: str | None = None) -> Choice:
    return {"label": label, "topic": topic, "payload": taken}


def _opens(library: Library, card: Card, now: Situation) -> Choice:
    """Return the choice that opens a card, with the way back to the one that one is on."""
    if card.intent != "ask":
        return _choice(card.text(now.language).title, payload(card.intent, reply=card.id), card.id)
    before = {"previous_topic": now.topic} if now.topic and now.topic != card.id else {}
    return _choice(card.text(now.language).title, payload("ask", topic=card.id, **before), card.id)


def _next(library: Library, card: Card, now: Situation) -> list[Choice]:
    on_this = replace(now, topic=_topic_of(card) or now.topic)
    following = (library.cards[each] for each in card.next)
    return [_opens(library, each, on_this) for each in following if not _is_hidden(each, now)]


def _topic_of(card: Card) -> str | None:
    return card.id if card.intent == "ask" else None


def _follow_up_choices(library: Library, card: Card, now: Situation, said: str | None) -> list[Choice]:
    texts = card.text(now.language)
    open_ones = [each for each in OFFERED_FOLLOW_UPS if each in texts.follow_ups and each != said]
    return [
        _choice(_follow_up_label(library, card, aspect, now), payload("follow_up", aspect=aspect, topic=card.id))
        for aspect in open_ones[:OFFERED_AT_MOST]
    ]


def _follow_up_label(library: Library, card: Card, aspect: str, now: Situation) -> str:
    texts = library.follow_ups[aspect].text(now.language)
    return texts.choices["steps"] if aspect == STEPS and is_movement(card) else texts.title


def _starters(library: Library, now: Situation) -> list[Choice]:
    return _next(library, library.cards["what-i-can-do"], now)


def _candidate(library: Library, label: str, now: Situation) -> Choice | None:
    intent, _, each = label.partition("/")
    if intent == "follow_up":
        card = library.cards.get(now.topic or "")
        if card is None or each not in card.text(now.language).follow_ups:
            return None
        title = library.follow_ups[each].text(now.language).title
        return _choice(title, payload("follow_up", aspect=each, topic=card.id), card.id)
    candidate = library.cards[each]
    if _is_hidden(candidate, now):
        return None
    return _opens(library, candidate, now)

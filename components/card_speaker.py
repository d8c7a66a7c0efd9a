"""CardSpeaker: says the answers from the cards, in Rasa's own process (endpoints.yml, `nlg: type:`).

The texts are read from data/ when they have changed; a broken card is refused and the last good ones are kept.
What the domain says for an `utter_…` that no card covers is said as it stands there.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components.check_in_speech import CHECK_IN_ACTIONS, check_in_messages, pinned_by, shareable, ways_back
from components.crisis_texts import crisis_replies, help_lines
from components.live_cards import live_cards
from knowledge import answers
from knowledge.answers import Message, Situation, contact_link
from knowledge.cards import Library
from knowledge.check_in.content import check_in
from knowledge.movements import said as movements
from knowledge.movements.from_check_in import with_check_in
from knowledge.movements.screen import Screen
from knowledge.movements.state import SLOTS, Say, State, state_of
from knowledge.safety.assessment import Assessment
from knowledge.safety.replies import crisis_message, footer_text, next_step_message

#: The message property that the safety filter sets.
SAFETY = "safety"
#: The setting that says where `web` is reached.
PUBLIC_URL = "UNCLENCH_PUBLIC_URL"
FROM_THE_ACTION_SERVER = ("action_start_over",)


class CardSpeaker(NaturalLanguageGenerator):
    """A NaturalLanguageGenerator over the cards."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        """Take Rasa's arguments and load the cards."""
        self._live = live_cards()
        self._from_domain = TemplatedNaturalLanguageGenerator(domain.responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Return the response for `utter_action`: a text for any channel, and `messages` for ours.

        Raises RuntimeError after an action that failed: nothing is said then, and `web` gives the safe reply.
        """
        if action_failed(tracker):
            raise RuntimeError("The action before it gave nothing, so what it would have decided cannot be said.")
        messages = say(utter_action, self._live.get(), tracker)
        if messages is None:
            return await self._from_domain.generate(utter_action, tracker, output_channel, **kwargs)
        return response(messages)


def action_failed(tracker: DialogueStateTracker) -> bool:
    """Whether the last action was the action server's and came to nothing: Rasa goes on as if it had been well.

    Our actions set a slot always, so that one without is one that failed.
    """
    for event in reversed(tracker.events):
        if isinstance(event, SlotSet):
            return False
        if isinstance(event, ActionExecuted):
            return event.action_name in FROM_THE_ACTION_SERVER
    return False


def say(utter_action: str, library: Library, tracker: DialogueStateTracker) -> list[Message] | None:
    """Return the messages for an `utter_…` of the domain, or None when no card covers it."""
    now = situation_of(tracker, library)
    spoken = _say(utter_action, library, tracker, now)
    if spoken is None or utter_action == "utter_crisis":
        return spoken
    step = _next_step(tracker)
    if step:
        # What was asked is answered too, except with small talk or the contact form: not as the answer to a crisis.
        spoken = [step, *spoken] if utter_action in ("utter_answer", "utter_follow_up") else [step]
    footer = safety_of(tracker).get("footer")
    if footer:
        spoken[-1]["text"] += " " + footer_text(footer, now.language, crisis_replies())
    if utter_action in ("utter_answer", "utter_follow_up", "utter_reply") and not now.pinned:
        back = movements.resume_choice(library, now.movements, now.language)
        spoken[-1]["choices"] += [back] if back else []
    for message in spoken:
        if now.pinned:
            message["data"]["pinned"] = now.pinned
    return spoken


def _say(utter_action: str, library: Library, tracker: DialogueStateTracker, now: Situation) -> list[Message] | None:
    asked = entities_of(tracker)
    if utter_action == "utter_crisis":
        assessment = Assessment.from_dict(safety_of(tracker))
        message = crisis_message(assessment, assessment.lang, help_lines(), crisis_replies())
        if assessment.tier == "T0":  # our question was answered "no"
            message["choices"] += ways_back(tracker, now.language)
        return [message]
    if utter_action in CHECK_IN_ACTIONS:
        return check_in_messages(utter_action, library, tracker, now, help_lines(), crisis_replies())
    if utter_action == "utter_answer":
        return [answers.answer(library, topic, now) for topic in asked.get("topics") or [now.topic]]
    if utter_action == "utter_follow_up":
        return [answers.follow_up(library, tracker.get_slot("aspect"), now)]
    if utter_action == "utter_exercise":
        return _guided(library, tracker, now)
    if utter_action == "utter_contact":
        message = answers.contact(library, now)
        message["data"]["answers"] = shareable(tracker, now.language)
        return [message]
    if utter_action == "utter_reply":
        reply = tracker.get_slot("reply")
        candidates = asked.get("candidates")
        if candidates is not None:
            return [answers.did_you_mean(library, candidates, now, reply)]
        return [answers.reply(library, reply, now)]
    return None


def _guided(library: Library, tracker: DialogueStateTracker, now: Situation) -> list[Message]:
    """Return what the MovementReader decided to say; a red flag gets its fixed safety reply."""
    said = [Say.from_dict(each) for each in tracker.get_slot("exercise_say") or [{"what": "held"}]]
    for each in said:
        if each.what == "red" and library.guide:
            red = library.guide.screen.facts[each.facts[0]].red
            assert red is not None  # noqa: S101 (only facts with a red flag are said so)
            assessment = Assessment(tier=red.tier, kind=red.kind, lang=now.language)  # type: ignore[arg-type]
            return [crisis_message(assessment, now.language, help_lines(), crisis_replies())]
    return movements.say(library, said, now.movements, now)


def _next_step(tracker: DialogueStateTracker) -> Message | None:
    """Return the one small next step after T1 or T2, when this message is the first since then."""
    if entities_of(tracker).get("safety_step") != "saying":
        return None
    language = tracker.get_slot("safety_language") or "en"
    return next_step_message(
        tracker.get_slot("safety_pinned"), tracker.get_slot("safety_kind"), 0, language, help_lines(), crisis_replies()
    )


def safety_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what the safety filter found in the last message: the fields of an Assessment, or nothing."""
    message = tracker.latest_message
    found = (message.parse_data or {}).get(SAFETY) if message else None
    return dict(found or {})


def situation_of(tracker: DialogueStateTracker, library: Library) -> Situation:
    """Return what counts about the conversation so far, from its slots."""
    now = Situation(
        language=tracker.get_slot("language") or "en",
        topic=tracker.get_slot("topic"),
        pinned=pinned_by(tracker),
        resolved=tracker.get_slot("safety_answer") == "no",
    )
    if library.guide is None:
        return now
    return replace(now, movements=movements_of(tracker, now.holds_movements, library.guide.screen))


def movements_of(tracker: DialogueStateTracker, held: bool, screen: Screen) -> State:
    """Return where the conversation stands with movements, from its slots."""
    state = state_of({slot: tracker.get_slot(slot) for slot in SLOTS}, held)
    progress = tracker.get_slot("check_in_progress")
    return replace(state, facts=with_check_in(state.facts, check_in(), progress, screen))


def entities_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return the entities of the last message; an entity with several values is a list."""
    found: dict[str, Any] = {}
    message = tracker.latest_message
    for entity in message.entities if message else []:
        name, value = entity["entity"], entity["value"]
        if name in ("topics", "candidates"):
            found.setdefault(name, [])
            found[name].extend(value if isinstance(value, list) else [value])
        else:
            found[name] = value
    return found


def response(messages: list[Message]) -> dict[str, Any]:
    """Return a Rasa response: a text and buttons for any channel, `messages` for our own."""
    return {
        "text": "\n\n".join(_as_text(message) for message in messages),
        "messages": messages,
        "buttons": [
            {"title": choice["label"], "payload": as_command(choice["payload"])} for choice in messages[-1]["choices"]
        ],
    }


def _as_text(message: Message) -> str:
    """Return a message for a channel that has only text: there the form is a link."""
    link = contact_link(message, os.environ.get(PUBLIC_URL)) if message["kind"] == "contact_form" else None
    return f"{message['text']}\n{link}" if link else str(message["text"])


def as_command(payload: dict[str, Any]) -> str:
    """Return a payload in Rasa's own writing: `/ask{"topic": "psoas"}`."""
    return f"/{payload['intent']}{json.dumps(payload['entities'], ensure_ascii=False)}"

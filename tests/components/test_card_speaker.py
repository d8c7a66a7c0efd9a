from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet

from components.card_speaker import CardSpeaker, as_command, entities_of, response, say, situation_of
from knowledge.answers import Situation
from knowledge.cards import Library
from knowledge.check_in.content import check_in
from knowledge.check_in.course import Progress
from knowledge.check_in.decision import decide
from knowledge.check_in.sharing import shared
from knowledge.movements.state import Open
from knowledge.safety import Assessment

# What is said


def test_an_answer_is_said_from_the_card_of_the_slot(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_answer", library, make_tracker({"topic": "psoas"}))
    assert message["topic"] == "psoas"
    assert message["text"] == library.cards["psoas"].text("en").answer


def test_two_questions_get_two_messages_in_their_order(library: Library, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "emdr"}, {"topics": ["psoas", "emdr"]})
    assert [message["topic"] for message in say("utter_answer", library, tracker)] == ["psoas", "emdr"]


def test_a_follow_up_is_said_from_the_card_one_is_on(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_follow_up", library, make_tracker({"topic": "psoas", "aspect": "why"}))
    assert message["text"] == library.cards["psoas"].text("en").follow_ups["why"]


def test_a_follow_up_without_a_topic_asks_back(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_follow_up", library, make_tracker({"aspect": "why"}))
    assert message["text"] == library.follow_ups["why"].text("en").no_topic


def test_a_reply_is_the_one_of_the_slot(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_reply", library, make_tracker({"reply": "about-me"}))
    assert (message["topic"], message["kind"]) == ("about-me", "text")


def test_did_you_mean_offers_the_candidates_of_the_message(library: Library, make_tracker: Any) -> None:
    entities = {"reply": "did-you-mean", "candidates": ["ask/psoas", "ask/emdr"]}
    (message,) = say("utter_reply", library, make_tracker({"reply": "did-you-mean"}, entities))
    assert message["kind"] == "did_you_mean"
    assert [choice["topic"] for choice in message["choices"]] == ["psoas", "emdr"]


def test_candidates_of_an_earlier_message_are_not_offered_again(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_reply", library, make_tracker({"reply": "thanks"}))
    assert message["kind"] == "text"


@pytest.mark.parametrize(
    ("public_url", "link"),
    [("https://chat.example.org/", "\nhttps://chat.example.org/contact?topic=cost"), (None, "")],
)
def test_a_channel_of_plain_text_gets_a_link_to_the_form(
    library: Library, make_tracker: Any, monkeypatch: pytest.MonkeyPatch, public_url: str | None, link: str
) -> None:
    monkeypatch.delenv("UNCLENCH_PUBLIC_URL", raising=False)
    if public_url:
        monkeypatch.setenv("UNCLENCH_PUBLIC_URL", public_url)
    messages = say("utter_contact", library, make_tracker({"reply": "contact", "topic": "cost-and-insurance"})) or []
    assert response(messages)["text"] == messages[0]["text"] + link


def test_after_a_finished_check_in_the_form_offers_just_what_would_be_sent_and_without_one_nothing(
    library: Library, make_tracker: Any
) -> None:
    first, *others = check_in().questions
    answers = {first.id: (first.choices[0].id,), **{each.id: (each.choices[-1].id,) for each in others}}
    progress = Progress(answers)
    outcome = decide(check_in(), answers)
    slots = {"check_in_progress": progress.as_values(), "check_in_outcome": outcome.level}
    (message,) = say("utter_contact", library, make_tracker(slots)) or []
    lines = [f"{each['question']}: {each['answer']}" for each in message["data"]["answers"]]
    assert lines == shared(check_in(), progress, outcome)["lines"] and len(lines) > 5
    (without,) = say("utter_contact", library, make_tracker({})) or []
    assert without["data"]["answers"] == []


def test_contact_is_the_hand_over_to_the_form(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_contact", library, make_tracker({"reply": "contact"}))
    assert (message["kind"], message["data"]["url"]) == ("contact_form", "/contact")


STEP = {"state": "step", "card": "half-kneel", "form": "usual", "at": 1}


def test_what_the_action_decided_about_movements_is_said(library: Library, make_tracker: Any) -> None:
    slots = {"exercise": STEP, "movement_screen": "passed", "exercise_say": [{"what": "step", "at": 1}]}
    (message,) = say("utter_exercise", library, make_tracker({**slots, "topic": "half-kneel"}))
    assert (message["kind"], message["topic"], message["data"]["at"]) == ("exercise", "half-kneel", 1)


def test_a_red_flag_that_was_chosen_gets_the_fixed_safety_reply(library: Library, make_tracker: Any) -> None:
    for fact, tier in (("red_now", "M1"), ("red_today", "M2")):
        slots = {"exercise_say": [{"what": "red", "facts": [fact]}], "safety_pinned": tier}
        (message,) = say("utter_exercise", library, make_tracker(slots))
        assert (message["kind"], message["data"]["tier"], message["data"]["pinned"]) == ("crisis", tier, tier)
        assert message["data"]["lines"]


def test_when_nothing_was_decided_no_movement_is_shown(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_exercise", library, make_tracker())
    assert message["topic"] == "movement-not-now"


def test_an_answer_to_something_else_leads_back_to_the_movement(library: Library, make_tracker: Any) -> None:
    slots = {"topic": "psoas", "exercise": STEP, "movement_screen": "passed"}
    (message,) = say("utter_answer", library, make_tracker(slots))
    assert message["choices"][-1]["payload"] == {"intent": "exercise", "entities": {"exercise_do": "resume"}}
    (message,) = say("utter_answer", library, make_tracker({**slots, "safety_pinned": "T3"}))
    assert "exercise" not in {choice["payload"]["intent"] for choice in message["choices"]}


def test_a_crisis_that_is_pinned_hides_movements_and_is_marked(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_answer", library, make_tracker({"topic": "half-kneel", "safety_pinned": "T2"}))
    assert message["topic"] == "movement-not-now"
    assert message["data"]["pinned"] == "T2"


def test_a_check_in_that_comes_to_a_crisis_answers_in_the_language_that_it_was_told_in(
    library: Library, make_tracker: Any
) -> None:
    progress = {"answers": {"now": ["thoughts"]}, "sides": {}, "question": None, "misses": 0, "note": "", "last": None}
    slots = {"check_in_progress": progress, "safety_pinned": "T2", "safety_language": "es"}
    (message,) = say("utter_check_in_result", library, make_tracker(slots))
    assert (message["kind"], message["data"]["tier"]) == ("crisis", "T2")
    assert "988" in message["text"] and "oprime 2" in message["text"]


def test_a_crisis_is_answered_from_the_safety_replies(library: Library, make_tracker: Any) -> None:
    found = Assessment(tier="T2", kind="self", lang="en", by="rule").as_dict()
    (message,) = say("utter_crisis", library, make_tracker({"safety_pinned": "T2"}, safety=found))
    assert (message["kind"], message["data"]["tier"]) == ("crisis", "T2")
    assert message["data"]["lines"]


def test_the_library_is_not_changed_by_what_is_said(library: Library, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "psoas", "safety_pinned": "T2"})
    assert say("utter_answer", library, tracker) == say("utter_answer", library, tracker)


def test_what_no_card_covers_is_left_to_the_domain(library: Library, make_tracker: Any) -> None:
    assert say("utter_not_understood", library, make_tracker()) is None


# From the tracker


def test_the_situation_is_read_from_the_slots(library: Library, make_tracker: Any) -> None:
    slots = {"language": "es", "topic": "psoas", "safety_pinned": "M1", "movement_screen": "passed", "exercise": STEP}
    now = situation_of(make_tracker({**slots, "movement_facts": ["knee"]}), library)
    assert (now.language, now.topic, now.pinned) == ("es", "psoas", "M1")
    assert (now.movements.passed, now.movements.facts, now.movements.held) == ("passed", ("knee",), True)
    assert now.movements.open == Open("step", "half-kneel", "usual", 1)


def test_a_new_conversation_is_in_english_and_about_nothing(library: Library, make_tracker: Any) -> None:
    assert situation_of(make_tracker(), library) == Situation()


def test_entities_come_as_values_and_lists_as_lists(make_tracker: Any) -> None:
    found = entities_of(make_tracker(entities={"topic": "psoas", "topics": ["a", "b"], "candidates": "ask/a"}))
    assert found == {"topic": "psoas", "topics": ["a", "b"], "candidates": ["ask/a"]}


# As Rasa's response


def test_a_response_has_a_text_and_buttons_for_any_channel(library: Library, make_tracker: Any) -> None:
    messages = say("utter_answer", library, make_tracker({"topic": "emdr"}, {"topics": ["psoas", "emdr"]}))
    assert messages is not None
    said = response(messages)
    assert said["messages"] == messages
    assert said["text"] == "\n\n".join(message["text"] for message in messages)
    assert [button["title"] for button in said["buttons"]] == [choice["label"] for choice in messages[-1]["choices"]]


def test_a_payload_is_written_as_rasa_reads_it() -> None:
    command = as_command({"intent": "ask", "entities": {"topic": "psoas", "note": "ñ"}})
    assert command.startswith('/ask{"')
    assert json.loads(command.removeprefix("/ask")) == {"topic": "psoas", "note": "ñ"}


def test_the_speaker_says_cards_and_leaves_the_rest_to_the_domain(domain: Domain, make_tracker: Any) -> None:
    speaker = CardSpeaker(None, domain)
    card = asyncio.run(speaker.generate("utter_answer", make_tracker({"topic": "psoas"}), "unclench"))
    other = asyncio.run(speaker.generate("utter_not_understood", make_tracker(), "unclench"))
    assert card is not None
    assert card["messages"][0]["topic"] == "psoas"
    assert other is not None
    assert "911" in other["text"]


# After an action that failed


def test_after_an_action_that_came_to_nothing_nothing_is_said(domain: Domain, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "psoas", "reply": "start-over"})
    tracker.update(ActionExecuted("action_start_over"))
    with pytest.raises(RuntimeError, match="gave nothing"):
        asyncio.run(CardSpeaker(None, domain).generate("utter_reply", tracker, "unclench"))


def test_after_an_action_that_was_well_its_words_are_said(domain: Domain, make_tracker: Any) -> None:
    tracker = make_tracker({"reply": "start-over"})
    tracker.update(ActionExecuted("action_start_over"))
    tracker.update(SlotSet("topic", None))
    assert asyncio.run(CardSpeaker(None, domain).generate("utter_reply", tracker, "unclench"))

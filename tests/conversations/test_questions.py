"""What a visitor asks, and what comes back: through the public API, against the running services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.dsl import Chat

pytestmark = pytest.mark.slow


def test_the_first_message_says_that_it_is_automated_and_where_help_is(chat: Chat) -> None:
    chat.gets(says="automated").gets(says="911").gets(says="988").gets(says="not a person")


def test_a_question_gets_its_answer_with_sources_evidence_and_an_honest_review_status(chat: Chat) -> None:
    chat.says("is trauma stored in the hips?").gets(topic="trauma-stored-in-hips", kind="text")
    answer = chat.messages[0]
    assert answer["sources"] and {"title", "publisher", "url"} <= set(answer["sources"][0])
    assert answer["evidence"] in ("well supported", "some", "little", "the clinic's view")
    assert answer["review"] == {"status": "draft", "by": None, "on": None}
    assert answer["from"] == "assistant" and answer["id"]


def test_follow_ups_are_answered_from_the_card_one_is_on(chat: Chat) -> None:
    chat.says("why do i grind my teeth at night").gets(topic="jaw-clenching")
    for follow_up in ("why?", "is that proven or what", "say it simpler please", "and for me?", "tell me more"):
        chat.says(follow_up).gets(topic="jaw-clenching")


@pytest.mark.parametrize(
    "asked", ["what can I do about it", "how do I get rid of it?", "ok and what helps", "how do i do that"]
)
def test_what_can_be_done_about_it_is_answered_from_the_card_one_is_on(chat: Chat, asked: str) -> None:
    chat.says("why is my jaw always tight?").gets(topic="jaw-clenching")
    chat.says(asked).gets(topic="jaw-clenching", says="red light")


def test_a_follow_up_before_any_topic_gets_a_question_back(chat: Chat) -> None:
    chat.says("why?")
    assert chat.topics() == [None]
    assert chat.messages[0]["choices"]


def test_another_body_area_opens_its_card_and_back_returns(chat: Chat) -> None:
    chat.says("why is my jaw always tight?").gets(topic="jaw-clenching")
    chat.says("what about my shoulders?").gets(topic="neck-and-shoulders")
    chat.says("go back please").gets(topic="jaw-clenching")


def test_a_choice_can_be_tapped_typed_or_counted(open_chat: Callable[[], Chat]) -> None:
    for answer in ("tap", "label", "2"):
        chat = open_chat().says("what is the psoas?").gets(topic="psoas")
        choice = chat.messages[-1]["choices"][1]
        if answer == "tap":
            chat.takes(choice["label"])
        else:
            chat.says(choice["label"] if answer == "label" else answer)
        chat.gets(topic=choice["topic"] or "psoas")


def test_two_questions_in_one_message_get_two_answers(chat: Chat) -> None:
    chat.says("what is emdr and how much does it cost?")
    assert chat.topics() == ["emdr", "cost-and-insurance"]


def test_two_misses_lead_to_a_person(chat: Chat) -> None:
    for _ in range(2):
        chat.says("qwv xkcd zzyzx brr")
    offered = [choice["topic"] for message in chat.messages for choice in message["choices"]]
    assert chat.topics() == ["second-miss"] and "contact" in offered


def test_somebody_who_wants_a_person_gets_the_contact_form(chat: Chat) -> None:
    chat.says("can i talk to a real person at the clinic").gets(topic="contact", kind="contact_form")


def test_what_is_not_known_about_the_clinic_is_said_to_be_unknown(chat: Chat) -> None:
    chat.says("what are your opening hours").gets(topic="clinic-hours", says="don't")


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("are you a real person", ("about-me",)),
        ("do i have ptsd", ("no-diagnosis",)),
        ("should i take more of my xanax", ("no-medication",)),
        ("what's the weather tomorrow", ("out-of-scope", "small-talk")),
        ("¿la ansiedad puede causar dolor de espalda?", ("spanish",)),
        ("how can i help my daughter with her anxiety", ("third-party",)),
        ("start over", ("start-over",)),
        ("u are a stupid bot", ("insult",)),
    ],
)
def test_the_assistant_speaks_for_itself(chat: Chat, text: str, topics: tuple[str, ...]) -> None:
    chat.says(text).gets(topic=topics)


def test_start_over_forgets_the_topic(chat: Chat) -> None:
    chat.says("what is the psoas?").says("start over").gets(topic="start-over")
    chat.says("why?")
    assert chat.topics() == [None]


def test_a_reload_shows_the_whole_conversation(chat: Chat) -> None:
    chat.says("what is fight or flight?").says("why?")
    texts = [(message["from"], message["text"]) for message in chat.transcript()]
    assert ("visitor", "what is fight or flight?") in texts and ("visitor", "why?") in texts
    assert len(texts) == 5


def test_a_deleted_conversation_is_gone_from_every_store(chat: Chat, assistant: object) -> None:
    marker = "zebra-marker-7731"
    chat.says(f"what is the psoas {marker}")
    answer = chat.http.delete(f"/api/conversations/{chat.id}", headers=chat.authorization)
    assert answer.status_code == 204
    assert chat.http.get(f"/api/conversations/{chat.id}/messages", headers=chat.authorization).status_code == 404
    folder = assistant.folder  # type: ignore[attr-defined]
    for file in folder.glob("*"):
        assert marker.encode() not in file.read_bytes(), file.name


def test_turn_60_remembers_as_well_as_turn_6(chat: Chat) -> None:
    for _ in range(30):
        chat.says("what is the psoas?").says("thanks")
    chat.says("is it proven?").gets(topic="psoas")

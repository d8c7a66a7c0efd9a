"""A person, when one is wanted: from the chat to the form, and what the form does when a crisis is typed into it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conversations.dsl import Chat
from tests.services import Running

pytestmark = pytest.mark.slow


def send(chat: Chat, **change: Any) -> dict[str, Any]:
    asked = {"name": "Sam Rivera", "phone": "480 555 0100", "topic": "general", "consent": True, **change}
    answer = chat.http.post("/api/contact-requests", json=asked, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_somebody_who_asks_for_a_person_gets_the_form(chat: Chat) -> None:
    chat.says("I want to talk to a person").gets(kind="contact_form")
    assert chat.messages[0]["data"]["url"] == "/contact"


def test_from_any_card_one_tap_leads_to_a_person(chat: Chat) -> None:
    chat.says("how much does therapy cost?").gets(topic="cost-and-insurance")
    chat.takes("Talk to").gets(kind="contact_form")
    assert chat.messages[-1]["data"]["topic"] == "cost"


def test_after_two_misses_a_person_is_offered(chat: Chat) -> None:
    chat.says("qwv xkcd zzyzx brr").says("qwv xkcd zzyzx brr").gets(topic="second-miss", offers="contact")


def test_the_form_is_never_the_answer_to_a_crisis(chat: Chat) -> None:
    chat.says("I want to kill myself").gets(kind="crisis")
    assert "contact" not in {choice["topic"] for message in chat.messages for choice in message["choices"]}
    chat.says("what is the psoas?")
    assert "contact" not in {choice["topic"] for message in chat.messages for choice in message["choices"]}


@pytest.mark.parametrize("words", ["I want to kill myself", "quiero morir", "I have chest pain right now"])
def test_a_crisis_typed_into_the_form_shows_help_and_is_sent(chat: Chat, words: str) -> None:
    taken = send(chat, name=words)
    assert taken["reference"] and taken["crisis"]["kind"] == "crisis" and taken["crisis"]["data"]["lines"]


@pytest.mark.parametrize("name", ["Sam Rivera", "María José Núñez", "Will Burns", "Dr. Kim O'Hara-Lee", "Joy Gunn"])
def test_an_ordinary_name_shows_no_crisis(chat: Chat, name: str) -> None:
    assert "crisis" not in send(chat, name=name)


def test_what_is_typed_into_the_form_is_in_no_database_in_clear(
    open_chat: Callable[[], Chat], assistant: Running
) -> None:
    send(open_chat(), name="Planted Zebrafinch", best_time="after the planted zebrafinch")
    files = [file for file in assistant.folder.iterdir() if file.is_file()]
    assert files and not any(b"ebrafinch" in file.read_bytes() for file in files)
    assert not any("ebrafinch" in line for line in assistant.said)

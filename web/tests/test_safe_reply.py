"""Rasa slow, down or broken: every message gets the static safe reply, and never an error."""

import time
from typing import Any

import pytest
import yaml

from tests.conftest import CLINIC, StartWeb, Visitor, Web, assert_problem
from tests.fake_rasa import FakeRasa
from unclench_web.places import Places


def assert_safe_reply(messages: list[dict[str, Any]]) -> None:
    [reply] = messages
    assert reply["kind"] == "text" and reply["topic"] is None and reply["choices"] == []
    assert "911" in reply["text"] and "988" in reply["text"] and "contact form" in reply["text"]
    assert reply["data"]["safe_reply"] is True
    assert [line["id"] for line in reply["data"]["lines"]] == ["911", "988"]


MALFORMED = [
    b"",
    b"nonsense",
    b"[]",
    b"null",
    b"{}",
    b'{"messages": []}',
    b'{"messages": [{}]}',
    b'{"messages": [{"text": ""}]}',
    b'{"messages": [{"text": "  "}]}',
    b'{"messages": "text"}',
    b'{"messages": [{"text": 5}]}',
    b'{"messages": [{"text": "a", "choices": [{"label": "no payload"}]}]}',
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_an_answer_that_cannot_be_read_becomes_the_safe_reply(visitor: Visitor, rasa: FakeRasa, body: bytes) -> None:
    rasa.body = body
    assert_safe_reply(visitor.say("hello"))


@pytest.mark.parametrize("status", [204, 302, 401, 404, 422, 500, 503])
def test_any_status_but_200_becomes_the_safe_reply(visitor: Visitor, rasa: FakeRasa, status: int) -> None:
    rasa.status = status
    rasa.body = b""
    assert_safe_reply(visitor.say("hello"))


def test_a_slow_rasa_is_not_waited_for(start_web: StartWeb, rasa: FakeRasa) -> None:
    visitor = start_web(rasa_timeout_seconds=0.2).visitor()
    rasa.seconds = 3
    began = time.monotonic()
    assert_safe_reply(visitor.say("hello"))
    assert time.monotonic() - began < 1


def test_without_rasa_a_conversation_opens_and_every_message_is_answered(web: Web, rasa: FakeRasa) -> None:
    rasa.stop()
    visitor = web.visitor()
    assert_safe_reply(visitor.first)
    assert "automated" in visitor.first[0]["text"]
    assert_safe_reply(visitor.say("hello"))
    assert [message["from"] for message in visitor.transcript()] == ["assistant", "visitor", "assistant"]


def test_a_choice_taken_while_rasa_is_down_stays_valid(visitor: Visitor, rasa: FakeRasa) -> None:
    choice = visitor.first[0]["choices"][0]
    rasa.stop()
    assert_safe_reply(visitor.choose(choice))
    rasa.start()
    assert visitor.choose(choice)[0]["text"] == "About psoas"


def test_when_rasa_is_back_answers_are_back(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.stop()
    assert_safe_reply(visitor.say("hello"))
    rasa.start()
    assert visitor.say("hello again")[0]["text"] == "An answer to: hello again"


def test_the_clinics_phone_is_in_the_safe_reply_when_it_is_known(
    places: Places, start_web: StartWeb, rasa: FakeRasa
) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "phone": "+14805550100"}))
    rasa.stop()
    [reply] = start_web().visitor().first
    assert "(480) 555-0100" in reply["text"] and reply["data"]["phone"] == "+14805550100"


def test_a_database_that_fails_becomes_the_safe_reply_too(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    web.break_database()
    assert_safe_reply(visitor.say("hello"))
    again = web.visitor()
    assert_safe_reply(again.first)
    assert_problem(web.http.get(f"{visitor.path}/messages", headers=visitor.key), 503, "storage")

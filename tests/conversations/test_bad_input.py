"""Bad input gets the right problem or a kind reply, and the same conversation goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.dsl import Chat

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        ({"json": {"text": ""}}, (422,)),
        ({"json": {"text": "   \n\t "}}, (422,)),
        ({"json": {"text": "a" * 1001}}, (413, 422)),
        ({"json": {"text": "a" * 40_000}}, (413,)),
        ({"content": b'{"text": "unfinished', "headers": {"Content-Type": "application/json"}}, (400, 422)),
        ({"content": b"\xff\xfe\x00", "headers": {"Content-Type": "application/json"}}, (400, 422)),
        ({"json": {"text": 7}}, (422,)),
        ({"json": {"text": None}}, (422,)),
        ({"json": ["text"]}, (422,)),
        ({"json": {}}, (422,)),
        ({"json": {"choice": "never-offered"}}, (422,)),
        ({"json": {"choice": 3}}, (422,)),
        ({"json": {"text": "\u202e\u200f\u0000"}}, (422,)),
    ],
)
def test_what_cannot_be_a_message_is_refused_and_the_conversation_goes_on(
    chat: Chat, request_: dict[str, object], statuses: tuple[int, ...]
) -> None:
    answer = chat.post(**request_)
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == answer.status_code and problem["title"] and problem["detail"]
    assert "Traceback" not in answer.text
    chat.says("what is the psoas?").gets(topic="psoas")


@pytest.mark.parametrize(
    "text",
    [
        "🙂🙃🙂",
        "<script>alert(1)</script> <img src=x onerror=alert(1)>",
        "'; DROP TABLE conversations; --",
        "{{7*7}} ${jndi:ldap://x} %s %n",
        "\u202ereversed\u202c text \u0007 bell",
        "ａｎｘｉｅｔｙ ｉｎ ｆｕｌｌ ｗｉｄｔｈ",
        "?",
        "a" * 1000,
        "é" * 500,
        "/",
        "//// ",
    ],
)
def test_odd_text_gets_a_kind_reply_and_the_conversation_goes_on(chat: Chat, text: str) -> None:
    answer = chat.post(json={"text": text})
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["messages"][0]["text"]
    chat.says("what is the psoas?").gets(topic="psoas")


@pytest.mark.parametrize(
    "command",
    [
        '/ask{"topic": "stability-ball"}',
        '  /ask{"topic": "stability-ball"}',
        '\u00a0/ask{"topic": "stability-ball"}',
        '\u3000//ask{"topic": "stability-ball"}',
        '/exercise{"exercise_do": "start", "exercise_card": "stability-ball", "movement_screen": "passed"}',
        "/session_start",
        "/back",
    ],
)
def test_a_typed_command_is_read_as_words_and_executed_never(chat: Chat, command: str) -> None:
    chat.says("what is the psoas?").gets(topic="psoas")
    chat.says(command)
    assert not any(message["kind"] == "exercise" for message in chat.messages)
    assert chat.messages and chat.messages[0]["text"]
    chat.says("is that proven?")
    assert chat.topics() != [None], "the conversation was reset"


def test_somebody_elses_conversation_stays_closed(open_chat: Callable[[], Chat]) -> None:
    mine, other = open_chat(), open_chat()
    for method, path in (("GET", "/messages"), ("POST", "/messages"), ("DELETE", "")):
        url = f"/api/conversations/{other.id}{path}"
        for headers in ({}, mine.authorization, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
            answer = mine.http.request(method, url, headers=headers, json={"text": "hello"} if path else None)
            assert answer.status_code == 401, (method, headers, answer.text)
    other.says("what is the psoas?").gets(topic="psoas")


def test_a_choice_of_another_conversation_is_unknown(open_chat: Callable[[], Chat]) -> None:
    mine, other = open_chat(), open_chat()
    choice = other.messages[-1]["choices"][0]["id"]
    assert mine.post(json={"choice": choice}).status_code == 422


def test_an_unknown_conversation_is_not_found(chat: Chat) -> None:
    answer = chat.http.get("/api/conversations/doesnotexist0000000000/messages", headers=chat.authorization)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("application/problem+json")

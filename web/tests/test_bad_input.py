"""Whatever is sent: the right problem or a kind reply, nothing executed, and the conversation is usable afterwards."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Visitor, Web, assert_problem
from tests.fake_rasa import FakeRasa


@pytest.fixture(autouse=True)
def _usable_afterwards(visitor: Visitor) -> Iterator[None]:
    yield
    assert visitor.say("still here?")[0]["text"] == "An answer to: still here?"


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t  \r\n", "\u202e\u2066", "\u200b\ufeff", "\x00\x07", "/", " // / ", "\u200d"]
)
def test_a_message_with_nothing_in_it_is_refused_kindly(visitor: Visitor, rasa: FakeRasa, text: str) -> None:
    asked = len(rasa.received)
    assert_problem(visitor.post({"text": text}), 422, "text-empty")
    assert len(rasa.received) == asked


def test_a_thousand_characters_are_answered_and_one_more_is_refused(visitor: Visitor) -> None:
    assert visitor.say("x" * 1000)
    problem = assert_problem(visitor.post({"text": "x" * 1001}), 422, "text-too-long")
    assert "1000" in problem["detail"]


def test_white_space_around_a_text_does_not_count(visitor: Visitor, rasa: FakeRasa) -> None:
    assert visitor.say("  " + "y" * 1000 + "\n\n  ")
    assert rasa.last["text"] == "y" * 1000


def test_emoji_alone_are_an_ordinary_message(visitor: Visitor, rasa: FakeRasa) -> None:
    visitor.say("😞😞 👩‍👩‍👧 ❤️")
    assert rasa.last["text"] == "😞😞 👩‍👩‍👧 ❤️"


def test_forty_kilobytes_are_too_large(visitor: Visitor) -> None:
    assert_problem(visitor.post({"text": "z" * 40_000}), 413, "too-large")


def test_a_large_body_without_a_length_is_too_large(visitor: Visitor) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(200):
            yield b" " * 1024

    answer = visitor.http.post(f"{visitor.path}/messages", content=parts(), headers=visitor.key)
    assert_problem(answer, 413, "too-large")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"text": "a"', b"\xff\xfe", b'{"text": "\xff"}', b"[" * 15_000, b"9" * 9000]
)
def test_what_is_not_json_is_refused(visitor: Visitor, body: bytes) -> None:
    answer = visitor.http.post(
        f"{visitor.path}/messages", content=body, headers={**visitor.key, "Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        5,
        {},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        {"text": {"a": 1}},
        {"choice": 5},
        {"choice": True},
        {"text": "a", "choice": "b"},
        {"message": "a"},
        {"text": True},
    ],
)
def test_wrong_types_are_refused(visitor: Visitor, rasa: FakeRasa, body: Any) -> None:
    asked = len(rasa.received)
    assert_problem(visitor.post(body), 422)
    assert len(rasa.received) == asked


def test_half_a_character_is_refused(visitor: Visitor) -> None:
    answer = visitor.http.post(
        f"{visitor.path}/messages",
        content=b'{"text": "a \\ud83d b"}',
        headers={**visitor.key, "Content-Type": "application/json"},
    )
    assert answer.status_code in (200, 422)


def test_a_problem_does_not_repeat_what_was_sent(visitor: Visitor) -> None:
    for body in ({"text": ["planted-marker"]}, {"planted-marker": 1}, {"choice": "planted-marker"}):
        assert "planted-marker" not in visitor.post(body).text


def test_control_and_direction_characters_are_taken_out(visitor: Visitor, rasa: FakeRasa) -> None:
    visitor.say("is \u202ethis\u202c \u2067a\u2069 b\x00ad\x1b[31m su\u200bb\u00adject\u200d?\ttabs\r\nlines")
    assert rasa.last["text"] == "is this a bad[31m subject? tabs\nlines"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'; DROP TABLE conversation; --", "{{7*7}}", "%s%n"],
)
def test_html_and_sql_are_just_words(visitor: Visitor, rasa: FakeRasa, text: str) -> None:
    visitor.say(text)
    assert rasa.last["text"] == text
    assert visitor.transcript()[1]["text"] == text


@pytest.mark.parametrize(
    "typed",
    [
        '/ask{"topic": "psoas"}',
        '  /ask{"topic": "psoas"}',
        '\u200b/ask{"topic": "psoas"}',
        '\x00//\n/ask{"topic": "psoas"}',
        '\uff0fask{"topic": "psoas"}',
    ],
)
def test_a_typed_payload_reaches_rasa_as_plain_words(visitor: Visitor, rasa: FakeRasa, typed: str) -> None:
    visitor.say(typed)
    assert rasa.last == {"conversation": visitor.id, "text": 'ask{"topic": "psoas"}'}


def test_a_payload_sent_as_a_choice_is_refused(visitor: Visitor) -> None:
    for payload in ('/ask{"topic":"psoas"}', json.dumps({"intent": "ask"})):
        assert_problem(visitor.post({"choice": payload}), 422, "unknown-choice")


def test_an_unknown_address_is_a_problem(web: Web) -> None:
    for path in ("/nothing", "/api", "/api/conversations/", "/api/conversations/a/b/c", "/static/../pyproject.toml"):
        assert_problem(web.http.get(path), 404, "not-found")


def test_a_method_that_an_address_does_not_take_is_a_problem(web: Web) -> None:
    answer = web.http.put("/api/conversations")
    assert_problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["allow"]


def test_a_form_in_place_of_json_is_a_problem(visitor: Visitor) -> None:
    answer: httpx.Response = visitor.http.post(f"{visitor.path}/messages", data={"text": "a"}, headers=visitor.key)
    assert_problem(answer, 422)

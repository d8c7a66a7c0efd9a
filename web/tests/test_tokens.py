"""Who may read, speak and erase: only who holds the token of this conversation, while it lasts."""

from collections.abc import Callable

import httpx
import pytest

from tests.conftest import Clock, StartWeb, Visitor, Web, assert_problem
from tests.fake_rasa import FakeRasa

type Call = Callable[[httpx.Client, str, dict[str, str]], httpx.Response]

CALLS: dict[str, Call] = {
    "say": lambda http, path, headers: http.post(f"{path}/messages", json={"text": "hello"}, headers=headers),
    "read": lambda http, path, headers: http.get(f"{path}/messages", headers=headers),
    "erase": lambda http, path, headers: http.delete(path, headers=headers),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@every_call
@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "token"])
def test_without_a_token_nothing_is_possible(visitor: Visitor, call: Call, header: str | None) -> None:
    answer = call(visitor.http, visitor.path, {} if header is None else {"Authorization": header})
    assert_problem(answer, 401, "no-token")
    assert answer.headers["www-authenticate"].startswith("Bearer ")


@every_call
@pytest.mark.parametrize("token", ["x", "é".encode().decode("latin-1"), "a" * 5000])
def test_a_wrong_token_is_refused(visitor: Visitor, call: Call, token: str) -> None:
    answer = call(visitor.http, visitor.path, {"Authorization": f"Bearer {token}".encode("latin-1")})  # type: ignore[dict-item]
    assert_problem(answer, 401, "wrong-token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert visitor.transcript()


@every_call
def test_the_token_of_another_conversation_is_refused(web: Web, rasa: FakeRasa, call: Call) -> None:
    mine, theirs = web.visitor(), web.visitor()
    asked = len(rasa.received)
    assert_problem(call(web.http, theirs.path, mine.key), 401, "wrong-token")
    assert len(rasa.received) == asked
    assert len(theirs.transcript()) == 1


@every_call
@pytest.mark.parametrize("id", ["unknown", "a" * 64, "a" * 300, "%00", "%2e%2e", "'%20OR%201=1"])
def test_an_unknown_conversation_is_not_found(visitor: Visitor, call: Call, id: str) -> None:
    assert_problem(call(visitor.http, f"/api/conversations/{id}", visitor.key), 404, "unknown-conversation")


@every_call
def test_after_two_idle_hours_the_chat_has_ended_and_it_says_how_to_begin_anew(
    start_web: StartWeb, clock: Clock, call: Call
) -> None:
    web = start_web()
    visitor = web.visitor()
    clock.forward(hours=2, seconds=1)
    problem = assert_problem(call(web.http, visitor.path, visitor.key), 401, "conversation-ended")
    assert "ended" in problem["detail"] and "new conversation" in problem["detail"]


def test_each_message_keeps_the_conversation_open(start_web: StartWeb, clock: Clock) -> None:
    visitor = start_web().visitor()
    for _ in range(3):
        clock.forward(hours=1.9)
        visitor.say("still here")


def test_the_idle_time_is_a_setting(start_web: StartWeb, clock: Clock) -> None:
    visitor = start_web(idle_hours=0.5).visitor()
    clock.forward(hours=0.6)
    assert_problem(visitor.post({"text": "hello"}), 401, "conversation-ended")


def test_the_token_is_not_in_the_database(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    visitor.say("hello")
    kept = web.database_bytes()
    assert visitor.id.encode() in kept
    assert visitor.token.encode() not in kept


def test_ids_and_tokens_do_not_repeat(web: Web) -> None:
    visitors = [web.visitor() for _ in range(20)]
    assert len({visitor.id for visitor in visitors} | {visitor.token for visitor in visitors}) == 40

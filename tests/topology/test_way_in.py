"""nginx in front: who gets which request, what the public does not see, and what may be sent twice."""

from __future__ import annotations

import secrets
import signal

import httpx
import pytest

from tests.topology.stand import Stand
from tests.topology.visitors import QUESTIONS, Visitor

pytestmark = pytest.mark.slow


def answered_by(topology: Stand, name: str) -> float:
    """How many messages a `web` has answered."""
    counts = httpx.get(f"http://127.0.0.1:{topology.ports[name]}/metrics", timeout=5, trust_env=False).text
    route = 'unclench_request_seconds_count{method="POST",route="/api/conversations/{id}/messages"'
    return sum(float(line.rsplit(" ", 1)[1]) for line in counts.splitlines() if line.startswith(route))


def test_a_conversation_stays_with_one_web_and_both_have_some(topology: Stand) -> None:
    had = set()
    for _ in range(12):
        visitor = Visitor(topology.url)
        before = {name: answered_by(topology, name) for name in ("web-1", "web-2")}
        for text in ("hello", QUESTIONS["psoas"], "why?"):
            assert not visitor.say(text).is_safe_reply
        took = {name: answered_by(topology, name) - count for name, count in before.items()}
        assert sorted(took.values()) == [0, 3]
        had.add(max(took, key=lambda name: took[name]))
    assert had == {"web-1", "web-2"}


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_those_who_run_it_is_hidden_from_the_public(topology: Stand, path: str) -> None:
    assert httpx.get(f"{topology.url}{path}", trust_env=False).status_code == 404
    for name in ("web-1", "web-2"):
        direct = f"http://127.0.0.1:{topology.ports[name]}{path}"
        assert httpx.get(direct, timeout=10, trust_env=False).status_code == 200


@pytest.mark.parametrize("path", ["/", "/chat", "/crisis", "/contact", "/widget.js", "/healthz", "/openapi.json"])
def test_what_is_for_the_public_is_there(topology: Stand, path: str) -> None:
    answer = httpx.get(f"{topology.url}{path}", trust_env=False)
    assert answer.status_code == 200
    assert "server" not in answer.headers or "/" not in answer.headers["server"]


def test_the_same_request_through_either_web_is_stored_once(topology: Stand) -> None:
    key = {"Idempotency-Key": secrets.token_urlsafe(16)}
    fields = {"name": "Ann", "phone": "480 555 0100", "topic": "general", "consent": True}
    urls = [topology.url, *(f"http://127.0.0.1:{topology.ports[name]}" for name in ("web-1", "web-2"))]
    answers = [httpx.post(f"{url}/api/contact-requests", json=fields, headers=key, trust_env=False) for url in urls]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1


def test_an_erased_conversation_is_gone_from_every_store_whichever_web_is_told(topology: Stand) -> None:
    visitor = Visitor(topology.url)
    visitor.say(QUESTIONS["psoas"])
    assert topology.sql(f"SELECT count(*) FROM rasa_conversation WHERE id = '{visitor.id}'") == [(1,)]
    assert visitor.erase() == 204
    for table, column in (("rasa_conversation", "id"), ("conversation", "id"), ("message", "conversation_id")):
        assert topology.sql(f"SELECT count(*) FROM {table} WHERE {column} = '{visitor.id}'") == [(0,)]


def test_when_every_web_is_gone_the_help_lines_and_the_chat_page_are_still_there(topology: Stand) -> None:
    pages = ("/crisis", "/crisis?language=es", "/chat", "/widget.js")
    before = {page: httpx.get(f"{topology.url}{page}", trust_env=False) for page in pages}
    for name in ("web-1", "web-2"):
        topology[name].stop(signal.SIGKILL)
    try:
        for page, answer in before.items():
            kept = httpx.get(f"{topology.url}{page}", trust_env=False)
            assert (kept.status_code, kept.text) == (200, answer.text)
            policy = "content-security-policy"
            assert kept.headers.get(policy) == answer.headers.get(policy)
        assert "988" in before["/crisis"].text
        assert httpx.get(f"{topology.url}/", trust_env=False).status_code == 502
    finally:
        for name in ("web-1", "web-2"):
            topology[name].start()

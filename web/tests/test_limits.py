"""Rate limits by client address, and which address counts behind a proxy."""

import ipaddress
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from tests.conftest import StartWeb, assert_problem
from tests.fake_rasa import FakeRasa
from unclench_web.limits import client_address
from unclench_web.settings import Network

CONTACT = {"name": "Ann", "phone": "4805550100", "consent": True}


def assert_too_many(answer: httpx.Response) -> None:
    problem = assert_problem(answer, 429, "too-many")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["retry-after"] in problem["detail"]


def test_too_many_conversations_are_turned_away_with_a_time(start_web: StartWeb) -> None:
    web = start_web(conversations_per_minute=3)
    for _ in range(3):
        assert web.http.post("/api/conversations").status_code == 201
    assert_too_many(web.http.post("/api/conversations"))


def test_too_many_messages_are_turned_away_and_do_not_reach_rasa(start_web: StartWeb, rasa: FakeRasa) -> None:
    visitor = start_web(messages_per_minute=5).visitor()
    for _ in range(5):
        visitor.say("hello")
    asked = len(rasa.received)
    assert_too_many(visitor.post({"text": "one more"}))
    assert len(rasa.received) == asked
    assert len(visitor.transcript()) == 11


def test_too_many_contact_requests_are_turned_away(start_web: StartWeb) -> None:
    web = start_web(contact_requests_per_minute=2)
    for number in range(2):
        key = {"Idempotency-Key": f"key-of-{number}"}
        assert web.http.post("/api/contact-requests", json=CONTACT, headers=key).status_code == 201
    assert_too_many(web.http.post("/api/contact-requests", json=CONTACT, headers={"Idempotency-Key": "another-key"}))
    page = web.http.post("/contact", data={"name": "Ann Typed"})
    assert page.status_code == 429 and "Ann Typed" in page.text and "retry-after" in page.headers


def test_a_limit_of_zero_is_off(start_web: StartWeb) -> None:
    visitor = start_web(messages_per_minute=0).visitor()
    for _ in range(70):
        visitor.say("hello")


def test_a_forged_address_does_not_help(start_web: StartWeb) -> None:
    web = start_web(conversations_per_minute=2)
    answers = [
        web.http.post("/api/conversations", headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


def test_behind_a_trusted_proxy_each_client_has_a_limit_of_its_own(start_web: StartWeb) -> None:
    web = start_web(conversations_per_minute=1, trusted_proxies="127.0.0.0/8")

    def open_from(forwarded: str) -> int:
        return web.http.post("/api/conversations", headers={"X-Forwarded-For": forwarded}).status_code

    assert open_from("203.0.113.1") == 201
    assert open_from("203.0.113.2") == 201
    assert open_from("203.0.113.1") == 429
    assert open_from("198.51.100.7, 203.0.113.1") == 429, "what the client itself wrote is not believed"


def test_when_redis_is_gone_this_process_counts_for_itself(start_web: StartWeb) -> None:
    web = start_web(redis_url="redis://127.0.0.1:1/0", conversations_per_minute=2)
    assert [web.http.post("/api/conversations").status_code for _ in range(3)] == [201, 201, 429]


def made_request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    scope: dict[str, Any] = {"type": "http", "headers": headers, "client": (peer, 1)}
    return Request(scope)


PROXIES: tuple[Network, ...] = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("198.51.100.1", [], "198.51.100.1"),
        ("198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("2001:db8::1", ["2001:4860:1:2:3:4:5:6"], "2001:4860:1:2::/64"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    ],
)
def test_the_address_that_counts_is_the_right_most_one_that_is_no_proxy(
    peer: str, forwarded: list[str], counted: str
) -> None:
    assert client_address(made_request(peer, *forwarded), PROXIES) == counted

"""Several Rasas: each conversation has one of its own, and another one when that one is gone."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock, StartWeb, Web
from tests.fake_rasa import FakeRasa
from tests.staff import ask
from unclench_web.replicas import RESOLVE_EVERY, REST, Replicas, in_order

URLS = [f"http://10.0.0.{each}:5005" for each in range(4)]
IDS = [f"conversation-{each}" for each in range(2000)]


def test_every_replica_gets_its_share() -> None:
    first = [in_order(id, URLS)[0] for id in IDS]
    assert all(400 < first.count(url) < 600 for url in URLS)


def test_a_replica_that_goes_moves_its_own_conversations_and_no_others() -> None:
    for id in IDS:
        before = in_order(id, URLS)
        assert in_order(id, URLS[1:]) == [url for url in before if url != URLS[0]]


def test_the_order_of_the_setting_does_not_matter() -> None:
    assert all(in_order(id, URLS) == in_order(id, URLS[::-1]) for id in IDS[:50])


def test_one_that_did_not_answer_is_asked_last_for_a_while() -> None:
    clock = Clock(0.0)
    replicas = Replicas(",".join(URLS), clock=clock)
    first, *others = asyncio.run(replicas.for_conversation("a"))
    replicas.rests(first)
    assert asyncio.run(replicas.for_conversation("a")) == [*others, first]
    clock.forward(seconds=REST + 1)
    assert asyncio.run(replicas.for_conversation("a")) == [first, *others]


def test_a_name_counts_as_all_its_addresses_and_is_looked_up_again() -> None:
    clock = Clock(100.0)
    found = ["10.0.0.1", "fd00::2"]

    async def resolve(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("rasa", 5005)
        return list(found)

    replicas = Replicas("http://rasa:5005/", resolve, clock)
    assert set(asyncio.run(replicas.for_conversation("a"))) == {"http://10.0.0.1:5005", "http://[fd00::2]:5005"}
    found.append("10.0.0.3")
    assert len(asyncio.run(replicas.for_conversation("a"))) == 2
    clock.forward(seconds=RESOLVE_EVERY + 1)
    assert "http://10.0.0.3:5005" in asyncio.run(replicas.for_conversation("a"))


def test_a_name_that_nobody_knows_is_asked_as_it_stands() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    assert asyncio.run(Replicas("http://rasa:5005", resolve).for_conversation("a")) == ["http://rasa:5005"]


def test_with_tls_the_name_stays_for_the_certificate() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise AssertionError("not looked up")

    assert asyncio.run(Replicas("https://rasa:5005", resolve).for_conversation("a")) == ["https://rasa:5005"]


@pytest.fixture
def other_rasa() -> Iterator[FakeRasa]:
    other = FakeRasa()
    yield other
    other.stop()


def test_a_conversation_stays_with_one_rasa_and_goes_on_at_another_when_that_one_is_gone(
    start_web: StartWeb, rasa: FakeRasa, other_rasa: FakeRasa
) -> None:
    both = {rasa.url: rasa, other_rasa.url: other_rasa}
    web = start_web(rasa_url=f"{rasa.url}, {other_rasa.url}")
    visitors = [web.visitor() for _ in range(12)]
    for visitor in visitors:
        for text in ("one", "two"):
            assert visitor.say(text)[0]["text"] == f"An answer to: {text}"
        mine, others = (both[url] for url in in_order(visitor.id, list(both)))
        assert [each.get("text") for each in mine.received if each["conversation"] == visitor.id] == [
            None,
            "one",
            "two",
        ]
        assert not [each for each in others.received if each["conversation"] == visitor.id]
    other_rasa.stop()
    for visitor in visitors:
        assert visitor.say("three")[0]["text"] == "An answer to: three"
        assert visitor.erase().status_code == 204


def test_each_message_has_an_id_of_its_own_and_one_with_a_key_always_the_same(web: Web, rasa: FakeRasa) -> None:
    visitor = web.visitor()
    for _ in range(2):
        visitor.say("hello")
        keyed = {**visitor.key, "Idempotency-Key": "the-same-key"}
        assert visitor.http.post(f"{visitor.path}/messages", json={"text": "keyed"}, headers=keyed).status_code == 200
        web.sql("DELETE FROM answered")  # as if this `web` had died before it kept the answer
    ids = {text: [id for id, said in rasa.message_ids if said == text] for text in ("hello", "keyed")}
    assert len(set(ids["hello"])) == 2
    assert len(ids["keyed"]) == 2 and len(set(ids["keyed"])) == 1
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{16,64}", id) for id, _ in rasa.message_ids)


# Several `web`s over one database


def test_the_same_message_sent_to_two_webs_at_once_is_kept_once_and_answered_alike(
    start_web: StartWeb, rasa: FakeRasa, each_database: str
) -> None:
    webs = [start_web(database_url=each_database) for _ in range(2)]
    visitor = webs[0].visitor()
    keyed = {**visitor.key, "Idempotency-Key": "the-same-key"}
    rasa.seconds = 0.5

    def send(web: Web) -> list[dict[str, Any]]:
        answer = web.http.post(f"{visitor.path}/messages", json={"text": "hello"}, headers=keyed)
        return list(answer.json()["messages"])

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(send, webs)
    assert first == second and first[0]["choices"]
    assert [message["from"] for message in visitor.transcript()] == ["assistant", "visitor", "assistant"]


def test_idle_conversations_that_two_webs_erase_at_once_are_erased_once(
    start_web: StartWeb, rasa: FakeRasa, clock: Clock, each_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    webs = [start_web(database_url=each_database) for _ in range(2)]
    visitors = [webs[0].visitor() for _ in range(30)]
    rasa.stop()
    clock.forward(hours=3)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(Web.sweep, webs))
    assert webs[0].sql("SELECT count(*) FROM conversation") == [(0,)]
    assert webs[0].sql("SELECT count(*) FROM rasa_deletion") == [(len(visitors),)]
    assert "database_fault" not in caplog.text


def test_requests_that_two_webs_erase_at_once_are_noted_once_in_the_audit_log(
    start_web: StartWeb, clock: Clock, each_database: str
) -> None:
    webs = [start_web(database_url=each_database) for _ in range(2)]
    for each in range(10):
        ask(webs[0], f"key-number-{each}")
    webs[0].sql(f"UPDATE contact_request SET status = 'done', done_at = {int(clock())}")  # noqa: S608
    clock.forward(hours=24 * 31)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda web: web.served.run(web.app.state.retention.sweep()), webs))
    assert webs[0].sql("SELECT count(*) FROM contact_request") == [(0,)]
    assert webs[0].sql("SELECT count(*), count(DISTINCT reference) FROM audit WHERE action = 'erased'") == [(10, 10)]


def test_one_switch_that_all_see_switches_all_of_them(start_web: StartWeb, each_database: str, tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "off"
    shared.parent.mkdir()
    webs = [start_web(database_url=each_database, off_file=str(shared)) for _ in range(2)]
    shared.touch()
    assert all("switched off" in web.visitor().first[0]["text"] for web in webs)
    shared.unlink()
    assert not any("switched off" in web.visitor().first[0]["text"] for web in webs)

"""Contact requests when things break: killed at any moment, disk full, database locked, two hundred at once."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from tests.conftest import StartWeb, Web, assert_problem
from tests.fake_rasa import SECRET, FakeRasa
from tests.served import free_socket
from tests.staff import ASKED

WEB = Path(__file__).parents[1]
REQUESTS, KILLS, CLIENTS = 500, 8, 16
FORM = {"name": "Ann", "phone": "480 555 0123", "consent": "yes", "key": "k" * 20}


def send(http: httpx.Client, key: str) -> httpx.Response:
    return http.post("/api/contact-requests", json=ASKED, headers={"Idempotency-Key": key})


def only_the_whole_is_stored(web: Web, requests: int) -> None:
    assert web.sql("SELECT count(*) FROM contact_request") == [(requests,)]
    orphans = "SELECT count(*) FROM outbox WHERE request_id NOT IN (SELECT id FROM contact_request)"
    assert web.sql(orphans) == [(0,)]
    if web.database.is_sqlite:
        assert web.sql("PRAGMA integrity_check") == [("ok",)]


class Killable:
    """`web` as a process of its own, which can be killed and comes back at the same address."""

    def __init__(self, database: Path, rasa: FakeRasa) -> None:
        listening = free_socket()
        self.port = listening.getsockname()[1]
        listening.close()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "UNCLENCH_RASA_SECRET": SECRET,
            "UNCLENCH_RASA_URL": rasa.url,
            "UNCLENCH_PORT": str(self.port),
            "UNCLENCH_DATABASE_URL": f"sqlite:///{database}",
            "UNCLENCH_CONTACT_REQUESTS_PER_MINUTE": "0",
            "UNCLENCH_WEBHOOK_URL": "http://127.0.0.1:9/nobody",
            "UNCLENCH_WEBHOOK_SECRET": "whsec_" + "A" * 40,
            "UNCLENCH_PUBLIC_URL": "https://chat.example.org",
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "unclench_web"]
        self.process = subprocess.Popen(  # noqa: S603
            command, cwd=WEB, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def killable(tmp_path: Path, rasa: FakeRasa) -> Iterator[Killable]:
    web = Killable(tmp_path / "killed.sqlite", rasa)
    yield web
    web.kill()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_random_moments_every_request_is_stored_once_and_every_answer_is_true(
    killable: Killable, tmp_path: Path
) -> None:
    chance = random.Random()  # noqa: S311
    kill_after = sorted(chance.sample(range(10, REQUESTS - 10), KILLS))
    answered: dict[str, str] = {}
    lock = threading.Lock()
    done = threading.Event()

    def ask_until_answered(keys: list[str]) -> None:
        with httpx.Client(base_url=killable.url, timeout=10, trust_env=False) as http:
            for key in keys:
                while not done.is_set():
                    with contextlib.suppress(httpx.TransportError):
                        answer = send(http, key)
                        if answer.status_code == 201:
                            with lock:
                                answered[key] = answer.json()["reference"]
                            break
                    time.sleep(0.02)

    def kill_now_and_then() -> None:
        for count in kill_after:
            while len(answered) < count and not done.is_set():
                time.sleep(0.001)
            time.sleep(chance.random() * 0.03)
            killable.kill()
            killable.start()

    keys = [f"key-number-{each}" for each in range(REQUESTS)]
    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(ask_until_answered, [keys[at::CLIENTS] for at in range(CLIENTS)]))
    finally:
        done.set()
        killer.join()
    killable.kill()
    with contextlib.closing(sqlite3.connect(tmp_path / "killed.sqlite")) as database:
        stored = dict(database.execute("SELECT reference, key_hash FROM contact_request").fetchall())
        notices = database.execute("SELECT count(*), count(DISTINCT request_id) FROM outbox").fetchone()
    assert len(answered) == REQUESTS, f"killed after {kill_after}"
    assert set(answered.values()) == set(stored), "every answer is in the store, and nothing else is"
    assert len(set(stored.values())) == REQUESTS, "each exactly once"
    assert notices == (REQUESTS, REQUESTS), "each with its notice"


@contextlib.contextmanager
def disk_full(web: Web) -> Iterator[None]:
    """SQLite may take no further page, and says so as it does when the disk is full."""
    engine = web.database._engine

    def no_more(connection: Any, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    def as_before(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    event.listen(engine, "checkout", no_more)
    try:
        yield
    finally:
        event.remove(engine, "checkout", no_more)
        event.listen(engine, "checkout", as_before)


def test_with_the_disk_full_the_visitor_is_told_and_nothing_is_half_stored(start_web: StartWeb) -> None:
    web = start_web(
        webhook_url="http://127.0.0.1:9/nobody", webhook_secret="whsec_" + "A" * 40, public_url="https://c.example"
    )
    stored, refused = set(), 0
    with disk_full(web):
        for each in range(60):
            answer = send(web.http, f"key-number-{each}")
            if answer.status_code == 201:
                stored.add(f"key-number-{each}")
            else:
                assert_problem(answer, 503, "storage")
                refused += 1
        assert refused > 10, "the disk was full"
        page = web.http.post("/contact", data=FORM)
        assert page.status_code == 503 and "not sent" in page.text and 'value="480 555 0123"' in page.text
        only_the_whole_is_stored(web, len(stored))
    for each in range(60):
        assert send(web.http, f"key-number-{each}").status_code == 201
    only_the_whole_is_stored(web, 60)


def test_while_the_database_is_locked_the_visitor_is_told_and_the_same_try_works_afterwards(
    start_web: StartWeb,
) -> None:
    web = start_web()
    with contextlib.closing(sqlite3.connect(web.places.var / "web.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        problem = assert_problem(send(web.http, "the-same-key"), 503, "storage")
        assert "Nothing was stored" in problem["detail"]
        page = web.http.post("/contact", data=FORM)
        assert page.status_code == 503 and 'value="480 555 0123"' in page.text
        other.execute("ROLLBACK")
    assert send(web.http, "the-same-key").status_code == 201
    only_the_whole_is_stored(web, 1)


def test_a_database_that_is_gone_is_said_and_one_that_is_back_works(start_web: StartWeb, each_database: str) -> None:
    web = start_web(database_url=each_database)
    web.sql("ALTER TABLE contact_request RENAME TO gone")
    assert_problem(send(web.http, "the-same-key"), 503, "storage")
    web.sql("ALTER TABLE gone RENAME TO contact_request")
    assert send(web.http, "the-same-key").status_code == 201
    assert web.sql("SELECT count(*) FROM contact_request") == [(1,)]


def test_two_hundred_at_once_are_all_stored(start_web: StartWeb, each_database: str) -> None:
    web = start_web(database_url=each_database)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    with httpx.Client(base_url=web.served.url, timeout=60, trust_env=False, limits=limits) as http:

        def asked(at: int) -> tuple[int, str]:
            answer = send(http, f"key-number-{at}")
            return answer.status_code, answer.json().get("reference", "")

        with ThreadPoolExecutor(200) as threads:
            results = list(threads.map(asked, range(200)))
    assert {status for status, _ in results} == {201}
    stored = {row[0] for row in web.sql("SELECT reference FROM contact_request")}
    assert {reference for _, reference in results} == stored and len(stored) == 200

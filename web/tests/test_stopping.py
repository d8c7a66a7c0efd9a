"""Told to stop, `web` answers what it has been asked, and then ends by itself."""

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fake_rasa import FakeRasa
from tests.staff import ASKED
from tests.test_start import Started
from unclench_web.places import Places

pytestmark = pytest.mark.slow


class Under:
    """A call that runs in a thread."""

    def __init__(self, call: Callable[[], httpx.Response]) -> None:
        self._call = call
        self.answer: httpx.Response | None = None
        self.fault: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._call()
        except httpx.HTTPError as fault:
            self.fault = fault

    def result(self) -> httpx.Response:
        self._thread.join(timeout=30)
        assert self.fault is None and self.answer is not None, self.fault
        return self.answer


def wait_until(true: Callable[[], Any]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_message_under_way_is_answered_before_it_ends(places: Places, rasa: FakeRasa, free_port: int) -> None:
    started = Started(places.root, rasa, free_port)
    started.wait_until_alive()
    with httpx.Client(base_url=started.url, trust_env=False, timeout=30) as http:
        opened = http.post("/api/conversations").json()
        rasa.seconds = 1.5
        path, key = f"/api/conversations/{opened['id']}/messages", {"Authorization": f"Bearer {opened['token']}"}
        under = Under(lambda: http.post(path, json={"text": "hello"}, headers=key))
        wait_until(lambda: rasa.at_once)
        started.process.send_signal(signal.SIGTERM)
        answer = under.result()
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["text"] == "An answer to: hello"
    assert '"event": "web_stopped"' in started.end()


def test_a_contact_request_under_way_is_stored_and_confirmed(places: Places, rasa: FakeRasa, free_port: int) -> None:
    started = Started(places.root, rasa, free_port)
    started.wait_until_alive()
    database = sqlite3.connect(places.var / "web.sqlite", isolation_level=None)
    rasa.seconds = 0.5  # the words of a form are assessed, and the answer waits for that
    try:
        database.execute("BEGIN IMMEDIATE")  # somebody else writes: the request has to wait
        with httpx.Client(base_url=started.url, trust_env=False, timeout=30) as http:
            key = {"Idempotency-Key": "a-key-of-the-tests"}
            under = Under(lambda: http.post("/api/contact-requests", json=ASKED, headers=key))
            time.sleep(1)
            started.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            database.execute("ROLLBACK")
            answer = under.result()
        assert answer.status_code == 201
        started.end()
        kept = database.execute("SELECT reference FROM contact_request").fetchall()
        assert kept == [(answer.json()["reference"],)]
    finally:
        database.close()


def test_a_connection_that_stays_open_does_not_hold_it_up(places: Places, rasa: FakeRasa, free_port: int) -> None:
    started = Started(places.root, rasa, free_port)
    started.wait_until_alive()
    with httpx.Client(base_url=started.url, trust_env=False) as http:
        http.get("/healthz")
        started.process.send_signal(signal.SIGTERM)
        assert '"event": "web_stopped"' in started.end()
    assert started.process.returncode in (0, -signal.SIGTERM)

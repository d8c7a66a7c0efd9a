"""The real app under a real server, a stand-in for Rasa beside it, and a visitor who talks to it."""

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.fake_rasa import SECRET, FakeRasa
from tests.postgresql import folder_of_programs, new_database, private_postgresql
from tests.served import Served, free_socket
from unclench_web.app import create_app
from unclench_web.contact.outbox_store import is_any_due
from unclench_web.database import Database
from unclench_web.places import CHECKOUT, Places
from unclench_web.settings import Settings

CLINIC = {"name": "Test Clinic", "short_name": "Test", "city": "Mesa, AZ", "phone": None, "reply_time": None}
LINES: list[dict[str, Any]] = [
    {
        "id": "911",
        "name": {"en": "Emergency services", "es": "Emergencias"},
        "for": {"en": "Danger to life, now", "es": "Peligro de muerte"},
        "call": "911",
        "text": None,
        "chat": None,
        "hours": {"en": "Always", "es": "Siempre"},
        "source": "https://example.org",
        "checked_on": "2026-11-01",
        "show_on_crisis_page": True,
    },
    {
        "id": "988",
        "name": {"en": "988 Lifeline", "es": "Línea 988"},
        "for": {"en": "A crisis", "es": "Una crisis"},
        "call": "988",
        "text": {"to": "988", "body": "AYUDA"},
        "chat": "https://988lifeline.org/chat/",
        "hours": {"en": "Always", "es": "Siempre"},
        "source": "https://988lifeline.org",
        "checked_on": "2026-11-01",
        "show_on_crisis_page": True,
    },
    {
        "id": "poison",
        "name": {"en": "Poison Help"},
        "for": {"en": "Took too much of something"},
        "call": "800-222-1222",
        "text": None,
        "chat": None,
        "hours": {"en": "Always"},
        "source": "https://example.org",
        "checked_on": "2026-11-01",
        "show_on_crisis_page": False,
    },
]


@dataclass
class Clock:
    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now

    def forward(self, *, hours: float = 0, seconds: float = 0) -> None:
        self.now += hours * 3600 + seconds


class Visitor:
    """Somebody in one conversation."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        opened = http.post("/api/conversations")
        assert opened.status_code == 201, opened.text
        self.id: str = opened.json()["id"]
        self.token: str = opened.json()["token"]
        self.first: list[dict[str, Any]] = opened.json()["messages"]

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}"

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: Any) -> httpx.Response:
        return self.http.post(f"{self.path}/messages", json=body, headers=self.key)

    def say(self, text: str) -> list[dict[str, Any]]:
        answer = self.post({"text": text})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def choose(self, choice: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.post({"choice": choice["id"]})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def transcript(self) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.path}/messages", headers=self.key)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def erase(self) -> httpx.Response:
        return self.http.delete(self.path, headers=self.key)


class Web:
    """`web`, running."""

    def __init__(self, places: Places, clock: Clock, **settings: Any) -> None:
        self.places = places
        self.clock = clock
        self.app = create_app(Settings(**settings), places, clock)
        self.served = Served(self.app, free_socket())
        self.http = httpx.Client(base_url=self.served.url, timeout=20, trust_env=False)

    @property
    def database(self) -> Database:
        return self.app.state.database  # type: ignore[no-any-return]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, whichever it is."""
        with self.database.in_one_transaction() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def deliver(self) -> None:
        """Have every notice tried that is due, by this call or by the worker that runs beside it."""
        until = time.monotonic() + 30
        while self.served.run(self.app.state.outbox.round()) or self._is_any_due() or self._is_any_under_way():
            assert time.monotonic() < until, "the notices do not end"
            time.sleep(0.01)

    def _is_any_due(self) -> bool:
        """Whether one is due still: another worker is about to lease it, in a transaction that nobody sees into yet."""
        outbox = self.app.state.outbox
        return bool(self.served.run(outbox.database.read(is_any_due, list(outbox.channels), int(self.clock()))))

    def _is_any_under_way(self) -> bool:
        return bool(self.sql(f"SELECT id FROM outbox WHERE leased_until > {int(self.clock())}"))  # noqa: S608

    def visitor(self) -> Visitor:
        return Visitor(self.http)

    def sweep(self) -> None:
        self.served.run(self.app.state.erasure.sweep())

    def database_bytes(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.places.var.glob("web.sqlite*")))

    def break_database(self) -> None:
        """Take the tables away from under it."""
        with sqlite3.connect(self.places.var / "web.sqlite") as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if not name.startswith("sqlite_"):
                    connection.execute(f"DROP TABLE {name}")
        connection.close()

    def stop(self) -> None:
        self.http.close()
        self.served.stop()


type StartWeb = Callable[..., Web]


def assert_problem(answer: httpx.Response, status: int, name: str | None = None) -> dict[str, Any]:
    """The answer is a problem as RFC 9457 wants it, with a sentence and no trace."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert len(body["detail"]) > 20 and body["detail"].endswith(".")
    assert "Traceback" not in answer.text
    if name:
        assert body["type"] == f"urn:unclench:problem:{name}"
    return body


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("UNCLENCH_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _one_rasa() -> Iterator[FakeRasa]:
    fake = FakeRasa()
    yield fake
    fake.stop()


@pytest.fixture
def rasa(_one_rasa: FakeRasa) -> Iterator[FakeRasa]:
    """The stand-in for Rasa, up and well when the test begins."""
    _one_rasa.reset()
    yield _one_rasa
    _one_rasa.start()


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str | None]:
    programs = folder_of_programs()
    if programs is None:
        yield None
        return
    with private_postgresql(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: the test runs on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/each.sqlite"
        return
    url: str | None = request.getfixturevalue("_postgresql")
    if url is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no PostgreSQL: .ci/run installs it")
        pytest.skip("PostgreSQL is not installed here (Debian: apt-get install postgresql), so only SQLite is tested")
    with new_database(url, f"test-{uuid.uuid4().hex}") as database:
        yield database


def make_places(root: Path) -> Places:
    (root / "data" / "safety").mkdir(parents=True)
    for texts in ("web.yml", "staff.yml"):
        shutil.copy(CHECKOUT / "data" / texts, root / "data" / texts)
    (root / "clinic.yml").write_text(yaml.safe_dump(CLINIC))
    (root / "data" / "safety" / "help_lines.yml").write_text(yaml.safe_dump({"lines": LINES}, allow_unicode=True))
    return Places(root)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return make_places(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on just now."""
    with free_socket() as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def start_web(places: Places, rasa: FakeRasa, clock: Clock) -> Iterator[StartWeb]:
    """Starts a `web` of the test's own, with settings; all limits are off unless the test sets them."""
    running: list[Web] = []

    def start(**settings: Any) -> Web:
        running.append(Web(places, clock, **{**no_limits(rasa), **settings}))
        return running[-1]

    yield start
    for web in running:
        web.stop()


def no_limits(rasa: FakeRasa) -> dict[str, Any]:
    return {
        "rasa_url": rasa.url,
        "rasa_secret": SECRET,
        "conversations_per_minute": 0,
        "messages_per_minute": 0,
        "contact_requests_per_minute": 0,
        "staff_sign_ins_per_minute": 0,
    }


@pytest.fixture(scope="session")
def _shared_web(_one_rasa: FakeRasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(make_places(tmp_path_factory.mktemp("web") / "root"), Clock(), **no_limits(_one_rasa))
    yield web
    web.stop()


@pytest.fixture
def web(_shared_web: Web, rasa: FakeRasa) -> Web:
    """One `web` for all tests that need no settings, clock or database of their own."""
    return _shared_web


@pytest.fixture
def visitor(web: Web) -> Visitor:
    return web.visitor()

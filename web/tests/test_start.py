"""Starting `web` as people start it: settings, faults in one sentence, and what it logs while it runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.conftest import CLINIC
from tests.fake_rasa import SECRET, FakeRasa
from unclench_web.__main__ import main
from unclench_web.clinic import read_clinic
from unclench_web.faults import StartFault
from unclench_web.help_lines import read_help_lines
from unclench_web.places import CHECKOUT, Places
from unclench_web.settings import Settings, read_settings
from unclench_web.wording import read_wording


def faults_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in {"RASA_SECRET": SECRET, **environment}.items():
        monkeypatch.setenv(f"UNCLENCH_{name}", value)
    with pytest.raises(StartFault) as fault:
        read_settings()
    return list(fault.value.sentences)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("RASA_SECRET", "short"),
        ("RASA_SECRET", "a secret with an é in it"),
        ("RASA_URL", "localhost:5005"),
        ("RASA_TIMEOUT_SECONDS", "-1"),
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "localhost"),
        ("MESSAGES_PER_MINUTE", "-5"),
        ("CONVERSATIONS_PER_MINUTE", "many"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("IDLE_HOURS", "0"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    [sentence] = faults_of(monkeypatch, **{name: value})
    assert sentence.startswith(f"UNCLENCH_{name} ") and sentence.endswith(".")
    assert "\n" not in sentence
    if len(value) > 8:
        assert value not in sentence, "a value may be a secret"


def test_several_wrong_settings_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(faults_of(monkeypatch, PORT="x", IDLE_HOURS="x")) == 2


def test_a_missing_secret_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    [sentence] = faults_of(monkeypatch, RASA_SECRET="")
    assert sentence.startswith("UNCLENCH_RASA_SECRET is not set:")


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "RASA_SECRET": SECRET, "PORT": "8010", "TRUSTED_PROXIES": "10.0.0.1, 2001:db8::/32", "CONTACT_KEYS": "a,b",
        "DATABASE_URL": "postgresql://user:word@host/name", "RASA_URL": "http://rasa:5005/",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"UNCLENCH_{name}", value)
    settings = read_settings()
    assert settings.port == 8010
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.1/32", "2001:db8::/32"]
    assert [key.get_secret_value() for key in settings.contact_keys] == ["a", "b"]
    assert settings.database_url == "postgresql+psycopg://user:word@host/name"
    assert settings.rasa_url == "http://rasa:5005"
    assert (settings.conversations_per_minute, settings.messages_per_minute) == (20, 60)
    assert (settings.contact_requests_per_minute, settings.rasa_timeout_seconds, settings.idle_hours) == (10, 5, 2)


def test_missing_or_broken_files_stop_the_start_with_their_name(places: Places) -> None:
    for path, read in (
        (places.help_lines, read_help_lines),
        (places.clinic, read_clinic),
        (places.wording, read_wording),
    ):
        for content in (None, "a: [", "", "- 1", "lines: []", "lines: [{id: 5}]"):
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_text(content)
            with pytest.raises(StartFault, match=path.name):
                read(path)


@pytest.mark.parametrize(
    "wrong",
    [{"phone": "call us"}, {"embed_on": ["clinic.example"]}, {"embed_on": ["https://a.example/path"]}, {"name": None}],
)
def test_a_clinic_that_is_not_right_stops_the_start(places: Places, wrong: dict[str, Any]) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, **wrong}))
    with pytest.raises(StartFault, match=next(iter(wrong))):
        read_clinic(places.clinic)


def test_the_files_of_this_checkout_are_right() -> None:
    here = Places(CHECKOUT)
    read_wording(here.wording)
    read_clinic(here.clinic)
    if here.help_lines.exists():
        assert len(list(read_help_lines(here.help_lines))) >= 5


class Started:
    """`python -m unclench_web` in a process of its own, in a copy of the project's layout."""

    def __init__(self, root: Path, rasa: FakeRasa, port: int, **environment: str) -> None:
        (root / "web").mkdir(exist_ok=True)
        link = root / "web" / "unclench_web"
        if not link.exists():
            copy = subprocess.run(["cp", "-r", str(CHECKOUT / "web" / "unclench_web"), str(link)], check=True)  # noqa: S603, S607
            assert copy.returncode == 0
        self.port = port
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "unclench_web"],
            cwd=root / "web",
            env={
                **os.environ,
                "UNCLENCH_RASA_SECRET": SECRET,
                "UNCLENCH_RASA_URL": rasa.url,
                "UNCLENCH_PORT": str(port),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.url = f"http://127.0.0.1:{port}"

    def wait_until_alive(self) -> None:
        until = time.monotonic() + 50
        while True:
            try:
                httpx.get(f"{self.url}/healthz", trust_env=False)
                return
            except httpx.TransportError:
                assert time.monotonic() < until and self.process.poll() is None, self.end()
                time.sleep(0.05)

    def end(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=20)
        return output


@pytest.mark.slow
def test_it_starts_serves_and_logs_no_text_no_address_and_no_user_agent(
    places: Places, rasa: FakeRasa, free_port: int
) -> None:
    started = Started(places.root, rasa, free_port)
    started.wait_until_alive()
    agent = {"User-Agent": "planted-agent", "X-Forwarded-For": "203.0.113.77"}
    with httpx.Client(base_url=started.url, headers=agent, trust_env=False) as http:
        opened = http.post("/api/conversations").json()
        path, key = f"/api/conversations/{opened['id']}", {"Authorization": f"Bearer {opened['token']}"}
        for said in ({"text": "planted-text"}, {"choice": "planted-choice"}, {"planted-key": 1}):
            http.post(f"{path}/messages", json=said, headers=key)
        rasa.stop()
        http.post(f"{path}/messages", json={"text": "planted-text"}, headers=key)
        http.get("/planted-path")
        http.post(
            "/api/contact-requests",
            json={"name": "planted-name", "phone": "4805550123", "consent": True},
            headers={"Idempotency-Key": "planted-key"},
        )
        http.post("/contact", data={"name": "planted-name", "email": "planted@example.org"})
        http.delete(path, headers=key)
    output = started.end()
    assert started.process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in output.splitlines()]
    assert {"rasa_unavailable", "development_key_for_contact_requests"} <= {line["event"] for line in lines}
    for marker in ("planted", "127.0.0.1", "203.0.113", "555", opened["id"], opened["token"], SECRET):
        assert marker not in output, marker


def said_at_start(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places, **environment: object
) -> str:
    """What is said when the start fails."""
    for name, value in {"RASA_SECRET": SECRET, **environment}.items():
        monkeypatch.setenv(f"UNCLENCH_{name}", str(value))
    monkeypatch.setattr("unclench_web.__main__.set_up_logs", lambda *_: None)
    assert main(places) == 1
    said = capfd.readouterr().err
    assert said.count("\n") == 1 and said.startswith("web cannot start: ")
    return said


def test_a_taken_port_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places, rasa: FakeRasa
) -> None:
    said = said_at_start(monkeypatch, capfd, places, PORT=rasa.port)
    assert f"port {rasa.port} is taken" in said and "UNCLENCH_PORT" in said


def test_an_address_that_is_not_ours_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places
) -> None:
    assert "UNCLENCH_HOST" in said_at_start(monkeypatch, capfd, places, HOST="203.0.113.1")


def test_a_database_that_cannot_be_used_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places
) -> None:
    said = said_at_start(monkeypatch, capfd, places, DATABASE_URL=f"sqlite:///{places.clinic}")
    assert "cannot be used" in said and "UNCLENCH_DATABASE_URL" in said


def test_a_database_server_that_is_away_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places
) -> None:
    said = said_at_start(monkeypatch, capfd, places, DATABASE_URL="postgresql://ann:planted@127.0.0.1:1/web")
    assert "cannot be used" in said and "planted" not in said


def test_missing_help_lines_are_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], places: Places
) -> None:
    places.help_lines.unlink()
    assert "help_lines.yml cannot be read" in said_at_start(monkeypatch, capfd, places)

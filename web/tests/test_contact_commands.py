"""Erasing and the commands: what goes when, what is shown before, and changing keys without losing anything."""

import io
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from tests.conftest import CLINIC, Clock, StartWeb, Web
from tests.staff import PASSWORD, Browser, ask, signed_in, version_of
from unclench_web.contact.command import main
from unclench_web.places import Places
from unclench_web.staff.command import main as staff_command


def finish(web: Web, reference: str) -> None:
    browser = signed_in(web, "ana")
    for what in ("take", "finish"):
        page = browser.get(f"/staff/requests/{reference}")
        browser.post(f"/staff/requests/{reference}/move", {**version_of(page), "move": what})


def references(web: Web) -> set[str]:
    return {row[0] for row in web.sql("SELECT reference FROM contact_request")}


def test_what_is_done_goes_after_so_many_days_and_what_is_not_done_never(
    places: Places, start_web: StartWeb, each_database: str, clock: Clock
) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "keep_requests_days": 7}))
    web = start_web(database_url=each_database)
    done, waiting = ask(web), ask(web, "another-key")
    finish(web, done)
    clock.forward(hours=7 * 24 - 1)
    web.served.run(web.app.state.retention.sweep())
    assert references(web) == {done, waiting}
    clock.forward(hours=2)
    web.served.run(web.app.state.retention.sweep())
    assert references(web) == {waiting}
    assert web.sql("SELECT actor, reference FROM audit WHERE action = 'erased'") == [("retention", done)]
    clock.forward(hours=24 * 365)
    web.served.run(web.app.state.retention.sweep())
    assert references(web) == {waiting}


def test_old_sessions_and_failures_are_forgotten(start_web: StartWeb, clock: Clock) -> None:
    web = start_web()
    signed_in(web, "ana")
    Browser(web).sign_in("ana", "wrong")
    clock.forward(hours=25)
    web.served.run(web.app.state.retention.sweep())
    assert web.sql("SELECT * FROM staff_session") == [] == web.sql("SELECT * FROM sign_in_failure")


@pytest.fixture
def command_on(monkeypatch: pytest.MonkeyPatch, each_database: str) -> str:
    monkeypatch.setenv("UNCLENCH_DATABASE_URL", each_database)
    return each_database


def test_one_command_shows_what_would_go_and_erases_nothing(
    start_web: StartWeb, command_on: str, places: Places, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.forward(hours=-31 * 24)
    web = start_web(database_url=command_on)
    old = ask(web)
    finish(web, old)
    clock.forward(hours=31 * 24)
    recent, waiting = ask(web, "another-key"), ask(web, "a-third-key")
    finish(web, recent)
    assert main(["erasable"], places) == 0
    said = capsys.readouterr().out
    now, later = said.split("Done, and kept for longer")
    assert "kept for 30 days" in now and old in now and old not in later
    assert recent in later and waiting not in said
    assert references(web) == {old, recent, waiting}


def test_a_request_is_erased_by_its_reference_however_it_is_written(
    start_web: StartWeb, command_on: str, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    web = start_web(database_url=command_on)
    reference, other = ask(web), ask(web, "another-key")
    assert main(["erase", reference.lower().replace("-", " ")], places) == 0
    assert references(web) == {other}
    assert web.sql("SELECT actor, detail FROM audit WHERE action = 'erased'") == [("command", "asked")]
    assert main(["erase", reference], places) == 1
    assert "there is no request" in capsys.readouterr().err


def test_after_renewing_the_keys_the_new_one_alone_opens_and_finds_everything(
    start_web: StartWeb, command_on: str, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    first = start_web(database_url=command_on, contact_keys=old)
    asked = {ask(first, f"key-number-{each}", email=f"person{each}@example.org") for each in range(5)}
    browser = signed_in(first, "ana")
    browser.post(f"/staff/requests/{min(asked)}/notes", {"note": "A note that stays"})
    first.stop()
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", f"{new},{old}")
    assert main(["renew-keys"], places) == 0
    assert main(["renew-keys"], places) == 0, "it may be run again"
    second = start_web(database_url=command_on, contact_keys=new)
    browser = signed_in(second, "ana", "admin")
    assert browser.get("/staff").text.count("Ann Planted-Name") == 5
    assert "A note that stays" in browser.get(f"/staff/requests/{min(asked)}").text
    found = browser.post("/staff/search", {"search": "person3@example.org"}).text
    assert sum(reference in found for reference in asked) == 1


def test_renewing_without_the_old_key_changes_nothing_and_says_why(
    start_web: StartWeb,
    command_on: str,
    places: Places,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    web = start_web(database_url=command_on, contact_keys=Fernet.generate_key().decode())
    ask(web)
    before = web.sql("SELECT sealed FROM contact_request")
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", Fernet.generate_key().decode())
    assert main(["renew-keys"], places) == 1
    assert "can't be opened with any of the keys" in capsys.readouterr().err
    assert web.sql("SELECT sealed FROM contact_request") == before


class TestAccounts:
    @pytest.fixture
    def piped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    def test_an_account_made_by_the_command_lets_one_in(
        self, start_web: StartWeb, command_on: str, places: Places, piped: None
    ) -> None:
        web = start_web(database_url=command_on)
        assert staff_command(["ana", "--role", "admin"], places) == 0
        browser = Browser(web)
        assert browser.sign_in("ana").status_code == 303
        assert browser.get("/staff/log").status_code == 200

    def test_a_new_password_ends_every_session_and_every_pause(
        self, start_web: StartWeb, command_on: str, places: Places, piped: None
    ) -> None:
        web = start_web(database_url=command_on)
        browser = signed_in(web, "ana")
        for _ in range(6):
            Browser(web).sign_in("ana", "wrong")
        assert staff_command(["ana"], places) == 0
        assert not browser.is_signed_in
        assert Browser(web).sign_in("ana").status_code == 303

    def test_a_shut_account_is_out(self, start_web: StartWeb, command_on: str, places: Places) -> None:
        web = start_web(database_url=command_on)
        browser = signed_in(web, "ana")
        assert staff_command(["ana", "--shut"], places) == 0
        assert not browser.is_signed_in and Browser(web).sign_in("ana").status_code == 401

    @pytest.mark.parametrize("name", ["", "a b", "../x", "é", "x" * 65])
    def test_a_name_that_will_not_do_makes_nothing(
        self, places: Places, name: str, piped: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert staff_command([name], places) == 1
        assert "Nothing was changed" in capsys.readouterr().err
        assert not Path(places.var / "web.sqlite").exists()

    def test_a_short_password_makes_nothing(
        self, places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
        assert staff_command(["ana"], places) == 1
        assert "12 to 200" in capsys.readouterr().err

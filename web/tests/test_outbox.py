"""The outbox: every request is announced at least once, and no notice holds anything of the visitor's."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Clock, StartWeb, Web
from tests.receivers import Hook, MailServer
from tests.staff import ask, signed_in
from unclench_web.contact.outbox import FIRST_PAUSE, GIVE_UP_AFTER, LONGEST_PAUSE, pause_after

KEY = secrets.token_bytes(32)
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PUBLIC = "https://chat.example.org"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


def by_mail(mail: MailServer) -> dict[str, Any]:
    return {
        "smtp_url": mail.url,
        "mail_from": "bot@example.org",
        "mail_to": "desk@example.org, second@example.org",
        "public_url": PUBLIC,
    }


def by_webhook(hook: Hook) -> dict[str, Any]:
    return {"webhook_url": hook.url, "webhook_secret": SECRET, "public_url": PUBLIC}


def states(web: Web) -> list[tuple[Any, ...]]:
    return web.sql("SELECT channel, attempts, delivered_at IS NOT NULL, dead_at IS NOT NULL, last_fault FROM outbox")


def later(web: Web, clock: Clock, seconds: float = LONGEST_PAUSE) -> None:
    clock.forward(seconds=seconds)
    web.deliver()


def test_a_mail_holds_a_reference_and_a_link_and_nothing_of_the_visitor(
    start_web: StartWeb, each_database: str, mail: MailServer
) -> None:
    web = start_web(database_url=each_database, **by_mail(mail))
    reference = ask(web, text_consent=True)
    web.deliver()
    [sent] = mail.mails
    assert sent["To"] == "desk@example.org, second@example.org" and reference in sent["Subject"]
    body = str(sent.get_payload(decode=True))
    assert f"{PUBLIC}/staff/requests/{reference}" in body
    for planted in (b"Planted", b"planted", b"5550123", b"morning", b"appointment"):
        assert planted not in mail.raw[0]
    assert states(web) == [("email", 1, True, False, None)]


def test_a_webhook_is_signed_so_that_the_receiver_can_check_it(start_web: StartWeb, hook: Hook) -> None:
    web = start_web(**by_webhook(hook))
    reference = ask(web)
    web.deliver()
    [(headers, body)] = hook.calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    said = json.loads(body)
    assert said["type"] == "contact_request.received"
    assert said["data"] == {"reference": reference, "url": f"{PUBLIC}/staff/requests/{reference}"}
    assert b"lanted" not in body


@pytest.mark.parametrize("mode", ["4xx", "5xx", "5xx at MAIL", "drop", "down", "well"])
def test_however_the_mail_server_fails_every_request_is_announced_afterwards(
    start_web: StartWeb, clock: Clock, mail: MailServer, mode: str
) -> None:
    web = start_web(**by_mail(mail))
    mail.mode = mode
    if mode == "down":
        mail.stop()
    references = {ask(web, f"key-number-{each}") for each in range(12)}
    web.deliver()
    later(web, clock)
    listed = signed_in(web, "ana").get("/staff").text
    assert all(reference in listed for reference in references), "the inbox is right all along"
    mail.mode = "well"
    if mode == "down":
        mail.start()
    later(web, clock)
    arrived = mail.by_reference()
    assert set(arrived) == references
    assert all(state[2] for state in states(web))
    ids = {str(each["Subject"]): each["Message-ID"] for each in mail.mails}
    assert all(ids[str(each["Subject"])] == each["Message-ID"] for each in mail.mails), "a second one is the same mail"
    if mode in ("well", "4xx", "5xx", "down"):
        assert set(arrived.values()) == {1}


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 410}, {"status": 503}, {"status": 302}, {"drop": True}])
def test_however_the_webhook_fails_every_request_is_announced_afterwards(
    start_web: StartWeb, clock: Clock, hook: Hook, fault: dict[str, Any]
) -> None:
    web = start_web(**by_webhook(hook))
    for name, value in fault.items():
        setattr(hook, name, value)
    references = {ask(web, f"key-number-{each}") for each in range(12)}
    web.deliver()
    later(web, clock)
    assert not any(state[2] for state in states(web))
    hook.status, hook.drop = 200, False
    later(web, clock)
    arrived = [json.loads(body)["data"]["reference"] for _, body in hook.calls]
    assert set(arrived) == references and all(state[2] for state in states(web))
    ids = {headers["webhook-id"] for headers, _ in hook.calls}
    assert len(ids) == len(references), "the receiver can tell which it has"


def test_a_mail_server_that_answers_too_late_gets_the_same_mail_again(
    start_web: StartWeb, clock: Clock, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unclench_web.contact.mail.SECONDS", 0.3)
    web = start_web(**by_mail(mail))
    mail.mode, mail.seconds = "slow", 2.0
    references = {ask(web, f"key-number-{each}") for each in range(3)}
    web.deliver()
    assert [state[1:] for state in states(web)] == [(1, False, False, "mail server too slow")] * 3
    listed = signed_in(web, "ana").get("/staff").text
    assert all(reference in listed for reference in references), "the inbox is right all along"
    mail.mode = "well"
    monkeypatch.setattr("unclench_web.contact.mail.SECONDS", 15.0)  # well need not be quick on a busy machine
    later(web, clock)
    assert all(state[2] for state in states(web))
    arrived = mail.by_reference()
    assert set(arrived) == references and set(arrived.values()) <= {1, 2}
    assert len({mail["Message-ID"] for mail in mail.mails}) == len(references), "a second one is the same mail"


def test_a_mail_server_that_is_slow_but_answers_in_time_gets_each_once(start_web: StartWeb, mail: MailServer) -> None:
    web = start_web(**by_mail(mail))
    mail.mode, mail.seconds = "slow", 0.2
    references = {ask(web, f"key-number-{each}") for each in range(3)}
    web.deliver()
    assert mail.by_reference() == dict.fromkeys(references, 1) and all(state[2] for state in states(web))


def test_a_webhook_that_answers_too_late_is_asked_again_with_the_same_id(
    start_web: StartWeb, clock: Clock, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unclench_web.contact.webhook.SECONDS", 0.3)
    web = start_web(**by_webhook(hook))
    hook.seconds = 1.0
    references = {ask(web, f"key-number-{each}") for each in range(3)}
    web.deliver()
    assert [state[1:] for state in states(web)] == [(1, False, False, "webhook too slow")] * 3
    listed = signed_in(web, "ana").get("/staff").text
    assert all(reference in listed for reference in references), "the inbox is right all along"
    hook.seconds = 0.0
    monkeypatch.setattr("unclench_web.contact.webhook.SECONDS", 15.0)
    later(web, clock)
    assert all(state[2] for state in states(web))
    arrived = [json.loads(body)["data"]["reference"] for _, body in hook.calls]
    assert set(arrived) == references
    assert len({headers["webhook-id"] for headers, _ in hook.calls}) == len(references)


def test_one_channel_that_fails_does_not_hold_up_the_other(start_web: StartWeb, mail: MailServer, hook: Hook) -> None:
    web = start_web(**{**by_mail(mail), **by_webhook(hook)})
    hook.status = 500
    ask(web)
    web.deliver()
    assert len(mail.mails) == 1
    assert sorted(states(web)) == [("email", 1, True, False, None), ("webhook", 1, False, False, "webhook said 500")]


def test_a_notice_is_delivered_by_itself_soon_after_the_request(start_web: StartWeb, hook: Hook) -> None:
    web = start_web(**by_webhook(hook))
    ask(web)
    until = time.monotonic() + 20
    while not hook.calls and time.monotonic() < until:
        time.sleep(0.02)
    assert hook.calls


def test_a_worker_that_died_leaves_a_lease_that_runs_out(
    start_web: StartWeb, each_database: str, clock: Clock, hook: Hook
) -> None:
    web = start_web(database_url=each_database, **by_webhook(hook))
    hook.status = 500
    ask(web)
    web.deliver()
    hook.status = 200
    web.sql(f"UPDATE outbox SET next_at = 0, leased_until = {int(clock()) + 90}")  # noqa: S608
    web.served.run(web.app.state.outbox.round())
    assert not hook.calls, "another worker has it"
    later(web, clock, 91)
    assert len(hook.calls) == 1


def test_two_workers_do_not_take_the_same_notices(start_web: StartWeb, each_database: str, hook: Hook) -> None:
    first = start_web(database_url=each_database, **by_webhook(hook))
    second = start_web(database_url=each_database, **by_webhook(hook))
    for each in range(20):
        ask(first if each % 2 else second, f"key-number-{each}")
    first.deliver()
    second.deliver()
    arrived = [json.loads(body)["data"]["reference"] for _, body in hook.calls]
    assert len(arrived) == len(set(arrived)) == 20


def test_what_is_given_up_is_shown_and_can_be_sent_again(
    start_web: StartWeb, each_database: str, clock: Clock, hook: Hook
) -> None:
    web = start_web(database_url=each_database, **by_webhook(hook))
    hook.status = 500
    reference = ask(web)
    web.deliver()
    for _ in range(GIVE_UP_AFTER):
        later(web, clock)
    assert states(web) == [("webhook", GIVE_UP_AFTER, False, True, "webhook said 500")]
    browser = signed_in(web, "ana")
    assert "A notice could not be delivered" in browser.get("/staff").text
    hook.status = 200
    browser.post(f"/staff/requests/{reference}/send-again")
    web.deliver()
    assert len(hook.calls) == 1
    assert "could not be delivered" not in browser.get("/staff").text
    assert "Webhook: delivered" in browser.get(f"/staff/requests/{reference}").text


def test_pauses_double_are_spread_and_end() -> None:
    assert [pause_after(count, 1) for count in (1, 2, 3)] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pause_after(1, 0) == FIRST_PAUSE / 2
    assert pause_after(500, 1) == LONGEST_PAUSE
    assert 36 < sum(pause_after(count, 0.5) for count in range(1, GIVE_UP_AFTER)) / 3600 < 72, "about two days"


def test_with_no_channel_the_inbox_has_the_request_alone_and_the_start_says_so(
    start_web: StartWeb, caplog: pytest.LogCaptureFixture
) -> None:
    web = start_web()
    assert "contact_requests_go_to_the_inbox_alone" in caplog.text
    reference = ask(web)
    web.deliver()
    assert states(web) == []
    assert reference in signed_in(web, "ana").get("/staff").text


def wait_for_lease(web: Web) -> None:
    until = time.monotonic() + 20
    while not web.sql("SELECT id FROM outbox WHERE leased_until > 0"):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_notice_under_way_arrives_although_the_service_stops(start_web: StartWeb, hook: Hook) -> None:
    web = start_web(**by_webhook(hook))
    hook.seconds = 1
    ask(web)
    wait_for_lease(web)
    web.served.run(web.app.state.outbox.finish())
    assert states(web) == [("webhook", 1, True, False, None)]
    assert len(hook.calls) == 1


def test_a_notice_that_is_cut_off_is_handed_back_so_that_it_waits_for_no_lease(
    start_web: StartWeb, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unclench_web.contact.outbox.FINISH_SECONDS", 0.05)
    web = start_web(**by_webhook(hook))
    hook.seconds = 5
    ask(web)
    wait_for_lease(web)
    database = web.app.state.database
    monkeypatch.setattr(database, "close", lambda: None)  # it is looked into once more below
    web.served.stop()
    assert web.sql("SELECT leased_until, delivered_at FROM outbox") == [(0, None)]


def test_nothing_new_is_begun_once_the_service_stops(start_web: StartWeb, hook: Hook) -> None:
    web = start_web(**by_webhook(hook))
    web.served.run(web.app.state.outbox.finish())
    ask(web)
    time.sleep(0.3)
    assert not hook.calls and web.sql("SELECT leased_until FROM outbox") == [(0,)]

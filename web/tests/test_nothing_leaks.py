"""After a full run, what people wrote is in no log, mail, webhook, count, address or database file in clear."""

import base64
import re

import pytest

from tests.conftest import StartWeb
from tests.receivers import Hook, MailServer
from tests.staff import Browser, ask, signed_in, version_of
from unclench_web.logs import JsonLines

MARKERS = {
    "name": "Zebrafinch Quillfeather",
    "phone": "480 555 0147",
    "email": "zebrafinch.quill@example.org",
    "best_time": "after zebrafinch practice",
}
ANSWERS = [{"question": "Where is it tight?", "answer": "zebrafinch shoulders"}]
NOTE = "zebrafinch note: called about back pain"
SOUGHT = re.compile(r"zebrafinch|quill|555.?0147|5550147|back pain|shoulders", re.IGNORECASE)


def test_planted_words_are_nowhere_but_in_the_inbox(
    start_web: StartWeb, each_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    mail, hook = MailServer(), Hook()
    caplog.set_level("DEBUG")
    try:
        web = start_web(
            database_url=each_database,
            smtp_url=mail.url,
            mail_from="bot@example.org",
            mail_to="desk@example.org",
            webhook_url=hook.url,
            webhook_secret="whsec_" + base64.b64encode(bytes(32)).decode(),
            public_url="https://chat.example.org",
        )
        reference = ask(web, **MARKERS, answers=ANSWERS)
        ask(web, "another-key-here", **{**MARKERS, "consent": True})
        faulty = {**MARKERS, "consent": False}
        assert (
            web.http.post("/api/contact-requests", json=faulty, headers={"Idempotency-Key": "k" * 9}).status_code == 422
        )
        web.http.post("/contact", data={**MARKERS, "key": "k" * 20})
        web.deliver()
        admin = signed_in(web, "ana", "admin")
        seen = [str(admin.get("/staff").url)]
        page = admin.get(f"/staff/requests/{reference}")
        assert "zebrafinch shoulders" in page.text
        admin.post(f"/staff/requests/{reference}/notes", {"note": NOTE})
        found = admin.post("/staff/search", {"search": MARKERS["email"]})
        assert reference in found.text
        seen.append(str(found.url))
        admin.post(f"/staff/requests/{reference}/move", {**version_of(page), "move": "take"})
        Browser(web).sign_in(MARKERS["name"])
        web.sql("UPDATE outbox SET delivered_at = NULL, next_at = 0")
        hook.status = 500
        web.deliver()
        logs = "\n".join(JsonLines().format(record) for record in caplog.records if record.name.startswith("unclench"))
        assert "contact_requests_are_announced" in logs, "the logs were caught"
        tables = (
            "contact_request",
            "contact_note",
            "outbox",
            "audit",
            "staff_user",
            "staff_session",
            "sign_in_failure",
        )
        kept = "".join(str(web.sql(f"SELECT * FROM {table}")) for table in tables)  # noqa: S608
        places = {
            "logs": logs,
            "mails": "".join(raw.decode() for raw in mail.raw),
            "webhooks": "".join(f"{headers}{body.decode()}" for headers, body in hook.calls),
            "metrics": web.http.get("/metrics").text,
            "addresses": " ".join(seen),
            "database": kept,
            "database files": web.database_bytes().decode("latin-1"),
        }
        assert places["mails"] and places["webhooks"] and reference in kept
        leaks = {place: SOUGHT.findall(text) for place, text in places.items()}
        assert not any(leaks.values()), leaks
    finally:
        mail.stop()
        hook.stop()


def test_the_files_of_the_database_hold_no_text_of_a_visitor_or_of_staff(start_web: StartWeb) -> None:
    """As `strings` reads them: every run of four printable characters or more."""
    web = start_web()
    reference = ask(web, **MARKERS, answers=ANSWERS)
    browser = signed_in(web, "ana")
    browser.post(f"/staff/requests/{reference}/notes", {"note": NOTE})
    strings = re.findall(rb"[\x20-\x7e]{4,}", web.database_bytes())
    assert any(reference.encode() in each for each in strings), "the files were read"
    assert not [each for each in strings if SOUGHT.search(each.decode())]

"""Health, readiness, counts and the API's description."""

import json
import logging
import math
from datetime import UTC, datetime

from tests.conftest import LINES, Clock, StartWeb, Web, assert_problem
from tests.fake_rasa import FakeRasa
from tests.receivers import Hook
from tests.staff import ask
from tests.test_outbox import by_webhook
from unclench_web.logs import JsonLines
from unclench_web.metrics import FALLBACKS
from unclench_web.places import CHECKOUT

MARKER = "planted-marker-in-a-message"
API = {
    ("/api/conversations", "post"),
    ("/api/conversations/{id}", "delete"),
    ("/api/conversations/{id}/messages", "get"),
    ("/api/conversations/{id}/messages", "post"),
    ("/api/conversations/{id}/messages/{message_id}/rating", "put"),
    ("/api/contact-requests", "post"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
}


def test_the_process_is_alive_whatever_is_down(web: Web, rasa: FakeRasa) -> None:
    rasa.stop()
    assert web.http.get("/healthz").json() == {"status": "alive"}


def test_it_is_ready_when_the_database_and_rasa_answer(web: Web) -> None:
    ready = {"status": "ready", "database": True, "rasa": True, "answering": True}
    assert web.http.get("/readyz").json() == ready


def test_readiness_says_that_answers_are_switched_off_and_that_rasa_is_away(
    start_web: StartWeb, rasa: FakeRasa
) -> None:
    web = start_web(off=True)
    rasa.stop()
    ready = {"status": "ready", "database": True, "rasa": False, "answering": False}
    assert web.http.get("/readyz").json() == ready


def test_it_is_not_ready_without_rasa(web: Web, rasa: FakeRasa) -> None:
    rasa.stop()
    assert_problem(web.http.get("/readyz"), 503, "rasa-not-ready")


def test_it_is_not_ready_while_rasa_has_no_model(web: Web, rasa: FakeRasa) -> None:
    rasa.has_model = False
    assert_problem(web.http.get("/readyz"), 503, "rasa-not-ready")


def test_the_counts_count_and_hold_no_text_and_no_id(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitor = web.visitor()
    visitor.say(MARKER)
    rasa.stop()
    visitor.say(MARKER)
    visitor.erase()
    counts = web.http.get("/metrics").text
    assert "unclench_conversations_total 1.0" in counts
    assert 'unclench_answers_total{kind="text",tier="",topic="psoas"} 1.0' in counts
    assert 'unclench_safe_replies_total{reason="unreachable"} 1.0' in counts
    assert 'unclench_conversations_erased_total{why="asked"} 1.0' in counts
    assert 'route="/api/conversations/{id}/messages"' in counts
    assert MARKER not in counts and visitor.id not in counts and "127.0.0.1" not in counts


def value(counts: str, name: str) -> float:
    """What one sample says."""
    [line] = [line for line in counts.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_what_waits_in_the_database_is_counted_with_the_age_of_its_oldest(
    start_web: StartWeb, each_database: str, rasa: FakeRasa, clock: Clock
) -> None:
    hook = Hook()
    hook.status = 500
    try:
        web = start_web(database_url=each_database, **by_webhook(hook))
        ask(web)
        clock.forward(seconds=100)
        ask(web, "another-key-here")
        visitor = web.visitor()
        rasa.stop()
        visitor.erase()
        clock.forward(seconds=20)
        counts = web.http.get("/metrics").text
        assert (value(counts, "unclench_notices_waiting"), value(counts, "unclench_notices_given_up")) == (2, 0)
        assert value(counts, "unclench_notices_waiting_oldest_seconds") == 120
        assert value(counts, "unclench_contact_requests_new") == 2
        assert value(counts, "unclench_contact_requests_new_oldest_seconds") == 120
        assert value(counts, "unclench_erasures_waiting") == 1
        assert value(counts, "unclench_erasures_waiting_oldest_seconds") == 20
        assert value(counts, 'unclench_ready{part="rasa"}') == 0
        web.sql("UPDATE outbox SET dead_at = 5")
        web.sql("UPDATE contact_request SET status = 'done'")
        counts = web.http.get("/metrics").text
        assert (value(counts, "unclench_notices_waiting"), value(counts, "unclench_notices_given_up")) == (0, 2)
        assert value(counts, "unclench_notices_waiting_oldest_seconds") == 0
        assert value(counts, "unclench_contact_requests_new") == 0
    finally:
        hook.stop()


def test_while_the_database_cannot_be_read_no_old_number_is_shown(start_web: StartWeb) -> None:
    web = start_web()
    ask(web)
    assert value(web.http.get("/metrics").text, "unclench_contact_requests_new") == 1
    web.break_database()
    assert math.isnan(value(web.http.get("/metrics").text, "unclench_contact_requests_new"))


def test_fallbacks_and_handed_over_visitors_are_counted(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitor = web.visitor()
    for kind, topic in (
        ("did_you_mean", "did-you-mean"),
        ("text", "out-of-scope"),
        ("text", "about-which"),
        ("text", "second-miss"),
        ("contact_form", "contact"),
        ("text", "psoas"),
    ):
        rasa.messages = [{"kind": kind, "text": "Planted.", "topic": topic}]
        visitor.say("planted")
    counts = web.http.get("/metrics").text
    for kind in ("did_you_mean", "off_topic", "asked_back", "person"):
        assert value(counts, f'unclench_fallbacks_total{{kind="{kind}"}}') == 1
    assert value(counts, "unclench_contact_forms_offered_total") == 1


def test_replies_that_count_as_fallbacks_are_replies_of_the_content() -> None:
    there = {path.stem for path in (CHECKOUT / "data" / "replies").glob("*.yml")}
    assert set(FALLBACKS) <= there


def test_how_long_rasa_takes_is_counted_by_what_was_asked_and_how_it_went(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web(rasa_timeout_seconds=0.2)
    visitor = web.visitor()
    rasa.seconds = 1
    visitor.say("planted")
    counts = web.http.get("/metrics").text
    assert value(counts, 'unclench_rasa_seconds_count{call="say",outcome="answered"}') == 1
    assert value(counts, 'unclench_rasa_seconds_count{call="say",outcome="timeout"}') == 1


def test_the_help_line_that_waits_longest_for_its_check_is_shown(web: Web) -> None:
    shown = value(web.http.get("/metrics").text, "unclench_help_lines_checked_timestamp_seconds")
    assert datetime.fromtimestamp(shown, UTC).date().isoformat() == min(line["checked_on"] for line in LINES)


def test_each_answer_has_an_id_of_its_own_that_rasa_is_told_and_that_no_visitor_chooses(
    web: Web, rasa: FakeRasa
) -> None:
    chosen = {"X-Request-Id": "planted"}
    ids = {web.http.get("/healthz", headers=chosen).headers["X-Request-Id"] for _ in range(20)}
    assert len(ids) == 20 and "planted" not in ids
    opened = web.http.post("/api/conversations", headers=chosen)
    assert rasa.requests[-1] == opened.headers["X-Request-Id"]


def test_a_line_of_the_log_carries_the_id_of_its_request(start_web: StartWeb, rasa: FakeRasa) -> None:
    class Kept(logging.Handler):
        """Formats each record at once, where it was logged."""

        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))

    lines: list[dict[str, object]] = []
    kept = Kept()
    logging.getLogger("unclench_web").addHandler(kept)
    try:
        visitor = start_web().visitor()
        rasa.status = 500
        answer = visitor.post({"text": "planted"})
    finally:
        logging.getLogger("unclench_web").removeHandler(kept)
    [line] = [line for line in lines if line["event"] == "rasa_unavailable"]
    assert line["request"] == answer.headers["X-Request-Id"]


def test_the_description_of_the_api_is_whole(web: Web) -> None:
    described = web.http.get("/openapi.json").json()
    assert {(path, method) for path, calls in described["paths"].items() for method in calls} == API
    say = described["paths"]["/api/conversations/{id}/messages"]["post"]
    assert {"200", "401", "404", "413", "422", "429"} <= set(say["responses"])
    assert "application/problem+json" in say["responses"]["422"]["content"]
    assert say["security"]
    assert "HTTPValidationError" not in described["components"]["schemas"]
    message = described["components"]["schemas"]["Message"]["properties"]
    assert set(message) == {
        "id", "from", "kind", "text", "topic", "choices", "sources", "evidence", "review", "at", "data",
    }  # fmt: skip

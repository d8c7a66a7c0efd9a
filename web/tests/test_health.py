"""Health, readiness, counts and the API's description."""

from tests.conftest import StartWeb, Web, assert_problem
from tests.fake_rasa import FakeRasa

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
    assert web.http.get("/readyz").json() == {"status": "ready"}


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

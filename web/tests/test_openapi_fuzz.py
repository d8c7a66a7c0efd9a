"""The public API, fuzzed from its own description: whatever comes in, no fault of ours comes out."""

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import given

from tests.conftest import Web
from tests.fake_rasa import FakeRasa

EXAMPLES = 40


@pytest.mark.timeout(600)
def test_no_request_makes_a_server_error(web: Web, rasa: FakeRasa) -> None:
    schema: Any = schemathesis.openapi.from_url(f"{web.served.url}/openapi.json")
    fuzzed = []
    for found in schema.get_all_operations():
        operation = found.ok()
        fuzz(operation)
        fuzzed.append(f"{operation.method.upper()} {operation.path}")
    assert "POST /api/contact-requests" in fuzzed and len(fuzzed) >= 8, fuzzed


def fuzz(operation: Any) -> None:
    """Send requests of every kind that the description allows, and of many that it does not."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        answer = case.call()
        assert answer.status_code < 500, (operation.path, answer.status_code, answer.text)
        assert "Traceback" not in answer.text

    send()

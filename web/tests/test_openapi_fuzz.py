"""The public API, fuzzed from its own description: whatever comes in, no fault of ours comes out."""

from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error

from tests.conftest import Web
from tests.fake_rasa import FakeRasa


@pytest.fixture
def described(web: Web, rasa: FakeRasa) -> Any:
    return schemathesis.openapi.from_url(f"{web.served.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis.settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
@pytest.mark.timeout(300)
def test_no_request_makes_a_server_error(case: Any) -> None:
    answer = case.call()
    case.validate_response(answer, checks=[not_a_server_error])
    assert "Traceback" not in answer.text

"""The safety rules and replies as they ship, built once for all tests in this folder."""

from __future__ import annotations

import pytest

from knowledge.safety import SafetyRules
from knowledge.safety.help_lines import HelpLine, load_help_lines
from knowledge.safety.replies import Replies, load_replies


@pytest.fixture(scope="session")
def rules() -> SafetyRules:
    return SafetyRules()


@pytest.fixture(scope="session")
def lines() -> dict[str, HelpLine]:
    return load_help_lines()


@pytest.fixture(scope="session")
def replies() -> Replies:
    return load_replies()

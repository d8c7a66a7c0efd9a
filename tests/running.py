"""Fixtures: one running assistant for all tests that talk to it (a pytest plugin, named in tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conversations.dsl import Chat
from tests.services import Running, running_assistant

#: Known, so that a test can put another `web` in front of the same Rasa.
RASA_SECRET = "a secret of the tests"


@pytest.fixture(scope="session")
def assistant() -> Iterator[Running]:
    with running_assistant(UNCLENCH_RASA_SECRET=RASA_SECRET) as running:
        yield running


@pytest.fixture
def open_chat(assistant: Running) -> Callable[[], Chat]:
    return lambda: Chat(assistant.url)


@pytest.fixture
def chat(open_chat: Callable[[], Chat]) -> Chat:
    return open_chat()

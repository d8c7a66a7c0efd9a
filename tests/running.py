"""Fixtures: one running assistant for all tests that talk to it (a pytest plugin, named in tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conversations.dsl import Chat
from tests.services import Running, running_assistant


@pytest.fixture(scope="session")
def assistant() -> Iterator[Running]:
    with running_assistant() as running:
        yield running


@pytest.fixture
def open_chat(assistant: Running) -> Callable[[], Chat]:
    return lambda: Chat(assistant.url)


@pytest.fixture
def chat(open_chat: Callable[[], Chat]) -> Chat:
    return open_chat()

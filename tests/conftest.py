"""What all tests share: Rasa without TensorFlow, quick Hypothesis, the real cards, and a small data folder to break."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def _prepare() -> None:
    """Make our packages importable, and Rasa quick to import: before any test module imports it."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    from components.quick_rasa import leave_out_tensorflow

    leave_out_tensorflow()
    hypothesis.settings.register_profile("unclench", deadline=None, max_examples=60, derandomize=True)
    hypothesis.settings.load_profile("unclench")


_prepare()

from knowledge.cards import Library, load_library  # noqa: E402

SOURCES = {
    "a-source": {"title": "A study", "publisher": "A journal", "url": "https://example.org/", "checked_on": None}
}
CLINIC = {"name": "Example Clinic", "city": "Mesa", "phone": None}
BANNED = [{"pattern": r"\bmiracle\b", "why": "nothing here is promised.", "mend": "Say what it may do."}]


pytest_plugins = ["tests.running"]


def asks(about: str) -> list[str]:
    """Return fifteen examples, each of them different."""
    return [f"{about} number {each}" for each in range(15)]


def topic(card_id: str, **changes: Any) -> dict[str, Any]:
    """Return a whole topic card; `changes` replace its fields."""
    texts = {"title": f"About {card_id}?", "asks": asks(card_id), "answer": "It is a muscle. It can get tight."}
    card = {"id": card_id, "evidence": "some", "sources": ["a-source"], "review": {"status": "draft"}, "en": texts}
    return {**card, **changes}


def aspect(card_id: str) -> dict[str, Any]:
    """Return a whole follow-up card."""
    texts = {"title": "Why?", "asks": asks(card_id), "answer": "I don't know.", "no_topic": "Why what?"}
    return {"id": card_id, "review": {"status": "draft"}, "en": texts}


@dataclass(frozen=True)
class SmallData:
    """A data folder with one topic, one follow-up and one source, and a clinic.yml beside it."""

    data: Path
    clinic: Path

    def put(self, place: str, content: dict[str, Any] | list[Any] | str | bytes) -> Path:
        """Write a file under data/ as YAML, as the text or as the bytes that are given; return its path."""
        path = self.data / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
            path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def small_data(tmp_path: Path) -> SmallData:
    small = SmallData(tmp_path / "data", tmp_path / "clinic.yml")
    small.clinic.write_text(yaml.safe_dump(CLINIC), encoding="utf-8")
    small.put("sources.yml", SOURCES)
    small.put("words.yml", {"banned": BANNED})
    small.put("topics/psoas.yml", topic("psoas"))
    small.put("follow_ups/why.yml", aspect("why"))
    return small


@pytest.fixture
def make_topic() -> Callable[..., dict[str, Any]]:
    return topic


@pytest.fixture
def make_aspect() -> Callable[..., dict[str, Any]]:
    return aspect


@pytest.fixture(scope="session")
def library() -> Library:
    """Return the real cards, read once."""
    return load_library()

"""The messages that understanding is measured with: our own held-out file, and the public rows beside the checkout.

Rows are only ever read: none becomes a training example, and no text of theirs is written to a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge import places
from knowledge.cards import Library

HELD_OUT = places.ROOT / "tests" / "understanding" / "held_out.yml"
EVAL = places.ROOT.parent / "shared" / "eval"
#: Files of the public folder that say something about understanding; the others are about safety.
SHARED = ("real_questions", "ordinary_stress", "small_talk", "out_of_scope")


@dataclass(frozen=True)
class Examples:
    """The training examples: a label (`ask/psoas`) for each text."""

    texts: list[str]
    labels: list[str]


@dataclass(frozen=True)
class Question:
    """A message that one of the cards in `accept` (ids) answers well."""

    text: str
    accept: frozenset[str]


@dataclass(frozen=True)
class FollowUp:
    """A message typed after the card `topic` was answered; `aspect` is what it asks."""

    topic: str
    text: str
    aspect: str


@dataclass(frozen=True)
class TwoQuestions:
    """A message with two questions, and the good cards for the first and for the second."""

    text: str
    accept: tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class HeldOut:
    """Our own held-out messages. `dropped` counts rows left out because a card has them as an example."""

    questions: list[Question]
    follow_ups: list[FollowUp]
    two_questions: list[TwoQuestions]
    off_topic: list[str]
    dropped: int


@dataclass(frozen=True)
class SharedRow:
    """A public row; `language` is "en" or "es"."""

    text: str
    language: str


def load_examples(library: Library) -> Examples:
    """Return the cards' examples, as the CardImporter gives them to the training."""
    pairs = [
        (ask, f"{card.intent}/{card.id}")
        for card in library.everything()
        for texts in card.texts.values()
        for ask in texts.asks
    ]
    return Examples([text for text, _ in pairs], [label for _, label in pairs])


def normal(text: str) -> str:
    """Return a text without case, punctuation and doubled spaces: what makes two messages the same."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def load_held_out(examples: Iterable[str], path: Path = HELD_OUT) -> HeldOut:
    """Return the held-out messages, without those that are an example of a card. Raises OSError, KeyError."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {normal(each) for each in examples}
    kept = {kind: _unknown(rows, known) for kind, rows in raw.items()}
    return HeldOut(
        [Question(row["text"], frozenset(row["accept"])) for row in kept["questions"]],
        [FollowUp(row["topic"], row["text"], row["aspect"]) for row in kept["follow_ups"]],
        [_two(row) for row in kept["two_questions"]],
        [row["text"] for row in kept["off_topic"]],
        sum(len(rows) for rows in raw.values()) - sum(len(rows) for rows in kept.values()),
    )


def _unknown(rows: Sequence[Mapping[str, Any]], known: set[str]) -> list[Mapping[str, Any]]:
    return [row for row in rows if normal(row["text"]) not in known]


def _two(row: Mapping[str, Any]) -> TwoQuestions:
    first, second = row["accept"]
    return TwoQuestions(row["text"], (frozenset(first), frozenset(second)))


def load_shared(folder: Path = EVAL) -> dict[str, list[SharedRow]]:
    """Return the public rows by file, and nothing for a file that is not there."""
    found: dict[str, list[SharedRow]] = {}
    for name in SHARED:
        path = folder / f"{name}.jsonl"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = (json.loads(line) for line in lines if line.strip())
            found[name] = [SharedRow(row["text"], row["lang"]) for row in rows]
    return found

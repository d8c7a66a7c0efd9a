"""Fitting classifiers for measurements: on all examples or on some. Fitted ones are kept under var/bench.

Fitting takes seconds to a minute, and a threshold is tried often: the same examples and the same code are fitted once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

import components.text_classifier
from bench.rows import Examples
from components.embedding import MADE_WITH
from components.embedding_store import embed_examples
from components.text_classifier import Array, TextClassifier
from knowledge import places

FOLDER = places.ROOT / "var" / "bench"
KEPT = 12


@dataclass(frozen=True)
class RememberingClassifier(TextClassifier):
    """A classifier that reads each text once: thresholds are tried on the same rows again and again."""

    read: dict[tuple[str, ...], Array] = field(default_factory=dict)

    def probabilities(self, texts: Sequence[str], embeddings: Array) -> Array:
        """Return what TextClassifier returns."""
        key = tuple(texts)
        if key not in self.read:
            self.read[key] = super().probabilities(texts, embeddings)
        return self.read[key]


def fit(examples: Examples, at: npt.NDArray[np.int64] | None = None) -> TextClassifier:
    """Return a classifier fitted on the examples (those at the places `at`), from var/bench when it is there."""
    places_ = range(len(examples.texts)) if at is None else at
    texts = [examples.texts[each] for each in places_]
    labels = [examples.labels[each] for each in places_]
    path = FOLDER / f"classifier-{_key(texts, labels)}.npz"
    try:
        return TextClassifier.load(path)
    except (OSError, KeyError, ValueError):
        classifier = TextClassifier.fit(texts, embed_examples(texts), labels)
    FOLDER.mkdir(parents=True, exist_ok=True)
    classifier.save(path)
    _forget_old()
    return classifier


def _key(texts: Sequence[str], labels: Sequence[str]) -> str:
    code = Path(components.text_classifier.__file__).read_text(encoding="utf-8")
    said = "\0".join([MADE_WITH, code, *texts, *labels])
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _forget_old() -> None:
    stored = sorted(FOLDER.glob("classifier-*.npz"), key=lambda path: path.stat().st_mtime)
    for path in stored[:-KEPT]:
        path.unlink(missing_ok=True)

"""Fitting classifiers for measurements: on all examples, and by folds. Fitted ones are kept under var/bench.

Fitting takes seconds to a minute, and a threshold is tried often: the same examples and the same code are fitted once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

import components.text_classifier
from bench.rows import Examples
from components.embedding import MODEL_SHA256
from components.embedding_store import embed_examples
from components.text_classifier import Array, TextClassifier
from knowledge import places

FOLDER = places.ROOT / "var" / "bench"
KEPT = 12

Progress = Callable[[str], None]


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


@dataclass(frozen=True)
class CrossValidation:
    """What was predicted for each example by a classifier that had not seen it, and how surely."""

    labels: list[str]
    predicted: list[str]
    shares: list[float]

    def by_label(self) -> dict[str, tuple[int, int]]:
        """Return (right, all) for each label."""
        counts: dict[str, tuple[int, int]] = {}
        for label, guess in zip(self.labels, self.predicted, strict=True):
            right, total = counts.get(label, (0, 0))
            counts[label] = (right + (label == guess), total + 1)
        return counts

    def confusions(self) -> dict[tuple[str, str], int]:
        """Return how often one label was taken for another."""
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for label, guess in zip(self.labels, self.predicted, strict=True):
            if label != guess:
                counts[label, guess] += 1
        return dict(counts)


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


def cross_validate(examples: Examples, folds: int, progress: Progress) -> CrossValidation:
    """Predict each example by a classifier fitted on the other folds; every fold has its share of every label."""
    fold = fold_of(examples.labels, folds)
    predicted = [""] * len(examples.texts)
    shares = [0.0] * len(examples.texts)
    for each in range(folds):
        progress(f"fold {each + 1} of {folds}")
        classifier = fit(examples, np.flatnonzero(fold != each))
        held_back = np.flatnonzero(fold == each)
        texts = [examples.texts[at] for at in held_back]
        rows = classifier.probabilities(texts, embed_examples(texts))
        for at, row in zip(held_back, rows, strict=True):
            best = int(row.argmax())
            predicted[at], shares[at] = classifier.labels[best], float(row[best])
    return CrossValidation(examples.labels, predicted, shares)


def fold_of(labels: Sequence[str], folds: int) -> npt.NDArray[np.int64]:
    """Return the fold of each example: within a label they are dealt round, in a fixed shuffled order."""
    order = np.random.default_rng(0).permutation(len(labels))
    dealt: dict[str, int] = defaultdict(int)
    fold = np.zeros(len(labels), dtype=np.int64)
    for at in order:
        fold[at] = dealt[labels[at]] % folds
        dealt[labels[at]] += 1
    return fold


def _key(texts: Sequence[str], labels: Sequence[str]) -> str:
    code = Path(components.text_classifier.__file__).read_text(encoding="utf-8")
    said = "\0".join([MODEL_SHA256, code, *texts, *labels])
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _forget_old() -> None:
    stored = sorted(FOLDER.glob("classifier-*.npz"), key=lambda path: path.stat().st_mtime)
    for path in stored[:-KEPT]:
        path.unlink(missing_ok=True)

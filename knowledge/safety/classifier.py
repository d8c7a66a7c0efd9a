"""The learned half of the filter: sentence embedding, character n-grams and plain words, to calibrated probabilities by group.

Training reads examples only (data/safety/examples, card questions). Nothing is pickled: weights are an .npz, the rest JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from knowledge.safety.normalise import Normaliser, Words

Matrix = npt.NDArray[np.float32]
CLASSES = ("none", "passive", "self", "other", "harm", "abuse", "emergency", "today")
#: Groups of the table: the classes whose probabilities are added.
GROUP_CLASSES: Mapping[str, tuple[str, ...]] = {
    "crisis": ("self", "other", "harm"),
    "abuse": ("abuse",),
    "emergency": ("emergency",),
    "today": ("today",),
    "passive": ("passive", "self", "other", "harm", "abuse"),
}
CHARACTER_BITS = 15
WORD_BITS = 14
EMBEDDING_WEIGHT = 3.0
CHARACTER_WEIGHT = 1.2
WORD_WEIGHT = 1.2
STRENGTH = 4.0
FOLDS = 5
FORMAT = 1


class ClassifierError(RuntimeError):
    """The stored classifier is missing, broken or of another make."""


@dataclass(frozen=True)
class Example:
    """One training text; `source` is its file, which calibration keeps together."""

    text: str
    label: str
    lang: str
    source: str
    tier: str = ""
    kind: str = ""


def label_of(tier: str, kind: str) -> str:
    """Return the class of an example block."""
    if tier == "T0":
        return "none"
    if tier == "T3":
        return "passive"
    if tier == "M2":
        return "today"
    if tier in ("M1", "M_ask"):
        return "emergency"
    if kind in ("abuse", "assault"):
        return "abuse"
    if kind == "harm_to_others":
        return "harm"
    return "other" if kind == "other" else "self"


class Features:
    """Message to feature row; stateless but for the normaliser's tables."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._characters = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            n_features=1 << CHARACTER_BITS,
            alternate_sign=False,
            lowercase=False,
        )
        self._words = HashingVectorizer(
            tokenizer=str.split,
            token_pattern=None,
            ngram_range=(1, 3),
            n_features=1 << WORD_BITS,
            alternate_sign=False,
            lowercase=False,
        )

    def rows(self, words: Sequence[Words], embeddings: Matrix) -> csr_matrix:
        """Return one sparse row a message."""
        plain = [" ".join(each.words) for each in words]
        return hstack(
            [
                csr_matrix(embeddings * EMBEDDING_WEIGHT),
                self._characters.transform(plain) * CHARACTER_WEIGHT,
                self._words.transform(plain) * WORD_WEIGHT,
            ]
        ).tocsr()


class Classifier:
    """Weights and calibration. `probabilities` is the only thing a message needs."""

    def __init__(
        self, weights: Matrix, bias: Matrix, platt: Mapping[str, tuple[float, float]], features: Features
    ) -> None:
        self._weights = weights
        self._bias = bias
        self._platt = dict(platt)
        self._features = features

    @classmethod
    def train(
        cls, examples: Sequence[Example], embed: Callable[[Sequence[str]], Matrix], normaliser: Normaliser
    ) -> Classifier:
        """Fit on examples, calibrate on folds that keep each file together; ClassifierError when a class is missing."""
        labels = np.array([example.label for example in examples])
        absent = [name for name in CLASSES if not (labels == name).any()]
        if absent:
            raise ClassifierError(f"no examples for {', '.join(absent)}")
        features = Features(normaliser)
        rows = features.rows(
            [normaliser(example.text) for example in examples], embed([example.text for example in examples])
        )
        logits = np.zeros((len(examples), len(CLASSES)))
        sources = np.array([example.source for example in examples])
        for train, held in _folds(sources, labels):
            weights, bias = _fit(rows[train], labels[train])
            logits[held] = rows[held] @ weights.T + bias
        platt = {
            group: _platt(_scores(logits)[group], np.isin(labels, names)) for group, names in GROUP_CLASSES.items()
        }
        weights, bias = _fit(rows, labels)
        return cls(weights, bias, platt, features)

    def probabilities(self, words: Words, embedding: Matrix) -> dict[str, float]:
        """Return the calibrated probability of each group for one message."""
        row = self._features.rows([words], embedding.reshape(1, -1))
        scores = _scores(row @ self._weights.T + self._bias)
        return {group: float(_sigmoid(a * scores[group][0] + b)) for group, (a, b) in self._platt.items()}

    def save(self, folder: Path) -> None:
        """Write classifier.npz and classifier.json."""
        np.savez_compressed(folder / "classifier.npz", weights=self._weights, bias=self._bias)
        meta = {
            "format": FORMAT,
            "classes": CLASSES,
            "platt": self._platt,
            "bits": [CHARACTER_BITS, WORD_BITS],
            "weights": [EMBEDDING_WEIGHT, CHARACTER_WEIGHT, WORD_WEIGHT],
        }
        (folder / "classifier.json").write_text(json.dumps(meta), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, normaliser: Normaliser) -> Classifier:
        """Read what `save` wrote; ClassifierError when anything is missing or does not fit."""
        try:
            meta: dict[str, Any] = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
            with np.load(folder / "classifier.npz", allow_pickle=False) as stored:
                weights, bias = stored["weights"], stored["bias"]
            platt = {group: (float(a), float(b)) for group, (a, b) in meta["platt"].items()}
        except Exception as error:
            raise ClassifierError(f"the safety classifier cannot be read: {error}") from error
        expected = (len(CLASSES), 384 + (1 << CHARACTER_BITS) + (1 << WORD_BITS))
        if (
            meta.get("format") != FORMAT
            or tuple(meta["classes"]) != CLASSES
            or weights.shape != expected
            or bias.shape != (len(CLASSES),)
            or set(platt) != set(GROUP_CLASSES)
            or not np.isfinite(weights).all()
        ):
            raise ClassifierError("the safety classifier is of another make: train again (make run)")
        return cls(weights, bias, platt, Features(normaliser))


def _folds(sources: npt.NDArray[Any], labels: npt.NDArray[Any]) -> list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Folds by file; every training part must know every class, else rows are dealt out singly."""
    count = len(set(sources))
    if count >= FOLDS:
        folds = list(GroupKFold(FOLDS).split(labels, groups=sources))
        if all(set(labels[train]) == set(CLASSES) for train, _ in folds):
            return folds
    deal = np.arange(len(labels)) % FOLDS
    order = np.random.default_rng(7).permutation(len(labels))
    return [(order[deal != fold], order[deal == fold]) for fold in range(FOLDS)]


def _fit(rows: csr_matrix, labels: npt.NDArray[Any]) -> tuple[Matrix, Matrix]:
    model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3, class_weight="balanced")
    model.fit(rows, labels)
    order = [list(model.classes_).index(name) for name in CLASSES]
    return model.coef_[order].astype(np.float32), model.intercept_[order].astype(np.float32)


def _scores(logits: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """Log odds of each group against the rest."""
    logits = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    share = shifted / shifted.sum(axis=1, keepdims=True)
    scores = {}
    for group, names in GROUP_CLASSES.items():
        p = share[:, [CLASSES.index(name) for name in names]].sum(axis=1).clip(1e-6, 1 - 1e-6)
        scores[group] = np.log(p / (1 - p))
    return scores


def _platt(scores: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    model = LogisticRegression(C=10.0).fit(scores.reshape(-1, 1), truth)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _sigmoid(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -40, 40))))

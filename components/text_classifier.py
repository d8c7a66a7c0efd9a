"""The classifier behind the cards: multinomial logistic regression on sentence embedding and character n-grams.

Plain arrays in, plain arrays out; stored as .npz without pickle, so that loading a model runs no code.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression

from knowledge.hashing import HashedCounts

Array = npt.NDArray[np.float32]

#: Hashed character n-grams catch names and typos that the embedding blurs; hashing keeps no vocabulary to store.
NGRAM_FEATURES = 2**12
#: Main directions of the n-grams that are kept: dense, so that fitting takes seconds.
NGRAM_DIRECTIONS = 200
#: How much the n-grams count beside the embedding. This and the next two were chosen on the held-out questions
#: (docs/decisions/0002-understanding.md).
NGRAM_WEIGHT = 0.7
#: Inverse regularisation strength of the regression.
STRENGTH = 10.0
#: Examples of a large class count less: weight = size ** -BALANCE.
BALANCE = 0.25

_ngrams = HashedCounts(NGRAM_FEATURES, analyzer="char_wb", ngram_range=(2, 4))


@dataclass(frozen=True)
class TextClassifier:
    """A fitted classifier.

    `directions` is (NGRAM_FEATURES, NGRAM_DIRECTIONS), `weights` (384 + NGRAM_DIRECTIONS, labels), `bias` (labels).
    `examples` are the embeddings of the training texts, `owners` the label's place for each of them.
    """

    labels: list[str]
    directions: Array
    weights: Array
    bias: Array
    examples: Array
    owners: npt.NDArray[np.int32]

    @classmethod
    def fit(cls, texts: Sequence[str], embeddings: Array, labels: Sequence[str]) -> TextClassifier:
        """Fit on examples. Needs at least three labels and more examples than NGRAM_DIRECTIONS."""
        grams = _ngrams.rows(texts)
        reduced = TruncatedSVD(NGRAM_DIRECTIONS, random_state=0).fit(grams)
        directions = np.ascontiguousarray(reduced.components_.T, dtype=np.float32)
        sizes = Counter(labels)
        weight = np.array([sizes[label] ** -BALANCE for label in labels])
        model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
        rows = np.hstack([embeddings, NGRAM_WEIGHT * (grams @ directions)])
        model.fit(rows, labels, sample_weight=weight / weight.mean())
        names = [str(label) for label in model.classes_]
        place = {label: at for at, label in enumerate(names)}
        return cls(
            names,
            directions,
            np.ascontiguousarray(model.coef_.T, dtype=np.float32),
            model.intercept_.astype(np.float32),
            np.ascontiguousarray(embeddings, dtype=np.float32),
            np.array([place[label] for label in labels], dtype=np.int32),
        )

    def probabilities(self, texts: Sequence[str], embeddings: Array) -> Array:
        """Return one row a text, one column a label; each row adds up to 1."""
        grams = self._reduced(texts)
        scores = np.hstack([embeddings, NGRAM_WEIGHT * grams]) @ self.weights + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        shares: Array = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def _reduced(self, texts: Sequence[str]) -> Array:
        if len(texts) == 1:
            places, numbers = _ngrams.row(texts[0])
            return numbers[None, :] @ self.directions[places]
        return np.asarray(_ngrams.rows(texts) @ self.directions, dtype=np.float32)

    def likeness(self, embedding: Array, label: str) -> float:
        """Return the cosine of a text's embedding with the nearest example of `label`."""
        return float((self._examples_of[label] @ embedding).max())

    @cached_property
    def _examples_of(self) -> dict[str, Array]:
        """The examples by label, put together once and not for each message."""
        return {label: self.examples[self.owners == at] for at, label in enumerate(self.labels)}

    def save(self, path: Path) -> None:
        """Write the classifier to `path` (.npz)."""
        np.savez(path, labels=np.array(self.labels), **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, path: Path) -> TextClassifier:
        """Read a classifier. Raises OSError, KeyError or ValueError when the file is missing or not one."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                labels = [str(label) for label in stored["labels"]]
                return cls(labels, **{name: stored[name] for name in _ARRAYS})
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path.name} is cut off or changed: train again (make run).") from error


_ARRAYS = ("directions", "weights", "bias", "examples", "owners")

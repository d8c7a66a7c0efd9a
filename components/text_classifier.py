"""The classifier behind the cards: multinomial logistic regression on sentence embedding and character n-grams.

Plain arrays in, plain arrays out; stored as .npz without pickle, so that loading a model runs no code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

Array = npt.NDArray[np.float32]

#: Hashed character n-grams catch names and typos that the embedding blurs; hashing keeps no vocabulary to store.
NGRAM_FEATURES = 2**13
#: How much the n-grams count beside the embedding (both rows have length 1), chosen by cross-validation (`make eval`).
NGRAM_WEIGHT = 0.6
#: Inverse regularisation strength of the regression, chosen likewise.
STRENGTH = 20.0
#: Examples of a large class count less: weight = size ** -BALANCE.
BALANCE = 0.5

_ngrams = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 4), n_features=NGRAM_FEATURES, alternate_sign=False, norm="l2"
)


def features(texts: Sequence[str], embeddings: Array) -> csr_matrix:
    """Return one sparse row a text: 384 numbers of the embedding, then the n-grams."""
    grams = _ngrams.transform(texts) * NGRAM_WEIGHT
    return hstack([csr_matrix(embeddings), grams], format="csr", dtype=np.float32)


@dataclass(frozen=True)
class TextClassifier:
    """A fitted classifier: `weights` is (features, labels), `bias` is (labels)."""

    labels: list[str]
    weights: Array
    bias: Array

    @classmethod
    def fit(cls, texts: Sequence[str], embeddings: Array, labels: Sequence[str]) -> TextClassifier:
        """Fit on examples. Needs at least two labels."""
        sizes = {label: labels.count(label) for label in set(labels)}
        model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
        weight = np.array([sizes[label] ** -BALANCE for label in labels])
        model.fit(features(texts, embeddings), labels, sample_weight=weight / weight.mean())
        return cls(
            [str(label) for label in model.classes_],
            np.ascontiguousarray(model.coef_.T, dtype=np.float32),
            model.intercept_.astype(np.float32),
        )

    def probabilities(self, texts: Sequence[str], embeddings: Array) -> Array:
        """Return one row a text, one column a label; each row adds up to 1."""
        scores = features(texts, embeddings) @ self.weights + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        shares: Array = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def save(self, path: Path) -> None:
        """Write the classifier to `path` (.npz)."""
        np.savez(path, labels=np.array(self.labels), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> TextClassifier:
        """Read a classifier. Raises OSError or ValueError when the file is missing or not one."""
        with np.load(path, allow_pickle=False) as stored:
            labels = [str(label) for label in stored["labels"]]
            return cls(labels, stored["weights"], stored["bias"])

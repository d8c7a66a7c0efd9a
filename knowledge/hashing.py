"""Counts of a text's pieces (characters, words) in a fixed number of buckets, scaled to length 1.

Many texts at once go through scikit-learn; a single message takes a short cut to the same numbers, because checking
and building sparse matrices of one row costs more than counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils.murmurhash import murmurhash3_bytes_s32

Indices = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]


class HashedCounts:
    """`settings` are those of scikit-learn's HashingVectorizer; signs and norm are fixed here."""

    def __init__(self, buckets: int, **settings: Any) -> None:
        self._buckets = buckets
        self._vectorizer = HashingVectorizer(n_features=buckets, alternate_sign=False, norm="l2", **settings)
        self._pieces = self._vectorizer.build_analyzer()

    def rows(self, texts: Sequence[Any]) -> csr_matrix:
        """Return one sparse row of `buckets` numbers a text."""
        return self._vectorizer.transform(texts)

    def row(self, text: Any) -> tuple[Indices, Values]:
        """Return the places and numbers of one text's row that are not 0; equal to `rows([text])`."""
        counts = Counter(self._places(self._pieces(text)))
        places = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        numbers = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        return places, numbers / np.float32(sqrt(float(numbers @ numbers)) or 1.0)

    def _places(self, pieces: Iterable[str]) -> Iterable[int]:
        return (abs(murmurhash3_bytes_s32(piece.encode(), 0)) % self._buckets for piece in pieces)

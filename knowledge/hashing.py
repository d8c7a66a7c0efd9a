"""Counts of a text's pieces (characters, words) in a fixed number of buckets, scaled to length 1.

Many texts at once go through scikit-learn; a single message takes a short cut to the same numbers, because checking
and building sparse matrices of one row costs more than counting. The characters of a word are looked up where it was
met before, as most words of a message were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils.murmurhash import murmurhash3_bytes_s32

Indices = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]

#: Words whose pieces are remembered.
WORDS = 20_000


class HashedCounts:
    """`settings` are those of scikit-learn's HashingVectorizer; signs and norm are fixed here."""

    def __init__(self, buckets: int, **settings: Any) -> None:
        self._buckets = buckets
        self._vectorizer = HashingVectorizer(n_features=buckets, alternate_sign=False, norm="l2", **settings)
        self._pieces = self._vectorizer.build_analyzer()
        self._prepared = self._vectorizer.build_preprocessor()
        self._within_words = self._vectorizer.analyzer == "char_wb"
        self._of_word = lru_cache(maxsize=WORDS)(self._places)

    def rows(self, texts: Sequence[Any]) -> csr_matrix:
        """Return one sparse row of `buckets` numbers a text."""
        return self._vectorizer.transform(texts)

    def row(self, text: Any) -> tuple[Indices, Values]:
        """Return the places and numbers of one text's row that are not 0; equal to `rows([text])`."""
        if self._within_words:
            counts = Counter(chain.from_iterable(map(self._of_word, self._prepared(text).split())))
        else:
            counts = Counter(self._places(text))
        places = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        numbers = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        return places, numbers / np.float32(sqrt(float(numbers @ numbers)) or 1.0)

    def _places(self, text: Any) -> tuple[int, ...]:
        return tuple(abs(murmurhash3_bytes_s32(piece.encode(), 0)) % self._buckets for piece in self._pieces(text))

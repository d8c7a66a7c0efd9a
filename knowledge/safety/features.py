"""From a message to the numbers that the classifier reads: embedding, characters, words, concepts, rules. Stateless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from knowledge.hashing import HashedCounts, Indices, Values
from knowledge.safety.normalise import Words
from knowledge.safety.rules import Reading

Matrix = npt.NDArray[np.float32]
DIMENSIONS = 384
#: Buckets and weight of each block of features beside the embedding (docs/decisions/0003-safety-thresholds.md).
BLOCKS: Mapping[str, tuple[int, float]] = {
    "characters": (1 << 14, 1.0),
    "words": (1 << 14, 1.0),
    "concepts": (1 << 15, 1.2),
    "rules": (1 << 11, 0.5),
}
WIDTH = DIMENSIONS + sum(size for size, _ in BLOCKS.values())
#: How far apart two concepts may stand to count as a pair.
REACH = 3


class Concepts:
    """The bilingual word groups of data/safety/concepts.yml."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._whole: dict[str, set[str]] = {}
        self._starts: list[tuple[str, str]] = []
        for name, entries in groups.items():
            for entry in entries:
                if entry.endswith("*"):
                    self._starts.append((entry[:-1], name))
                else:
                    self._whole.setdefault(entry, set()).add(name)
        self._of = lru_cache(maxsize=20_000)(self._find)

    def _find(self, word: str) -> tuple[str, ...]:
        found = {name for start, name in self._starts if word.startswith(start)}
        return tuple(sorted(found | self._whole.get(word, set())))

    def patterns(self, words: Iterable[str]) -> list[str]:
        """Return the concepts of a message, and which follows which within a few words."""
        sequence = [named for named in map(self._of, words) if named]
        found: set[str] = set()
        for at, names in enumerate(sequence):
            for one in names:
                found.add(one)
                for ahead in range(1, REACH + 1):
                    found.update(f"{one}>{other}" for other in _at(sequence, at + ahead))
                for second in _at(sequence, at + 1):
                    found.update(f"{one}>{second}>{third}" for third in _at(sequence, at + 2))
        return sorted(found)


def _at(sequence: Sequence[tuple[str, ...]], index: int) -> tuple[str, ...]:
    return sequence[index] if index < len(sequence) else ()


class Features:
    """Message to feature row."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        size = {name: buckets for name, (buckets, _) in BLOCKS.items()}
        self._hashed = {
            "characters": HashedCounts(size["characters"], analyzer="char_wb", ngram_range=(2, 5), lowercase=False),
            "words": HashedCounts(
                size["words"], tokenizer=str.split, token_pattern=None, ngram_range=(1, 3), lowercase=False
            ),
            "concepts": HashedCounts(size["concepts"], analyzer=_as_is),
            "rules": HashedCounts(size["rules"], analyzer=_as_is),
        }

    def rows(self, words: Sequence[Words], readings: Sequence[Reading], embeddings: Matrix) -> csr_matrix:
        """Return one sparse row of WIDTH numbers a message."""
        seen = [self._seen(each, reading) for each, reading in zip(words, readings, strict=True)]
        weighted = [
            self._hashed[name].rows([each[name] for each in seen]) * weight for name, (_, weight) in BLOCKS.items()
        ]
        return hstack([csr_matrix(embeddings), *weighted], dtype=np.float32).tocsr()

    def pieces(self, words: Words, reading: Reading) -> tuple[Indices, Values]:
        """Return the places and numbers of one message's row that are not 0, without those of its embedding."""
        seen = self._seen(words, reading)
        places: list[Indices] = []
        numbers: list[Values] = []
        start = DIMENSIONS
        for name, (size, weight) in BLOCKS.items():
            found, counts = self._hashed[name].row(seen[name])
            places.append(found + start)
            numbers.append(counts * np.float32(weight))
            start += size
        return np.concatenate(places), np.concatenate(numbers)

    def _seen(self, words: Words, reading: Reading) -> dict[str, Any]:
        plain = " ".join(words.words)
        return {
            "characters": plain,
            "words": plain,
            "concepts": self._concepts.patterns(words.words),
            "rules": _rule_names(reading),
        }


def _as_is(names: Sequence[str]) -> Sequence[str]:
    return names


def _rule_names(reading: Reading) -> list[str]:
    # `maybe` patterns were written with the examples in view: as a feature they would look better than they are.
    sure = [finding for finding in reading.findings if finding.sure]
    names = {f"{finding.rule} {finding.state}" for finding in sure}
    names |= {f"{finding.tier} {finding.state}" for finding in sure}
    names |= {f"cue {cue}" for cue in reading.cues}
    if reading.exempt:
        names.add("exempt")
    return sorted(names)

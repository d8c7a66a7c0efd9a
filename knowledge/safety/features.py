"""From a message to the numbers that the classifier reads: embedding, characters, words, concepts, rules."""

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
#: Buckets and weight of each block of features beside the embedding. Where buckets are few, everyday pieces share those
#: of a crisis (docs/decisions/0015-safety-unseen-writers.md).
BLOCKS: Mapping[str, tuple[int, float]] = {
    "characters": (1 << 17, 1.0),
    "words": (1 << 18, 1.5),
    "apart": (1 << 18, 1.0),
    "concepts": (1 << 17, 1.0),
    "rules": (1 << 11, 0.5),
}
WIDTH = DIMENSIONS + sum(size for size, _ in BLOCKS.values())
#: How far apart two concepts may stand to count as a pair.
REACH = 3
#: How far apart two words may stand to count as a pair; neighbours are counted among the words.
APART = (2, 3, 4)


def columns(block: str) -> slice:
    """Return where the numbers of a block stand in a row."""
    start = DIMENSIONS
    for name, (size, _) in BLOCKS.items():
        if name == block:
            return slice(start, start + size)
        start += size
    raise KeyError(block)


_STARTS = {name: columns(name).start for name in BLOCKS}


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
            "apart": HashedCounts(size["apart"], analyzer=_as_is),
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
        for name, (_, weight) in BLOCKS.items():
            found, counts = self._hashed[name].row(seen[name])
            places.append(found + _STARTS[name])
            numbers.append(counts * np.float32(weight))
        return np.concatenate(places), np.concatenate(numbers)

    def _seen(self, words: Words, reading: Reading) -> dict[str, Any]:
        plain = " ".join(words.words)
        return {
            "characters": plain,
            "words": plain,
            "apart": _pairs_apart(words.words),
            "concepts": self._concepts.patterns(words.words),
            "rules": _rule_names(reading),
        }


def _as_is(names: Sequence[str]) -> Sequence[str]:
    return names


def _pairs_apart(words: Sequence[str]) -> list[str]:
    """Return pairs of words with one to three others between them."""
    return [f"{one}~{words[at + ahead]}" for ahead in APART for at, one in enumerate(words[:-ahead])]


def _rule_names(reading: Reading) -> list[str]:
    # `maybe` patterns were written with the examples in view: as a feature they would look better than they are.
    sure = [finding for finding in reading.findings if finding.sure]
    names = {f"{finding.rule} {finding.state}" for finding in sure}
    names |= {f"{finding.tier} {finding.state}" for finding in sure}
    names |= {f"cue {cue}" for cue in reading.cues}
    if reading.exempt:
        names.add("exempt")
    return sorted(names)

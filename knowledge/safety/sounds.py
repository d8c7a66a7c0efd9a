"""How a Spanish word sounds: what people mix up who write as they speak ("ago cortes", "boi", "cansao") is one here.

Pure: `sound` turns a word without accents into a key; words with the same key are pronounced alike by most people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

#: In this order: digraphs before letters, so that the h of "ch" and the u of "que" are not lost too early.
_SOUNDS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        ("ch|sh|x", "C"),
        ("h", ""),
        ("qu(?=[ei])|[qk]", "K"),
        ("gu(?=[ei])", "G"),
        ("g(?=[ei])", "j"),
        ("c(?=[ei])|z", "s"),
        ("c", "K"),
        ("v", "b"),
        ("ll", "y"),
        ("y$", "i"),
        ("^i(?=[aeou])", "y"),
        ("n(?=[bp])", "m"),
        ("ado$", "ao"),
        (r"([^r])\1+", r"\1"),
    )
)


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """Return the key of a lower-case word without accents."""
    for pattern, written in _SOUNDS:
        word = pattern.sub(written, word)
    return word


class Sounds:
    """Finds the word that somebody meant who wrote it as it sounds."""

    def __init__(self, words: Iterable[str]) -> None:
        self._alike: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            self._alike.setdefault(sound(word), []).append(word)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and sound(word) in self._alike

    def nearest(self, word: str) -> str | None:
        """Return the known word that sounds like this one, the one written most alike; None when there is none."""
        alike = self._alike.get(sound(word))
        return min(alike, key=lambda known: OSA.distance(known, word)) if alike else None

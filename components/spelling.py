"""Spelling: mends slips of the thumb in words that no dictionary has, towards the words of the examples.

The embedding reads "tihgt jwa" as five pieces that mean nothing. Only what the cards are looked up by is mended: what a
visitor typed is never changed, and the safety filter, which has its own way with slips, reads it raw.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: Words under SHORT letters are mended only where two neighbouring letters are swapped; from LONG on, two slips may be.
SHORT = 4
LONG = 7
#: A word of this few letters is left as it is.
TINY = 2
#: A word is taken for a goal when the examples hold it this often.
SEEN = 2
#: … and this often when no dictionary has it ("psoas", "cant"): rarer ones may be slips themselves.
SEEN_ALONE = 6
#: Characters of a word that are read; what is longer is no word.
LONGEST = 24

#: Endings under which a known word is still known: what is taken off, and what may stand there instead.
ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"), ("er", ""), ("ly", ""),
)  # fmt: skip
#: Written without their apostrophe: they are taken for "their" or "there" otherwise.
CLIPPED = re.compile(
    r"(?:i|you|he|she|it|we|they|that|there|what|who|how|why|where|when)(?:m|re|s|ve|ll|d)"
    r"|(?:do|does|did|is|are|was|were|has|have|had|wo|would|should|could|ca|must|ai)nt"
)

_APOSTROPHE = re.compile("['’]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Spelling:
    """Knows the words of the examples (`counts`) and those of a dictionary, which are left as they are."""

    def __init__(
        self, counts: Mapping[str, int], dictionary: Callable[[str], bool], foreign: Collection[str] = ()
    ) -> None:
        """Take how often the examples hold each word (as `word_counts` counts), and what tells whether a word is one.

        A message with a word of `foreign` is in another language and left alone.
        """
        self._counts = dict(counts)
        self._foreign = frozenset(foreign) - self._counts.keys()
        self._dictionary = dictionary
        self._goals = [
            word
            for word, count in counts.items()
            if len(word) > TINY and count >= (SEEN if dictionary(word) else SEEN_ALONE)
        ]

    @classmethod
    def load(cls, path: Path, dictionary: Callable[[str], bool]) -> Spelling:
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when the file is missing or not one."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(stored["counts"], dictionary, stored["foreign"])

    def save(self, path: Path) -> None:
        """Write the words to `path` (.json)."""
        stored = {"counts": self._counts, "foreign": sorted(self._foreign)}
        path.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")

    def mended(self, text: str) -> str:
        """Return the text with its slips mended; the very text when there are none."""
        words = _WORD.findall(text)
        unknown = set(filter(self._unknown, words))
        if not unknown or not self._foreign.isdisjoint(map(_plain, words)):
            return text
        meant = {word: self._meant(_plain(word)) or word for word in unknown}
        return _WORD.sub(lambda found: meant.get(found.group(), found.group()), text)

    def _unknown(self, word: str) -> bool:
        plain = _plain(word)
        if not TINY < len(plain) <= LONGEST or not plain.isascii() or self._counts.get(plain, 0) >= SEEN:
            return False
        return not (CLIPPED.fullmatch(plain) or any(map(self._dictionary, _stems(word.lower()))))

    def _meant(self, word: str) -> str | None:
        """Return the likeliest word of the examples a slip or two away: the nearest, then the most frequent."""
        allowed = 2 if len(word) >= LONG else 1
        near: list[tuple[int, bool, int, str]] = []
        for goal, distance, _ in process.extract(
            word, self._goals, scorer=OSA.distance, score_cutoff=allowed, limit=None
        ):
            begins_alike = goal[0] == word[0]
            if (len(word) < SHORT and sorted(goal) != sorted(word)) or (distance > 1 and not begins_alike):
                continue
            near.append((distance, not begins_alike, -self._counts[goal], goal))
        return min(near)[-1] if near else None


def _stems(word: str) -> Iterable[str]:
    """Yield the word and what it may be a form of: "flinches", "flinch"."""
    word = _APOSTROPHE.split(word)[0]
    yield word
    for ending, other in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORT:
            yield stem + other
            if stem[-1] == stem[-2]:  # "stopping"
                yield stem[:-1]


def word_counts(texts: Iterable[str]) -> Counter[str]:
    """Count the words of texts, in small letters and without apostrophes."""
    return Counter(_plain(word) for text in texts for word in _WORD.findall(text))


def _plain(word: str) -> str:
    return _APOSTROPHE.sub("", word.lower())

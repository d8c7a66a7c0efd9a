"""The small pattern language of data/check_in.yml: phrases as people say them, compiled once. Pure.

`tens*` any ending · `(a|b)` either · `x?` may be missing · `..` up to three words between. Case, accents of writing
and punctuation do not count; a word that is one slip away from a known word is read as that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

#: A word shorter than this is never taken for a misspelt one: "hop" is no hip.
SPELLABLE = 5
GAP = r"(?:[\w']+ ){0,3}?"


def plain(text: str) -> str:
    """Return a text in small letters, without punctuation: "I can't, sorry!" becomes "i cant sorry"."""
    text = re.sub(r"['’`´]", "", text.lower())
    return " ".join(re.findall(r"[a-z0-9áéíóúñü]+", text))


def clauses(text: str) -> list[str]:
    """Return the parts of a text between punctuation and "but", each plain."""
    parts = re.split(r"[,.;:!?\n()]+|\b(?:but|except|though|however)\b", text.lower())
    return [each for each in map(plain, parts) if each]


@lru_cache(maxsize=4096)
def compiled(phrase: str) -> re.Pattern[str]:
    """Return the pattern of one phrase, for plain texts. Raises re.error for a phrase that is not well formed."""
    written = re.sub(r"['’]", "", phrase.lower())
    parts: list[str] = []
    for piece in re.findall(r"\([^()]*\)\??|\S+", written):
        if piece == "..":
            parts.append(GAP)
            continue
        optional = piece.endswith("?")
        body = _alternatives(piece.rstrip("?"))
        parts.append(f"(?:{body} )?" if optional else f"{body} ")
    return re.compile(r"(?<!\S)" + "".join(parts))


def _alternatives(token: str) -> str:
    words = token[1:-1].split("|") if token.startswith("(") else [token]
    return "(?:" + "|".join(" ".join(_word(part) for part in each.split()) for each in words) + ")"


def _word(word: str) -> str:
    if word == "..":
        return GAP.rstrip()
    optional = word.endswith("?")
    word = word.rstrip("?")
    pattern = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
    return f"(?:{pattern})?" if optional else pattern


def find(phrase: str, text: str) -> tuple[int, int] | None:
    """Return where a phrase stands in a plain text, as (start, end), or None."""
    found = compiled(phrase).search(text + " ")
    return (found.start(), found.end()) if found else None


def is_whole(phrase: str, text: str) -> bool:
    """Return whether a plain text is this phrase and nothing else."""
    return compiled(phrase).fullmatch(text + " ") is not None


def vocabulary(phrases: Iterable[str]) -> frozenset[str]:
    """Return the words of phrases that are long enough to be told from a misspelling."""
    words = (word for phrase in phrases for word in re.findall(r"[a-z]+\*?", phrase.lower()))
    return frozenset(word for word in words if len(word.rstrip("*")) >= SPELLABLE)


def spelled(text: str, known: frozenset[str], common: frozenset[str]) -> str:
    """Return a plain text with words that are one slip away from a known word put right.

    `known` holds words, `word*` with any ending. `common` are words that are right as they are.
    """
    return " ".join(_spelled_word(word, known, common) for word in text.split())


@lru_cache(maxsize=4096)
def _spelled_word(word: str, known: frozenset[str], common: frozenset[str]) -> str:
    if len(word) < SPELLABLE or word in common or not word.isalpha() or _is_known(word, known):
        return word
    near = [
        each.rstrip("*")
        for each in sorted(known)
        if each[0] == word[0] and OSA.distance(word, each.rstrip("*"), score_cutoff=1) <= 1
    ]
    if not near:  # a stem, with an ending of its own: "sholders", "dizzyness"
        near = [
            each[:-1] + word[len(each) - 1 :]
            for each in sorted(known)
            if each.endswith("*") and len(each) > SPELLABLE and each[0] == word[0] and _stem_is_near(word, each[:-1])
        ]
    return near[0] if near else word


def _is_known(word: str, known: frozenset[str]) -> bool:
    return word in known or any(each.endswith("*") and word.startswith(each[:-1]) for each in known)


def _stem_is_near(word: str, stem: str) -> bool:
    lengths: Sequence[int] = (len(stem) - 1, len(stem), len(stem) + 1)
    return any(OSA.distance(word[:length], stem, score_cutoff=1) <= 1 for length in lengths)

"""The small pattern language of data/check_in.yml: phrases as people say them, compiled once. Pure.

`tens*` any ending · `(a|b)` either · `x?` may be missing · `..` up to three words between · `my` any word that says
which one · `=` at the start: all of the clause. Case, accents and punctuation do not count; a word that is one slip
away from a known word is read as that word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

#: A word shorter than this is never taken for a misspelt one: "hop" is no hip.
SPELLABLE = 5
GAP = r"(?:[\w']+ ){0,3}?"
#: Words that say which one, and stand for each other: "numb between the legs".
WHICH = r"(?:my|the|both|this|that|our|his|her)"


def plain(text: str) -> str:
    """Return a text in small letters, without punctuation and accents: "I can't, señor!" becomes "i cant senor"."""
    return " ".join(re.findall(r"[a-z0-9]+", _bare(text)))


def after(text: str, count: int) -> str:
    """Return what comes after so many words of a text, with its punctuation, in small letters."""
    bare = _bare(text)
    words = list(re.finditer(r"[a-z0-9]+", bare))
    return bare[words[count - 1].end() :] if count else bare


def _bare(text: str) -> str:
    text = re.sub(r"['’`´]", "", text.lower())
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def clauses(text: str) -> list[str]:
    """Return the parts of a text between punctuation and "but", each plain."""
    parts = re.split(r"[,.;:!?\n()]+|\b(?:but|except|though|however)\b", _bare(text))
    return [each for each in map(plain, parts) if each]


@lru_cache(maxsize=4096)
def compiled(phrase: str) -> re.Pattern[str]:
    """Return the pattern of one phrase, for plain texts. Raises re.error for a phrase that is not well formed."""
    whole = phrase.startswith("=")
    written = re.sub(r"['’]", "", phrase.removeprefix("=").lower())
    parts: list[str] = []
    for piece in re.findall(r"\([^()]*\)\??|\S+", written):
        if piece == "..":
            parts.append(GAP)
            continue
        optional = piece.endswith("?")
        said = _alternatives(piece.rstrip("?"))
        parts.append(f"(?:{said} )?" if optional else f"{said} ")
    body = "".join(parts)
    return re.compile(f"^{body}$" if whole else rf"(?<!\S){body}")


def _alternatives(token: str) -> str:
    words = token[1:-1].split("|") if token.startswith("(") else [token]
    return "(?:" + "|".join(" ".join(_word(part) for part in each.split()) for each in words) + ")"


def _word(word: str) -> str:
    if word == "..":
        return GAP.rstrip()
    if word == "my":
        return WHICH
    optional = word.endswith("?")
    word = word.rstrip("?")
    pattern = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
    return f"(?:{pattern})?" if optional else pattern


def find(phrase: str, text: str) -> tuple[int, int] | None:
    """Return where a phrase stands in a plain text, as (start, end), or None."""
    found = compiled(phrase).search(text + " ")
    return (found.start(), found.end()) if found else None


def find_all(phrase: str, text: str) -> list[tuple[int, int]]:
    """Return every place where a phrase stands in a plain text, as (start, end)."""
    return [found.span() for found in compiled(phrase).finditer(text + " ")]


def is_whole(phrase: str, text: str) -> bool:
    """Return whether a plain text is this phrase and nothing else."""
    return compiled(phrase).fullmatch(text + " ") is not None


def is_made_of(phrases: Sequence[str], text: str, first: Sequence[str] | None = None) -> bool:
    """Return whether a plain text is nothing but some of these phrases in a row, beginning with one of `first`."""
    text += " "
    ends = {0}
    open_ends = [0]
    while open_ends:
        start = open_ends.pop()
        if start == len(text):
            return True
        for phrase in phrases if start or first is None else first:
            found = compiled(phrase).match(text, start)
            if found and found.end() > start and found.end() not in ends:
                ends.add(found.end())
                open_ends.append(found.end())
    return False


def without(phrases: Sequence[str], text: str) -> str:
    """Return a plain text without these phrases at its beginning and its end."""
    text += " "
    while found := next(filter(None, (compiled(phrase).match(text) for phrase in phrases)), None):
        text = text[found.end() :]
    while found := next((each for phrase in phrases if (each := _ending(phrase, text))), None):
        text = text[: found.start()]
    return text.strip()


def _ending(phrase: str, text: str) -> re.Match[str] | None:
    return next((found for found in compiled(phrase).finditer(text) if found.end() == len(text)), None)


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

"""From what people type to plain words: accents, apostrophes, repeated letters, leetspeak, algospeak, misspellings.

The tables are data/safety/spelling.yml. What the words mean is left to the rules (rules.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.safety.sounds import Sounds

#: Messages end at 1,000 characters at the edge; anything longer is cut here, the end is kept too.
MAX_CHARACTERS = 2000
#: Words under SHORT letters are never taken for a slip; from LONG letters on, two letters may be wrong.
SHORT = 5
LONG = 8
#: The hard end of a clause, as a word of its own.
STOP = "."
COMMA = ","

_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "–": " , ",
        "—": " , ",
        "…": " ",
        "¿": " ",
        "¡": " ",
        "/": " / ",
    }
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][ .\-_*]{1,2}){2,}[a-z0-9](?![a-z0-9'])")
_CHUNK = re.compile(r"[\w'$@!|*+.\-]*[\w'$@*]|[.?!;:\n,()\"]")
_LEET = str.maketrans(
    {
        "1": "i",
        "3": "e",
        "4": "a",
        "0": "o",
        "5": "s",
        "7": "t",
        "$": "s",
        "@": "a",
        "!": "i",
        "|": "l",
        "+": "t",
    }
)
_LEET_L = str.maketrans({"1": "l"})
_RUN3 = re.compile(r"(.)\1{2,}")
_RUN2 = re.compile(r"(.)\1+")
_DIGIT_WORD = re.compile(r"(?<=[a-z])[24](?=[a-z])")
_SHORT_LINE = re.compile(r"(?:(?<=\n)|^)[ \t]*(\S+(?:[ \t]+\S+)?)[ \t]*\n+")
_STOPS = frozenset(".?!;:\n")


@dataclass(frozen=True)
class Words:
    """A message as plain words; `question` tells that it carries a question mark."""

    words: tuple[str, ...]
    lang: str
    question: bool


class Normaliser:
    """Turns text into words. `vocabulary` holds the words of the rules, `known` ordinary words left as they are."""

    def __init__(self, spelling: Mapping[str, Any], vocabulary: Iterable[str], known: Iterable[str]) -> None:
        self._expand: dict[str, tuple[str, ...]] = {}
        for table in ("contractions", "slang", "misspellings"):
            for key, value in (spelling.get(table) or {}).items():
                self._expand[_plain(str(key)).replace("'", "")] = tuple(_plain(str(value)).split())
        self._apostrophe = {
            _plain(str(key)): tuple(str(value).split())
            for key, value in (spelling.get("only_with_apostrophe") or {}).items()
        }
        self._numbers_before = frozenset(spelling.get("not_after_a_number") or ())
        self._two_before = frozenset(spelling.get("two_means_to_before") or ())
        self._dropped = frozenset(str(word) for word in spelling.get("dropped") or ())
        self._emoji = {str(key): f" {value} " for key, value in (spelling.get("emoji") or {}).items()}
        self._hints = {
            lang: frozenset(str(word) for word in words)
            for lang, words in (spelling.get("language_hints") or {}).items()
        }
        self._vocabulary = frozenset(vocabulary) | {w for words in self._expand.values() for w in words}
        keep = frozenset(str(word) for word in spelling.get("left_alone") or ())
        self._known = frozenset(known) | self._vocabulary | keep | frozenset().union(*self._hints.values())
        self._targets: dict[tuple[str, str], list[str]] = {}
        for lang, targets in (spelling.get("misspelt") or {}).items():
            for word in targets:
                self._targets.setdefault((lang, str(word)[0]), []).append(str(word))
        self._only_spanish = {
            str(key): tuple(_plain(str(value)).split())
            for key, value in (spelling.get("only_in_spanish") or {}).items()
        }
        self._english = self._hints.get("en", frozenset()) | frozenset(known)
        spanish = self._hints.get("es", frozenset())
        targets = (spelling.get("misspelt") or {}).get("es") or ()
        self._sounds = Sounds((self._vocabulary - self._english) | spanish | {str(word) for word in targets})
        self._small_sounds = Sounds(spanish)
        self._pieces = frozenset(w for w in self._vocabulary if len(w) >= 4) | frozenset(
            str(word) for word in spelling.get("glued_pieces") or ()
        )
        self._word = lru_cache(maxsize=20_000)(self._resolve)

    @property
    def dropped(self) -> frozenset[str]:
        """Fillers that never reach the rules."""
        return self._dropped

    def __call__(self, text: str, language: str | None = None) -> Words:
        """Return the words of `text`; `language` breaks a tie where the words do not tell."""
        if len(text) > MAX_CHARACTERS:
            text = text[: MAX_CHARACTERS // 2] + " . " + text[-MAX_CHARACTERS // 2 :]
        spanish_marks = sum(text.count(mark) for mark in "¿¡ñáéíóúÑÁÉÍÓÚ")
        for mark, word in self._emoji.items():
            if mark in text:
                text = text.replace(mark, word)
        text = _plain(text)
        text = _SPACED.sub(self._join_spaced, text)
        # One or two words a line are one sentence, sent piece by piece.
        text = _SHORT_LINE.sub(r"\1 ", text)
        chunks = _CHUNK.findall(text)
        lang = self._language(chunks, spanish_marks, language)
        raw: list[str] = []
        for chunk in chunks:
            if chunk in _STOPS:
                if raw and raw[-1] != STOP:
                    raw.append(STOP)
            elif chunk in ',()"':
                raw.append(COMMA)
            else:
                raw.extend(self._chunk(chunk, raw[-1] if raw else "", lang))
        lang = self._language(raw, spanish_marks, language)
        for at, after in enumerate(raw[1:]):
            if raw[at] == "2" and after in self._two_before:
                raw[at] = "to"
            # "i" is also how "y" is typed; before English words it is the English one.
            if raw[at] == "i" and lang == "es" and (after in self._hints.get("es", ()) or after not in self._english):
                raw[at] = "y"
        words = tuple(word for word in raw if word not in self._dropped)
        return Words(words, lang, "?" in text)

    def _join_spaced(self, match: re.Match[str]) -> str:
        whole = match.group()
        joined = re.sub(r"[^a-z0-9]", "", whole)
        for candidate in (joined, joined.translate(_LEET)):
            if candidate in self._expand or (len(candidate) > 3 and candidate in self._vocabulary):
                return f" {candidate} "
            split = self._split_glued(candidate) if len(candidate) >= 7 else ()
            if split:
                return f" {' '.join(split)} "
            # "i k m s": a lone word before the spelled one
            if candidate[:1] in "iay" and (candidate[1:] in self._expand or candidate[1:] in self._vocabulary):
                return f" {candidate[:1]} {candidate[1:]} "
        return whole

    def _chunk(self, chunk: str, before: str, lang: str) -> Sequence[str]:
        chunk = chunk.strip("'")
        if not chunk:
            return ()
        if chunk in self._apostrophe:
            return self._apostrophe[chunk]
        if chunk.endswith("'s") and chunk.replace("'", "") not in self._expand:
            chunk = chunk[:-2]
        bare = chunk.replace("'", "")
        if bare in self._numbers_before and before.isdigit():
            return (bare,)
        if "." in bare or "-" in bare or "*" in bare or "_" in bare:
            joined = re.sub(r"[.\-_*]", "", bare)
            if joined in self._expand or joined in self._vocabulary:
                return self._word(joined, lang)
            if "*" in bare:
                return (self._unmask(bare),)
            parts: list[str] = []
            for part in re.split(r"(\.)|[\-_]+", chunk):
                parts.extend((STOP,) if part == "." else self._chunk(part, before, lang) if part else ())
            return parts
        return self._word(bare, lang)

    def _unmask(self, word: str) -> str:
        """Return the vocabulary's word of that shape ("su*cide"), where there is one."""
        if len(word.replace("*", "")) < 2:
            return word.replace("*", "") or STOP
        shape = re.compile(re.escape(word).replace(r"\*", "[a-z]{1,2}") + "$")
        found = [known for known in self._vocabulary if known[:1] == word[:1] and shape.match(known)]
        return min(found, key=len) if found else word.replace("*", "")

    def _resolve(self, word: str, lang: str) -> tuple[str, ...]:
        if lang == "es" and word in self._only_spanish:
            return self._only_spanish[word]
        for candidate in _spellings(word):
            if candidate in self._expand:
                return self._expand[candidate]
            if candidate in self._known:
                return (candidate,)
        if word.endswith("in") and f"{word}g" in self._vocabulary:
            return (f"{word}g",)
        if not word.isalpha():
            spoken = _DIGIT_WORD.sub(lambda m: " to " if m.group() == "2" else " for ", word).split()
            if len(spoken) > 1:
                return tuple(part for piece in spoken for part in self._word(piece, lang))
            letters = re.sub(r"[^a-z]", "", word)
            return (letters if len(letters) > 1 and not word[0].isdigit() else word,)
        word = _RUN3.sub(r"\1\1", word)
        heard = self._sounds.nearest(word) if lang == "es" and len(word) > 1 else None
        if heard is not None:
            return self._expand.get(heard, (heard,))
        if len(word) >= 5:
            split = self._split_glued(word)
            if split:
                return split
        return (self._nearest(word, lang),)

    def _split_glued(self, word: str) -> tuple[str, ...]:
        """Return the fewest known pieces of a glued word ("wanttodie"); () when it is none."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 14), end):
                before, piece = best[start], word[start:end]
                if before is None or piece not in self._pieces:
                    continue
                if best[end] is None or len(before) + 1 < len(best[end] or ()):
                    best[end] = (*before, piece)
        found = best[len(word)] or ()
        # Mostly tiny pieces would be a coincidence: "indias" is not "i n dias".
        if len(found) < 2 or len(word) / len(found) < 2.3 or max(map(len, found)) < 3:
            return ()
        return tuple(part for piece in found for part in self._expand.get(piece, (piece,)))

    def _nearest(self, word: str, lang: str) -> str:
        """Return the word of the `misspelt` table that this is a slip of; itself when it is none."""
        found = process.extractOne(
            word,
            self._targets.get((lang, word[0]), ()),
            scorer=OSA.distance,
            score_cutoff=2 if len(word) >= LONG else 1,
        )
        return str(found[0]) if found and len(word) >= SHORT else word

    def _language(self, words: Sequence[str], marks: int, asked: str | None) -> str:
        english = sum(word in self._hints.get("en", ()) for word in words if word != "i") + ("i" in words)
        spanish = sum(word in self._hints.get("es", ()) for word in words) + (2 if marks else 0)
        spanish += sum(word not in self._known and word in self._small_sounds for word in words)
        if english == spanish:
            return asked or "en"
        return "es" if spanish > english else "en"


def _plain(text: str) -> str:
    """Lower case, no accents, plain quotes, nothing invisible."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    text = _INVISIBLE.sub("", text).lower()
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _spellings(word: str) -> Iterable[str]:
    """Yield readings of one word, the likeliest first: as typed, letters run together, digits read as letters."""
    yield word
    if _RUN3.search(word):
        yield _RUN3.sub(r"\1", word)
        yield _RUN3.sub(r"\1\1", word)
        yield _RUN2.sub(r"\1", word)
    if any(not char.isalpha() for char in word) and any(char.isalpha() for char in word):
        for table in (_LEET, {**_LEET, **_LEET_L}):
            read = word.translate(table)
            yield read
            yield _RUN3.sub(r"\1", read)

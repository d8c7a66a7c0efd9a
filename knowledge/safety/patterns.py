"""The small pattern language of data/safety/phrases*.yml, compiled to spaCy's Matcher.

want to die          these words in a row (fillers such as "really" are gone already)
<want> to die        any entry of the word list `want`
(kill|hurt) myself   one of these; a choice may have several words
myself?              may be missing
..                   up to three other words of the same clause;  ...  up to seven
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from knowledge.safety.normalise import COMMA, STOP

Element = tuple[frozenset[str], bool]  # words, may be missing
GAPS = {"..": 3, "...": 7}
#: No gap leaps over these: "I would never hurt myself" is not "I would … hurt myself".
DENIALS = ("never", "nunca", "jamas")
MAX_SEQUENCES = 6000
_PIECES = re.compile(r"\([^()]*\)\??|<[^<>\s]+>\??|\S+")
#: Words so common that a rule indexed by them would run on every message.
COMMON = frozenset(
    [
        "i",
        "a",
        "my",
        "me",
        "to",
        "is",
        "am",
        "are",
        "it",
        "not",
        "no",
        "do",
        "in",
        "of",
        "and",
        "the",
        "have",
        "has",
        "been",
        "he",
        "she",
        "they",
        "you",
        "with",
        "on",
        "that",
        "this",
        "be",
        "was",
        "for",
        "will",
        "going",
        "get",
        "so",
        "at",
        "yo",
        "me",
        "mi",
        "que",
        "de",
        "la",
        "lo",
        "se",
        "el",
        "en",
        "es",
        "no",
        "a",
        "y",
        "un",
        "una",
        "por",
        "con",
        "tengo",
        "estoy",
        "esta",
        "va",
        "si",
        "le",
        "al",
        "te",
        "ya",
    ]
)


class PatternError(ValueError):
    """A pattern that cannot be read: says which and why."""


class Lists:
    """The named word lists of data/safety/words.yml; an entry may have several words or name another list."""

    def __init__(self, lists: Mapping[str, Sequence[str]], dropped: Iterable[str] = ()) -> None:
        self._raw = lists
        self._dropped = frozenset(dropped)
        self._done: dict[str, tuple[tuple[str, ...], ...]] = {}

    def phrases(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the entries of a list as word tuples; PatternError when there is no such list."""
        if name not in self._done:
            if name not in self._raw:
                raise PatternError(f"there is no word list <{name}>")
            found: list[tuple[str, ...]] = []
            for entry in self._raw[name]:
                if str(entry).startswith("<"):
                    found.extend(self.phrases(str(entry)[1:-1]))
                else:
                    found.append(self.keep(str(entry).split()))
            self._done[name] = tuple(dict.fromkeys(phrase for phrase in found if phrase))
        return self._done[name]

    def keep(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the words without the fillers that no message has left either."""
        return tuple(word for word in words if word not in self._dropped)


def expand(pattern: str, lists: Lists) -> list[list[Element | int | None]]:
    """Return the plain sequences of a pattern: elements, and gaps as a number of words."""
    choices: list[list[list[Element | int | None]]] = []
    for piece in _PIECES.findall(pattern):
        if piece in GAPS:
            choices.append([[GAPS[piece]]])
            continue
        optional = piece.endswith("?")
        piece = piece[:-1] if optional else piece
        if piece.startswith("("):
            phrases = [p for option in piece[1:-1].split("|") for p in _option(option.strip(), lists)]
        else:
            phrases = _option(piece, lists)
        # A filler among the choices never reaches the rules: that choice falls away.
        phrases = [phrase for phrase in dict.fromkeys(phrases) if phrase]
        if not phrases:
            continue
        single = frozenset(p[0] for p in phrases if len(p) == 1)
        options: list[list[Element | int | None]] = []
        if single:
            options.append([(single, optional)])
        elif optional:
            options.append([])
        options.extend([(frozenset({w}), False) for w in p] for p in phrases if len(p) > 1)
        choices.append(options)
    if not choices:
        raise PatternError("an empty pattern")
    if math.prod(len(options) for options in choices) > MAX_SEQUENCES:
        raise PatternError(f"stands for more than {MAX_SEQUENCES} sequences: use fewer choices of several words")
    return [[e for part in combination for e in part] for combination in itertools.product(*choices)]


def _option(text: str, lists: Lists) -> list[tuple[str, ...]]:
    """One choice: words and at most a few lists in a row, multiplied out."""
    parts: list[Sequence[tuple[str, ...]]] = []
    for word in text.split():
        if word.startswith("<") and word.endswith(">"):
            parts.append(lists.phrases(word[1:-1]))
        elif re.search(r"[<>()|]", word):
            raise PatternError(f"cannot read {word!r}")
        else:
            parts.append([lists.keep([word])])
    if not parts:
        raise PatternError("an empty choice")
    return [tuple(w for p in combination for w in p) for combination in itertools.product(*parts)]


class _Sequence:
    """One plain sequence: the word sets it cannot do without, and its Matcher, built when first needed."""

    __slots__ = ("matcher", "name", "pattern", "required")

    def __init__(self, name: str, required: tuple[frozenset[str], ...], pattern: list[dict[str, Any]]) -> None:
        self.name = name
        self.required = required
        self.pattern = pattern
        self.matcher: Matcher | None = None


class Phrases:
    """Patterns under names, matched together.

    Thousands of sequences, and a message of ten words: a sequence is tried only when its rarest word is there
    (index) and all that it requires is there (sets). What is left, mostly one or two, goes to spaCy's Matcher.
    """

    def __init__(self, vocab: Vocab, lists: Lists) -> None:
        self._vocab = vocab
        self._lists = lists
        self._index: dict[str, list[_Sequence]] = {}
        self.words: set[str] = set()

    def add(self, name: str, patterns: Iterable[str]) -> None:
        """Compile `patterns` under `name`; PatternError names the pattern."""
        for pattern in patterns:
            try:
                sequences = expand(pattern, self._lists)
            except PatternError as error:
                raise PatternError(f"{name}: {pattern!r}: {error}") from error
            for sequence in sequences:
                required = [e[0] for e in sequence if isinstance(e, tuple) and not e[1]]
                if not required:
                    raise PatternError(f"{name}: {pattern!r} can match nothing at all")
                anchor = min(required, key=_commonness)
                required.remove(anchor)
                compiled = _Sequence(name, tuple(required), _matcher_pattern(sequence))
                for word in anchor:
                    self._index.setdefault(word, []).append(compiled)
                self.words.update(w for e in sequence if isinstance(e, tuple) for w in e[0])

    def find(self, doc: Doc, words: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        """Return the spans (start, end) of each name that matches, longest first."""
        present = set(words)
        candidates: dict[int, _Sequence] = {}
        for word in present:
            for sequence in self._index.get(word, ()):
                if not any(required.isdisjoint(present) for required in sequence.required):
                    candidates[id(sequence)] = sequence
        found: dict[str, set[tuple[int, int]]] = {}
        for sequence in candidates.values():
            if sequence.matcher is None:
                matcher = Matcher(self._vocab)
                matcher.add("found", [sequence.pattern])
                sequence.matcher = matcher
            spans = {(start, end) for _, start, end in sequence.matcher(doc)}
            if spans:
                found.setdefault(sequence.name, set()).update(spans)
        return {name: sorted(spans, key=lambda span: (span[0] - span[1], span[0])) for name, spans in found.items()}


def _commonness(words: frozenset[str]) -> tuple[int, int]:
    return (sum(word in COMMON for word in words), len(words))


def _matcher_pattern(sequence: Sequence[Element | int | None]) -> list[dict[str, Any]]:
    pattern: list[dict[str, Any]] = []
    for element in sequence:
        if isinstance(element, int):
            pattern.extend({"ORTH": {"NOT_IN": [STOP, *DENIALS]}, "OP": "?"} for _ in range(element))
        elif element is not None:
            words, optional = element
            token: dict[str, Any] = {"ORTH": {"IN": sorted(words)} if len(words) > 1 else next(iter(words))}
            if optional:
                token["OP"] = "?"
            pattern.append(token)
    return pattern


__all__ = ["COMMA", "Lists", "PatternError", "Phrases", "expand"]

"""How a text may read: length, reading grade, words (data/words.yml). Used by `make check-content` and the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

import textstat

from knowledge import places
from knowledge.located_yaml import Fault, Located, load

MAX_WORDS = 90
MAX_GRADE = 8.0


@dataclass(frozen=True)
class Ban:
    """A wording that no text may have: `pattern`, why not, what instead, and where it is allowed after all."""

    pattern: Pattern[str]
    why: str
    mend: str
    allowed_in: tuple[str, ...] = ()


def load_bans(path: Path = places.DATA / "words.yml") -> list[Ban]:
    """Read the banned wordings. Raises DataError when the file can't be read, re.error for a bad pattern."""
    return [
        Ban(
            re.compile(row["pattern"], re.IGNORECASE),
            row["why"],
            row["mend"],
            tuple(row.get("allowed_in", ())),
        )
        for row in load(path).value["banned"]
    ]


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of an English text: 8.0 is a reader of about 13."""
    return float(textstat.flesch_kincaid_grade(text))


def words(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())


def said_texts(card: Mapping[str, object]) -> Iterator[tuple[list[str], str]]:
    """Yield (path, text) for everything that a raw card says in English, titles included."""
    texts = card.get("en")
    if not isinstance(texts, dict):
        return
    for name in ("title", "answer", "answer_unset", "no_topic"):
        if isinstance(texts.get(name), str):
            yield ["en", name], texts[name]
    follow_ups = texts.get("follow_ups")
    for aspect, text in follow_ups.items() if isinstance(follow_ups, dict) else ():
        if isinstance(text, str):
            yield ["en", "follow_ups", aspect], text


def style_faults(document: Located, bans: Sequence[Ban]) -> list[Fault]:
    """Return what reads wrong in one card's English texts."""
    faults: list[Fault] = []
    card = document.value
    for where, text in said_texts(card):
        if where[-1] != "title":
            if words(text) > MAX_WORDS:
                problem = f"{words(text)} words are too many for one answer."
                faults.append(document.fault(where, problem, f"Keep to {MAX_WORDS}."))
            grade = reading_grade(text)
            if grade > MAX_GRADE and card.get("id") != "spanish":
                problem = f"the reading grade is {grade:.1f}."
                mend = f"Shorter sentences and words, to {MAX_GRADE:.0f} or lower."
                faults.append(document.fault(where, problem, mend))
        for ban in bans:
            found = ban.pattern.search(text)
            if found and card.get("id") not in ban.allowed_in:
                faults.append(document.fault(where, f"{found.group(0)!r}: {ban.why}", ban.mend))
    return faults

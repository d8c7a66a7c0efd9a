"""Reads data/safety/. Words stay words: "no", "on" and "si" are not switches here, unlike in ordinary YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

try:  # The C loaders are ten times quicker, and every start reads all of this.
    from yaml import CBaseLoader as _Words
    from yaml import CSafeLoader as _Values
except ImportError:  # pragma: no cover
    from yaml import BaseLoader as _Words  # type: ignore[assignment]
    from yaml import SafeLoader as _Values  # type: ignore[assignment]

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "data"
SAFETY = DATA / "safety"
#: BERT's vocabulary doubles as a list of ordinary English words that are no misspellings.
ENGLISH_WORDS = PROJECT / "components" / "bert_vocab.txt"


class SafetyDataError(ValueError):
    """A file under data/safety/ is missing or cannot be used; the message names it."""


def read_words(path: Path) -> Any:
    """Return a YAML file with every scalar as text."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Words)  # noqa: S506 - it builds text only
    except (OSError, yaml.YAMLError) as error:
        raise SafetyDataError(f"{path.name}: {error}") from error


def read_values(path: Path) -> Any:
    """Return a YAML file with numbers, switches and nulls as such."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Values)
    except (OSError, yaml.YAMLError) as error:
        raise SafetyDataError(f"{path.name}: {error}") from error


def phrase_rules(folder: Path = SAFETY) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (rules, exemptions) of every phrases*.yml; those of phrases_exempt*.yml are the exemptions."""
    rules: list[dict[str, Any]] = []
    exemptions: list[dict[str, Any]] = []
    for path in sorted(folder.glob("phrases*.yml")):
        (exemptions if path.name.startswith("phrases_exempt") else rules).extend(read_words(path) or [])
    if not rules:
        raise SafetyDataError(f"{folder}: no phrase rules")
    return rules, exemptions


def known_english() -> frozenset[str]:
    """Ordinary English words of three letters and more."""
    try:
        lines = ENGLISH_WORDS.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SafetyDataError(f"{ENGLISH_WORDS.name}: {error}") from error
    return frozenset(word for word in lines if len(word) > 2 and word.isascii() and word.isalpha())


def example_blocks(folder: Path = SAFETY / "examples") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (file name, block {tier, kind, lang, texts}) of every examples file; SafetyDataError names the fault."""
    for path in sorted(folder.glob("*.yml")):
        for number, block in enumerate(read_words(path) or [], start=1):
            missing = {"tier", "kind", "lang", "texts"} - set(block)
            if missing:
                raise SafetyDataError(f"{path.name}, block {number}: {', '.join(sorted(missing))} missing")
            yield path.name, block


def card_questions(data: Path = DATA) -> Iterator[tuple[str, str, str]]:
    """Yield (file name, language, text) of the questions people ask of cards: ordinary messages."""
    for folder in ("topics", "treatments", "stretches", "replies", "follow_ups"):
        for path in sorted((data / folder).glob("*.yml")):
            card = read_words(path) or {}
            for lang in ("en", "es"):
                block = card.get(lang) if isinstance(card, dict) else None
                asks: Iterable[Any] = (block.get("asks") or ()) if isinstance(block, dict) else ()
                for text in asks:
                    if isinstance(text, str):
                        yield f"{folder}/{path.name}", lang, text

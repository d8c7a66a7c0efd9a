"""The check-in as typed content: questions, choices, levels and texts of data/check_in.yml. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge import places
from knowledge.located_yaml import load

PATH = places.DATA / "check_in.yml"


@dataclass(frozen=True)
class Choice:
    """One choice of a question. `effect` is the level that it leads to by itself, None for none.

    `only`: it rules out the others of its question. `holds`: it holds movement ideas back. `lines` are ids of help
    lines, `reading` ids of cards, `words` how people say it, `parts` places that it gathers and that keep the name
    which the visitor gave them, `label` and `picked` its texts by language.
    """

    id: str
    label: Mapping[str, str]
    picked: Mapping[str, str]
    effect: str | None = None
    only: bool = False
    holds: bool = False
    lines: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every phrase that stands for this choice."""
        return (*self.words, *self.parts)


@dataclass(frozen=True)
class Question:
    """One question. `kind` is how its answers are read: "list", "age", "body_map", "duration" or "wish".

    `red_flag`: left out, it leads to C at least and holds movement back. `screen`: left out, it holds movement back.
    `asked_if`: asked only when one of these choices, by earlier question, was picked.
    """

    id: str
    choices: tuple[Choice, ...]
    texts: Mapping[str, Mapping[str, str]]
    kind: str = "list"
    several: bool = False
    red_flag: bool = False
    screen: bool = False
    asked_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def choice(self, choice_id: str) -> Choice:
        """Return a choice. Raises KeyError for an unknown one."""
        for each in self.choices:
            if each.id == choice_id:
                return each
        raise KeyError(choice_id)

    @property
    def none(self) -> Choice | None:
        """The choice that rules out the others, where there is one."""
        return next((each for each in self.choices if each.only), None)

    def text(self, language: str) -> Mapping[str, str]:
        """Return short, ask, why and skipped in a language, in English where there is none."""
        return self.texts.get(language) or self.texts["en"]


@dataclass(frozen=True)
class Level:
    """One outcome. `tier` is what is noted for the rest of the conversation ("M1"), `lines` ids of help lines."""

    id: str
    tier: str | None
    movement: bool
    lines: tuple[str, ...]
    next: tuple[str, ...]
    sources: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]

    def text(self, language: str) -> Mapping[str, str]:
        """Return title and now in a language, in English where there is none."""
        return self.texts.get(language) or self.texts["en"]


@dataclass(frozen=True)
class CheckIn:
    """The whole check-in. `levels` from the most to the least urgent; `controls` how people say skip, back, ..."""

    levels: tuple[Level, ...]
    questions: tuple[Question, ...]
    controls: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Mapping[str, str]]
    review: Mapping[str, Any]
    unverified: tuple[str, ...] = ()

    def question(self, question_id: str) -> Question:
        """Return a question. Raises KeyError for an unknown one."""
        for each in self.questions:
            if each.id == question_id:
                return each
        raise KeyError(question_id)

    @property
    def body_map(self) -> Question:
        """The question about places. Raises StopIteration when there is none, which `faults` refuses."""
        return next(question for question in self.questions if question.kind == "body_map")

    def level(self, level_id: str) -> Level:
        """Return a level. Raises KeyError for an unknown one."""
        for each in self.levels:
            if each.id == level_id:
                return each
        raise KeyError(level_id)

    def text(self, language: str) -> Mapping[str, str]:
        """Return the small texts in a language, in English where there are none."""
        return self.texts.get(language) or self.texts["en"]


def load_check_in(path: Path = PATH) -> CheckIn:
    """Read the check-in. Raises DataError when it can't be read; what else is wrong `faults.check_in_faults` finds."""
    raw = load(path).value
    return CheckIn(
        levels=tuple(_level(each) for each in raw["levels"]),
        questions=tuple(_question(each) for each in raw["questions"]),
        controls={name: tuple(map(str, phrases)) for name, phrases in raw["controls"].items()},
        texts={language: _one_line(texts) for language, texts in raw["texts"].items()},
        review={"status": "draft", "by": None, "on": None, **raw["review"]},
        unverified=tuple(raw.get("unverified", ())),
    )


@lru_cache(maxsize=1)
def check_in() -> CheckIn:
    """Return the check-in as it was when first asked for: a conversation must not change its questions midway."""
    return load_check_in()


def _level(raw: Mapping[str, Any]) -> Level:
    return Level(
        id=raw["id"],
        tier=raw.get("tier"),
        movement=raw["movement"],
        lines=tuple(raw.get("lines", ())),
        next=tuple(raw.get("next", ())),
        sources=tuple(raw.get("sources", ())),
        texts=_languages(raw),
    )


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        id=raw["id"],
        choices=tuple(_choice(each) for each in raw["choices"]),
        texts=_languages(raw),
        kind=raw.get("kind", "list"),
        several=raw.get("several", False),
        red_flag=raw.get("red_flag", False),
        screen=raw.get("screen", False),
        asked_if={name: tuple(choices) for name, choices in raw.get("asked_if", {}).items()},
    )


def _choice(raw: Mapping[str, Any]) -> Choice:
    texts = _languages(raw)
    return Choice(
        id=raw["id"],
        label={language: each["label"] for language, each in texts.items()},
        picked={language: each["picked"] for language, each in texts.items()},
        effect=raw.get("effect"),
        only=raw.get("only", False),
        holds=raw.get("holds", False),
        lines=tuple(raw.get("lines", ())),
        reading=tuple(raw.get("reading", ())),
        words=tuple(map(str, raw.get("words", ()))),
        parts=tuple(map(str, raw.get("parts", ()))),
    )


def _languages(raw: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {language: _one_line(raw[language]) for language in ("en", "es") if language in raw}


def _one_line(texts: Mapping[str, Any]) -> dict[str, str]:
    return {name: " ".join(str(text).split()) for name, text in texts.items()}

"""The movement screen: the facts that stand against a movement, one pure table, and understanding them in plain words.

The table is data/movements/screen.yml together with `skip_if` on the cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from re import Pattern
from typing import Any

from knowledge.movements.exercise import Exercise, Form

EVERYTHING = "all"
#: A joint that a surgeon has cleared leaves the small forms: the fact that replaces the one it clears.
CLEARED = "hip_replacement_cleared"
CLEARS = "hip_replacement"
#: How the screen ended: answered, or passed over.
PASSED, SKIPPED = "passed", "skipped"


@dataclass(frozen=True)
class Red:
    """A red flag: the safety reply to say."""

    tier: str
    kind: str


@dataclass(frozen=True)
class Fact:
    """One fact about a body. `choice` and `because` by language; `said` and `alone` are how people put it."""

    id: str
    rules_out_all: bool
    choice: Mapping[str, str]
    because: Mapping[str, str]
    said: tuple[Pattern[str], ...] = ()
    alone: Pattern[str] | None = None
    red: Red | None = None


@dataclass(frozen=True)
class Group:
    """Facts that are asked under one heading. `folded`: shown closed, under words that name all of them."""

    label: Mapping[str, str]
    facts: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True)
class Screen:
    """All facts, how they are asked, and the words for answers."""

    facts: Mapping[str, Fact]
    groups: tuple[Group, ...]
    answers: Mapping[str, tuple[Pattern[str], ...]]
    not_me: Mapping[str, Pattern[str]] = field(default_factory=dict)
    from_check_in: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The facts that are asked, in their order: a fact's number is its place here, from 1, whatever is left out."""
        return tuple(each for group in self.groups for each in group.facts)

    @cached_property
    def general(self) -> frozenset[str]:
        """The facts that rule out every movement."""
        return frozenset(fact.id for fact in self.facts.values() if fact.rules_out_all)

    @cached_property
    def red(self) -> frozenset[str]:
        """The facts that are red flags: with one of them there is no movement and no practice."""
        return frozenset(fact.id for fact in self.facts.values() if fact.red)

    def rules_out_all(self, facts: Iterable[str]) -> tuple[str, ...]:
        """Return those of the facts that rule out every movement, in their order."""
        return tuple(each for each in facts if each in self.general)

    def allows(self, exercise: Exercise, form: Form, facts: Iterable[str], passed: str | None) -> bool:
        """Return whether a form may be offered: the one decision that everything else goes by.

        `facts` is all that is known, `passed` how the screen ended (None: it was not asked yet, which only a
        practice survives). A screen that was passed over leaves what has nothing on its skip list.
        """
        known = frozenset(facts)
        if known & self.red:
            return False
        if not exercise.is_practice and (passed != PASSED or known & self.general):
            return False
        if passed == SKIPPED and form.skip_if:
            return False
        return not (form.skip_if & known)

    def reasons(self, exercise: Exercise, form: Form, facts: Iterable[str]) -> tuple[str, ...]:
        """Return which of the facts stand against a form."""
        against = self.red | form.skip_if | (frozenset() if exercise.is_practice else self.general)
        return tuple(each for each in facts if each in against)


#: Numbers and nothing else: "3", "3, 7 and 12".
NUMBERS = re.compile(r"\s*#?\d{1,2}(?:[\s,;.&+]+(?:and\s+)?#?\d{1,2})*[\s.]*")


def facts_by_number(text: str, screen: Screen) -> tuple[str, ...] | None:
    """Return the facts that a list of numbers means; () when one of them has no fact, None when it is no such list."""
    if not NUMBERS.fullmatch(text):
        return None
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if not all(1 <= each <= len(screen.asked) for each in numbers):
        return ()
    return tuple(dict.fromkeys(screen.asked[each - 1] for each in numbers))


def plain(text: str) -> str:
    """Return a text in lower case, without apostrophes and signs: what the patterns are written for."""
    return " ".join(re.sub(r"[^a-z0-9 ]+", " ", re.sub(r"[’'`´]", "", text.lower())).split())


def clauses(text: str) -> list[str]:
    """Return the plain parts of a text between commas, stops, and "but"."""
    return [
        part for part in (plain(each) for each in re.split(r"[.,;:!?\n]+|\bbut\b|\bthough\b", text.lower())) if part
    ]


def facts_in(text: str, screen: Screen, answering: bool = False) -> tuple[str, ...]:
    """Return the facts about the speaker's own body in a message.

    `answering`: the screen's question is open, so that a bare word ("knee") is an answer to it.
    """
    found: list[str] = []
    whole = plain(text)
    about_me = re.search(r"\b(i|im|ive|my|me|mine|id|ill)\b", whole)
    if screen.not_me["question"].search(whole) and not about_me:
        return ()
    for part in clauses(text):
        for fact in screen.facts.values():
            patterns = [*fact.said, *([fact.alone] if answering and fact.alone else [])]
            if fact.id not in found and any(_told(part, pattern, fact, screen) for pattern in patterns):
                found.append(fact.id)
    if CLEARED in found and CLEARS in found:
        found.remove(CLEARS)
    return tuple(found)


def _told(part: str, pattern: Pattern[str], fact: Fact, screen: Screen) -> bool:
    match = pattern.search(part)
    if match is None:
        return False
    before = part[: match.start()]
    if screen.not_me["negated"].search(before.rstrip()) or screen.not_me["others"].search(part[: match.end()]):
        return False
    return not (fact.id in ("injury", "falls") and screen.not_me["past"].search(part))


def with_facts(known: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    """Return what is known after more was told. Nothing is forgotten; a hip and a cleared hip replace each other."""
    dropped = {CLEARED: CLEARS, CLEARS: CLEARED}
    replaced = {dropped[each] for each in told if each in dropped}
    return tuple(dict.fromkeys([*(each for each in known if each not in replaced), *told]))


def screen_of(raw: Mapping[str, Any], language: str = "en") -> Screen:
    """Build the screen from data/movements/screen.yml. Raises KeyError or re.error for what is missing or broken."""
    groups = tuple(
        Group({language: row[language]["label"]}, tuple(row["facts"]), bool(row.get("folded"))) for row in raw["groups"]
    )
    facts = {}
    for name, row in raw["facts"].items():
        words = row[language]
        alone = words.get("alone")
        facts[name] = Fact(
            id=name,
            rules_out_all=row.get("rules_out") == EVERYTHING,
            choice={language: words["choice"]} if "choice" in words else {},
            because={language: words["because"]},
            said=tuple(re.compile(pattern) for pattern in words["said"]),
            alone=re.compile(rf"\b(?:{'|'.join(alone)})\b") if alone else None,
            red=Red(**row["red"]) if "red" in row else None,
        )
    _check_groups(groups, facts)
    return Screen(
        facts=facts,
        groups=groups,
        answers={name: tuple(map(re.compile, rows)) for name, rows in raw["answers"][language].items()},
        from_check_in=dict(raw["from_check_in"]),
        not_me={name: re.compile(pattern) for name, pattern in raw["not_me"][language].items()},
    )


def _check_groups(groups: Sequence[Group], facts: Mapping[str, Fact]) -> None:
    """Raise KeyError unless each fact with a choice stands in one group, and folded ones rule out single forms only."""
    asked = sorted(each for group in groups for each in group.facts)
    choices = sorted(fact.id for fact in facts.values() if fact.choice)
    if asked != choices:
        raise KeyError(f"groups: once each, {sorted(set(asked) ^ set(choices)) or asked}")
    weighty = [each for group in groups if group.folded for each in group.facts if facts[each].rules_out_all]
    if weighty:
        raise KeyError(f"groups: {weighty} rule out every movement, so they may not be folded")

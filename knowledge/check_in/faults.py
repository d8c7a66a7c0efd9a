"""What is wrong with data/check_in.yml: incomplete, unreachable, contradictory, without a source, or hard to read.

Used by `make check-content`. Each fault names the line and what mends it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema

from knowledge import places
from knowledge.cards import explain
from knowledge.check_in.wording import compiled, plain
from knowledge.located_yaml import Fault, Located
from knowledge.style import MAX_GRADE, MAX_WORDS, Ban, reading_grade, words

#: Every level, from the most to the least urgent; the file must list them so.
LEVELS = ("crisis", "A", "B", "minor", "C", "D")
#: Levels with help that can't wait: shorter words, and never a movement.
URGENT = ("crisis", "A", "B", "minor")
MAX_GRADE_URGENT = 5.0
#: Words for something that a check-in never gives.
FORBIDDEN = re.compile(
    r"\b(score|points?|severity|severe|moderate|mild|probab\w+|likel(?:y|ihood)|diagnos\w+|you are fine|you're fine|"
    r"screening|assessment)\b",
    re.IGNORECASE,
)
#: A sentence that says what this is not may use such a word; so may the name of a sign.
ALLOWED = re.compile(r"nothing you picked points to|severe pain|it pointed to", re.IGNORECASE)

Where = list[Any]
Found = Iterator[tuple[Where, str, str]]


@dataclass(frozen=True)
class Known:
    """The ids that the check-in may name."""

    cards: Collection[str]
    sources: Collection[str]
    lines: Collection[str]


def check_in_faults(document: Located, known: Known, bans: Sequence[Ban]) -> list[Fault]:
    """Return every fault of the check-in; of its form first, and of its meaning only when the form is right."""
    formal = [
        document.fault(where, problem, mend)
        for error in _validator().iter_errors(document.value)
        for where, problem, mend in explain(error)
    ]
    if formal:
        return list(dict.fromkeys(formal))
    content = document.value
    checks = (_levels, _questions, _reached, _repeated, _words)
    faults = [document.fault(*found) for check in checks for found in check(content)]
    faults += [document.fault(*found) for found in _references(content, known)]
    faults += [document.fault(*found) for found in _style(content, bans)]
    return faults


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft7Validator:
    schema = json.loads((places.DATA / "check_in.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema)


def _levels(content: Mapping[str, Any]) -> Found:
    ids = tuple(level["id"] for level in content["levels"])
    if ids != LEVELS:
        yield ["levels"], f"the levels are {', '.join(ids)}.", f"Write them in this order: {', '.join(LEVELS)}."
    for at, level in enumerate(content["levels"]):
        if level["movement"] and level["id"] in URGENT:
            yield ["levels", at, "movement"], "movement is never offered at this level.", "Write `movement: false`."
        if level["id"] in ("crisis", "A") and not level["lines"]:
            yield ["levels", at, "lines"], "there is no help line at this level.", 'Name one: `lines: ["911"]`.'


def _questions(content: Mapping[str, Any]) -> Found:
    """Yield what is incomplete or contradicts itself within a question."""
    if not any(question.get("kind") == "body_map" for question in content["questions"]):
        yield ["questions"], "no question asks where.", "Give one of them `kind: body_map`."
    before: dict[str, set[str]] = {}
    for at, question in enumerate(content["questions"]):
        where: Where = ["questions", at]
        choices = question["choices"]
        if question["id"] in before:
            yield [*where, "id"], "another question has this id.", "Give one of the two another id."
        if question.get("red_flag") and not any(each.get("only") for each in choices):
            yield [*where, "choices"], "a red-flag question needs a way to say no.", "Add a choice with `only: true`."
        if question.get("red_flag") and "skipped" not in question["en"]:
            yield [*where, "en"], "a red flag that is left out is told as text.", "Add `skipped:` with the list."
        if sum(bool(each.get("only")) for each in choices) > 1:
            yield [*where, "choices"], "two choices rule out all others.", "Leave `only` at one of them."
        if question.get("kind") == "duration" and len(choices) != len(("day", "days", "weeks", "longer")):
            yield [*where, "choices"], "a duration has four choices: day, days, weeks, longer.", "Write four."
        for name, wanted in question.get("asked_if", {}).items():
            missing = sorted(set(wanted) - before.get(name, set()))
            if missing:
                problem = f"no earlier question {name!r} has the choice {', '.join(missing)}: this is never asked."
                yield [*where, "asked_if", name], problem, "Name an earlier question and its choices."
        for number, choice in enumerate(choices):
            spot: Where = [*where, "choices", number]
            if choice.get("only") and (choice.get("effect") or choice.get("holds")):
                yield spot, "`only` says that nothing fits, and can't lead anywhere.", "Take `effect` and `holds` out."
            if choice.get("effect") and not choice.get("sources"):
                yield [*spot, "effect"], "an effect needs a source.", "Add `sources:` (ids in data/sources.yml)."
            if not choice["words"] and not choice.get("only"):
                yield [*spot, "words"], "nobody can type this choice.", "Add how people say it."
        before[question["id"]] = {each["id"] for each in choices}


def _reached(content: Mapping[str, Any]) -> Found:
    """Yield the levels that no answer leads to. D is where nothing else leads."""
    effects = {each.get("effect") for question in content["questions"] for each in question["choices"]}
    for at, level in enumerate(content["levels"]):
        if level["id"] != LEVELS[-1] and level["id"] not in effects:
            yield ["levels", at, "id"], "no choice leads to this level.", "Give a choice this `effect`."


def _repeated(content: Mapping[str, Any]) -> Found:
    """Yield what stands twice within a question: an id, a label, or words that would mean two choices."""
    for at, question in enumerate(content["questions"]):
        seen: dict[tuple[str, str], str] = {}
        for number, choice in enumerate(question["choices"]):
            spot: Where = ["questions", at, "choices", number]
            for kind, value in [("id", choice["id"]), ("label", plain(choice["en"]["label"]))]:
                if (kind, value) in seen:
                    yield [*spot, kind], f"{value!r} stands twice in this question.", "Change one of the two."
                seen[kind, value] = choice["id"]
            for name, index, phrase in _phrases(choice):
                other = seen.setdefault(("words", phrase), choice["id"])
                if other != choice["id"]:
                    problem = f"{phrase!r} means {other!r} too."
                    yield [*spot, name, index], problem, "Keep it where it belongs."


def _phrases(choice: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Yield (key, place, phrase) for everything that stands for a choice."""
    for name in ("words", "parts"):
        for index, phrase in enumerate(choice.get(name, ())):
            yield name, index, str(phrase)


def _words(content: Mapping[str, Any]) -> Found:
    """Yield phrases that can't be read."""
    lists = [
        (["questions", at, "choices", number, name, index], phrase)
        for at, question in enumerate(content["questions"])
        for number, choice in enumerate(question["choices"])
        for name, index, phrase in _phrases(choice)
    ]
    lists += [
        (["controls", name, index], phrase)
        for name, phrases in content["controls"].items()
        for index, phrase in enumerate(phrases)
    ]
    for where, phrase in lists:
        if re.search(r"[()]", re.sub(r"(?<!\S)\([^()]+\)\??(?!\S)", "", phrase.removeprefix("="))):
            yield (
                where,
                f"{phrase!r} has a bracket that is not alone.",
                "Write `(one|other)` or `(this)?`, with spaces.",
            )
            continue
        try:
            compiled(phrase)
        except re.error:
            yield where, f"{phrase!r} can't be read.", "See the head of the file for what a phrase may hold."


def _references(content: Mapping[str, Any], known: Known) -> Found:
    rows: list[tuple[Where, Mapping[str, Any]]] = [(["levels", at], each) for at, each in enumerate(content["levels"])]
    for at, question in enumerate(content["questions"]):
        rows.append((["questions", at], question))
        rows += [(["questions", at, "choices", number], each) for number, each in enumerate(question["choices"])]
    for where, row in rows:
        for name, ids, what in (
            ("sources", known.sources, "source"),
            ("lines", known.lines, "help line"),
            ("next", known.cards, "card"),
            ("reading", known.cards, "card"),
        ):
            for at, each in enumerate(row.get(name, ())):
                if each not in ids:
                    yield [*where, name, at], f"there is no {what} {each!r}.", "Name one that exists."


def _style(content: Mapping[str, Any], bans: Sequence[Ban]) -> Found:
    """Yield what reads wrong: too long, too hard, or a word that the check-in never uses."""
    for where, text, grade in _said(content):
        if words(text) > MAX_WORDS:
            yield where, f"{words(text)} words are too many.", f"Keep to {MAX_WORDS}."
        if words(text) > 3 and reading_grade(text) > grade:
            yield where, f"the reading grade is {reading_grade(text):.1f}.", f"Shorter words, to {grade:.0f} or lower."
        found = FORBIDDEN.search(ALLOWED.sub("", text))
        if found:
            yield where, f"{found.group(0)!r}: a check-in never grades or names.", "Say what to do."
        for ban in bans:
            banned = ban.pattern.search(text)
            if banned:
                yield where, f"{banned.group(0)!r}: {ban.why}", ban.mend


def _said(content: Mapping[str, Any]) -> Iterator[tuple[Where, str, float]]:
    """Yield (path, text, highest reading grade) for what is said in sentences; labels name signs as they are called."""
    for at, level in enumerate(content["levels"]):
        grade = MAX_GRADE_URGENT if level["id"] in ("crisis", "A") else MAX_GRADE
        yield ["levels", at, "en", "now"], level["en"]["now"], grade
    for at, question in enumerate(content["questions"]):
        for name in ("intro", "ask", "why"):
            if name in question["en"]:
                yield ["questions", at, "en", name], question["en"][name], MAX_GRADE
        if "skipped" in question["en"]:  # the names of the signs, which have no easier ones
            yield ["questions", at, "en", "skipped"], question["en"]["skipped"], MAX_GRADE + 2
    for name, text in content["texts"]["en"].items():
        yield ["texts", "en", name], re.sub(r"\{\w+\}", "it", text), MAX_GRADE

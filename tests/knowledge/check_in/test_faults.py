"""A check-in that is incomplete, unreachable, contradictory or without a source is refused, with line and mend."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import places
from knowledge.check_in.faults import Known, check_in_faults
from knowledge.located_yaml import Fault, load
from knowledge.style import load_bans

RAW = yaml.safe_load((places.DATA / "check_in.yml").read_text(encoding="utf-8"))
SOURCES = set(yaml.safe_load((places.DATA / "sources.yml").read_text(encoding="utf-8")))
LINES = {each["id"] for each in yaml.safe_load((places.DATA / "safety" / "help_lines.yml").read_text("utf-8"))["lines"]}
CARDS = {path.stem for path in places.DATA.glob("*/*.yml")}
Change = Callable[[dict[str, Any]], Any]


def faults(tmp_path: Path, change: Change) -> list[Fault]:
    content = copy.deepcopy(RAW)
    change(content)
    path = tmp_path / "check_in.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return check_in_faults(load(path), Known(CARDS, SOURCES, LINES), load_bans())


def choice(content: dict[str, Any], question: str, choice_id: str) -> dict[str, Any]:
    choices: list[dict[str, Any]] = next(each for each in content["questions"] if each["id"] == question)["choices"]
    return next(each for each in choices if each["id"] == choice_id)


def question(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in content["questions"] if each["id"] == name)


def without(key: str, *where: str) -> Change:
    return lambda content: choice(content, *where).pop(key)


def drop(content: dict[str, Any], name: str, choice_id: str) -> None:
    asked = question(content, name)
    asked["choices"] = [each for each in asked["choices"] if each["id"] != choice_id]


def no_effect(level: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        for asked in content["questions"]:
            for each in asked["choices"]:
                if each.get("effect") == level:
                    del each["effect"]

    return change


def test_the_check_in_as_it_is_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, lambda content: None) == []


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (without("sources", "now", "chest"), "effect", "needs a source"),
        (lambda c: choice(c, "now", "chest").update(sources=["nobody"]), "sources", "no source 'nobody'"),
        (lambda c: choice(c, "now", "danger").update(lines=["nobody"]), "lines", "no help line"),
        (lambda c: choice(c, "where", "jaw").update(reading=["nobody"]), "reading", "no card"),
        (without("en", "now", "chest"), "choices", "`en` is missing"),
        (lambda c: choice(c, "now", "chest").update(effect="E"), "effect", "not allowed"),
        (
            lambda c: choice(c, "now", "none").update(effect="A", sources=["lifeline-988"]),
            "choices",
            "can't lead anywhere",
        ),
        (lambda c: drop(c, "now", "none"), "choices", "way to say no"),
        (lambda c: question(c, "now")["en"].pop("skipped"), "en", "told as text"),
        (lambda c: choice(c, "where", "jaw").update(words=[]), "words", "nobody can type"),
        (lambda c: choice(c, "where", "jaw")["words"].append("neck*"), "words", "means 'jaw' too"),
        (lambda c: choice(c, "where", "jaw")["words"].append("(my jaw"), "words", "bracket"),
        (lambda c: choice(c, "where", "jaw").update(id="neck"), "id", "stands twice"),
        (lambda c: choice(c, "where", "jaw")["en"].update(label="Neck"), "label", "stands twice"),
        (lambda c: question(c, "where").update(id="now"), "id", "another question"),
        (lambda c: question(c, "pressure").update(asked_if={"where": ["elbow"]}), "asked_if", "never asked"),
        (lambda c: question(c, "pressure").update(asked_if={"stress": ["fine"]}), "asked_if", "never asked"),
        (lambda c: question(c, "how_long")["choices"].pop(), "choices", "four choices"),
        (lambda c: question(c, "where").pop("kind"), "questions", "asks where"),
        (no_effect("B"), "levels", "no choice leads"),
        (no_effect("minor"), "levels", "no choice leads"),
        (lambda c: c["levels"].reverse(), "levels", "in this order"),
        (lambda c: c["levels"].pop(), "levels", "in this order"),
        (lambda c: c["levels"][1].update(movement=True), "movement", "never offered"),
        (lambda c: c["levels"][1].update(lines=[]), "lines", "no help line"),
        (lambda c: c["levels"][4]["en"].update(now="Your score is moderate."), "now", "never grades"),
        (lambda c: c["levels"][4]["en"].update(now="It is just stress."), "now", "no symptom"),
        (
            lambda c: c["levels"][1]["en"].update(now="Immediate medical evaluation is unconditionally recommended."),
            "now",
            "grade",
        ),
        (lambda c: c["texts"]["en"].update(stopped="word " * 95), "stopped", "too many"),
        (lambda c: c["controls"].pop("skip"), "controls", "`skip` is missing"),
        (lambda c: choice(c, "age", "adult")["words"].insert(0, True), "words", "not a string"),
    ],
)
def test_a_fault_is_named_with_its_line_and_its_mend(tmp_path: Path, change: Change, field: str, words: str) -> None:
    found = faults(tmp_path, change)
    matching = [each for each in found if words in each.problem + each.mend and field in each.field]
    assert matching, [str(each) for each in found]
    assert all(each.line > 1 and each.mend for each in matching)

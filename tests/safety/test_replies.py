"""The fixed replies: one for every tier, kind, language and answer, with a number, in plain words."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.safety.assessment import Assessment
from knowledge.safety.data import SAFETY, SafetyDataError, phrase_rules
from knowledge.safety.help_lines import HelpLine
from knowledge.safety.replies import (
    Replies,
    check_replies,
    crisis_message,
    footer_text,
    load_replies,
    next_step_message,
)

TIERS = ("T1", "T2", "T3", "M1", "M2")
KINDS = sorted(
    {str(rule[field]) for rule in phrase_rules()[0] for field in ("kind", "kind_other") if rule.get(field)}
    | {"other", "emergency", "same_day"}
)


def every_assessment() -> list[Assessment]:
    plain = [Assessment(tier=tier, kind=kind) for tier, kind in product(TIERS, KINDS)]  # type: ignore[arg-type]
    asking = [Assessment("M1", kind, ask="right_now") for kind in KINDS]
    asking += [Assessment("T3", kind, ask="t3") for kind in KINDS]
    yes = [Assessment("T2", kind, answer="yes", asked="t3") for kind in KINDS]
    yes += [Assessment("M1", kind, answer="yes", asked="right_now") for kind in KINDS]
    no = [Assessment("T0", kind, answer="no", asked=asked) for kind in KINDS for asked in ("t3", "right_now")]
    return [*plain, *asking, *yes, *no]


def said(assessment: Assessment, language: str, lines: dict[str, HelpLine], replies: Replies) -> dict[str, Any]:
    return crisis_message(assessment, language, lines, replies)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("assessment", every_assessment(), ids=lambda a: f"{a.tier} {a.kind} {a.ask} {a.answer}")
def test_everything_that_can_be_raised_has_a_reply_with_a_number_to_tap(
    assessment: Assessment, language: str, lines: dict[str, HelpLine], replies: Replies
) -> None:
    message = said(assessment, language, lines, replies)
    assert message["kind"] == ("text" if assessment.tier == "T0" else "crisis")
    shown = message["data"]["lines"]
    assert shown and any(line["tel"] or line["sms"] for line in shown)
    assert re.search(r"\b(911|988|\d{3}-\d{3}-\d{4})\b", message["text"])
    assert message["choices"] == []
    assert message["data"]["tier"] == assessment.tier


@pytest.mark.parametrize("kind", KINDS)
def test_danger_now_names_911_before_any_other_line(kind: str, lines: dict[str, HelpLine], replies: Replies) -> None:
    for tier in ("T1", "M1"):
        message = said(Assessment(tier, kind), "en", lines, replies)  # type: ignore[arg-type]
        assert message["data"]["lines"][0]["id"] == "911"
        numbers = re.findall(r"\b(?:911|988|\d{3}-\d{3}-\d{4})\b", message["text"])
        assert numbers[0] == "911"


@pytest.mark.parametrize(
    ("tier", "kind", "line"),
    [
        ("T2", "self", "988"),
        ("T2", "self", "arizona"),
        ("T2", "abuse", "domestic-violence"),
        ("T1", "abuse", "domestic-violence"),
        ("T2", "assault", "rainn"),
        ("M1", "overdose", "poison"),
        ("T1", "overdose", "poison"),
        ("T2", "psychosis", "988"),
        ("T2", "harm_to_others", "988"),
    ],
)
def test_each_kind_gets_its_own_line(
    tier: Any, kind: str, line: str, lines: dict[str, HelpLine], replies: Replies
) -> None:
    shown = said(Assessment(tier, kind), "en", lines, replies)["data"]["lines"]
    assert line in [each["id"] for each in shown]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_crisis_reply_says_that_nobody_watches(language: str, replies: Replies) -> None:
    told = {"en": "automated", "es": "automático"}[language]
    silent = [reply.id for reply in replies.replies if reply.tier and told not in reply.text[language]]
    assert silent == []


@pytest.mark.parametrize("pinned", ["T1", "T2"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_next_step_after_a_crisis_is_one_step_with_a_number(
    pinned: str, kind: str, lines: dict[str, HelpLine], replies: Replies
) -> None:
    steps = [next_step_message(pinned, kind, at, "en", lines, replies) for at in range(4)]
    assert all(step["kind"] == "crisis" and step["data"]["lines"] and not step["choices"] for step in steps)
    assert all(re.search(r"988|911|\d{3}-\d{3}-\d{4}", step["text"]) for step in steps)


@pytest.mark.parametrize("footer", ["crisis_footer", "emergency_footer"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_footer_names_its_number(footer: str, language: str, replies: Replies) -> None:
    assert ("988" if footer == "crisis_footer" else "911") in footer_text(footer, language, replies)


def test_the_replies_and_the_lines_fit_together(lines: dict[str, HelpLine], replies: Replies) -> None:
    assert check_replies(replies, lines) == []


def test_a_reply_without_its_number_or_with_an_unknown_line_is_named(
    tmp_path: Path, lines: dict[str, HelpLine]
) -> None:
    values = yaml.safe_load((SAFETY / "replies.yml").read_text(encoding="utf-8"))
    values["replies"][0]["en"] = "Please reach a person."
    values["replies"][1]["lines"] = ["no-such-line"]
    path = tmp_path / "replies.yml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    faults = check_replies(load_replies(path), lines)
    assert len(faults) == 2
    assert "911" in faults[0] and "no-such-line" in faults[1]


def test_a_reply_in_one_language_only_is_refused(tmp_path: Path) -> None:
    values = yaml.safe_load((SAFETY / "replies.yml").read_text(encoding="utf-8"))
    del values["replies"][0]["es"]
    path = tmp_path / "replies.yml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(SafetyDataError, match="es"):
        load_replies(path)


def test_a_reply_after_a_failure_of_the_filter_says_so_to_whoever_counts(
    lines: dict[str, HelpLine], replies: Replies
) -> None:
    failed = said(Assessment("T3", "self", ask="t3", by="failure"), "en", lines, replies)
    asked = said(Assessment("T3", "self", ask="t3"), "en", lines, replies)
    assert failed["data"].pop("filter_failed") is True
    assert failed == asked


def test_nothing_is_said_where_nothing_was_raised(lines: dict[str, HelpLine], replies: Replies) -> None:
    with pytest.raises(LookupError):
        said(Assessment(), "en", lines, replies)

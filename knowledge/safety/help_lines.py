"""The help lines (data/safety/help_lines.yml): typed, checked, with their age. No network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from knowledge.safety.data import SAFETY, SafetyDataError, read_values

WARN_AFTER_DAYS = 60
FAIL_AFTER_DAYS = 90
#: 988's "press 3" ended on 2025-07-17; the other two were never confirmed (shared facts, November 2026).
FORBIDDEN = (
    (re.compile(r"press\s*3|oprim[ae]\s*(el\s*)?3|marca\s*(el\s*)?3", re.I), '988 "press 3" ended on 2025-07-17'),
    (re.compile(r"44[\s-]?673(?!\d)"), "the Arizona text line is not confirmed"),
    (re.compile(r"64[\s-]?673(?!\d)"), "a text code of RAINN is not confirmed"),
)
_LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class HelpLine:
    """One line. `call` as printed ("800-799-7233"); `text` is (number, word or "") by language."""

    id: str
    name: Mapping[str, str]
    purpose: Mapping[str, str]
    call: str | None
    text: Mapping[str, tuple[str, str]]
    chat: str | None
    hours: Mapping[str, str]
    source: str
    checked_on: date
    show_on_crisis_page: bool

    def public(self, language: str) -> dict[str, Any]:
        """Return the line as a message shows it: id, label, for, tel, sms, chat."""
        sms = None
        if self.text:
            number, word = self.text[language]
            sms = f"sms:{number}" + (f"?&body={quote(word)}" if word else "")
        return {
            "id": self.id,
            "label": self.name[language],
            "for": self.purpose[language],
            "tel": tel(self.call) if self.call else None,
            "sms": sms,
            "chat": self.chat,
        }


def tel(number: str) -> str:
    """Return the tel: address of a number as printed; ten digits get the country's +1."""
    digits = re.sub(r"\D", "", number)
    return f"tel:+1{digits}" if len(digits) == 10 else f"tel:{digits}"


def load_help_lines(path: Path = SAFETY / "help_lines.yml") -> dict[str, HelpLine]:
    """Return the lines by id, in the file's order (911 first); SafetyDataError names what is wrong."""
    values = read_values(path)
    lines: dict[str, HelpLine] = {}
    for entry in values.get("lines") or ():
        try:
            line = _line(entry)
        except (KeyError, TypeError, ValueError) as error:
            raise SafetyDataError(f"{path.name}, line {entry.get('id')!r}: {error!r}") from error
        if line.id in lines:
            raise SafetyDataError(f"{path.name}: {line.id!r} stands twice")
        lines[line.id] = line
    if next(iter(lines), None) != "911":
        raise SafetyDataError(f"{path.name}: 911 must stand first")
    return lines


def _line(entry: Mapping[str, Any]) -> HelpLine:
    texts: dict[str, tuple[str, str]] = {}
    if entry["text"]:
        for language in _LANGUAGES:
            text = (entry.get("text_es") if language == "es" else None) or entry["text"]
            texts[language] = (str(text["to"]), str(text["body"] or ""))
    for field in ("name", "for", "hours"):
        if not all(entry[field].get(language) for language in _LANGUAGES):
            raise ValueError(f"{field} must be given in en and es")
    if not (entry["call"] or texts or entry["chat"]):
        raise ValueError("a line needs call, text or chat")
    if not str(entry["source"]).startswith("https://"):
        raise ValueError("source must be an https address")
    return HelpLine(
        id=str(entry["id"]),
        name=entry["name"],
        purpose=entry["for"],
        call=str(entry["call"]) if entry["call"] else None,
        text=texts,
        chat=entry["chat"],
        hours=entry["hours"],
        source=str(entry["source"]),
        checked_on=date.fromisoformat(str(entry["checked_on"])),
        show_on_crisis_page=bool(entry["show_on_crisis_page"]),
    )


@dataclass(frozen=True)
class AgeReport:
    """Ids of lines to check again soon (`warn`) and of those that are too old to ship (`fail`)."""

    warn: tuple[str, ...]
    fail: tuple[str, ...]


def check_ages(lines: Mapping[str, HelpLine], today: date) -> AgeReport:
    """Return which lines were last checked 60 (warn) or 90 (fail) days before `today`; a future date fails."""
    ages = {line.id: (today - line.checked_on).days for line in lines.values()}
    return AgeReport(
        warn=tuple(name for name, days in ages.items() if WARN_AFTER_DAYS <= days < FAIL_AFTER_DAYS),
        fail=tuple(name for name, days in ages.items() if days >= FAIL_AFTER_DAYS or days < 0),
    )


def forbidden_in(texts: Sequence[str]) -> list[str]:
    """Return why any of the texts must not be printed (ended or unconfirmed numbers)."""
    return [f"{why}: {text[:80]!r}" for text in texts for pattern, why in FORBIDDEN if pattern.search(text)]

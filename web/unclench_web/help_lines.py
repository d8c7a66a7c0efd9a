"""The help lines, read from `data/safety/help_lines.yml`. Which line fits whom is decided there, not here."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from unclench_web.faults import StartFault
from unclench_web.yaml_file import read_yaml


def _only_texts(texts: object) -> object:
    return {name: text for name, text in texts.items() if isinstance(text, str)} if isinstance(texts, dict) else texts


Spoken = Annotated[dict[str, str], BeforeValidator(_only_texts)]
"""A text by language: {"en": "…", "es": "…"}. What is no text is left out; `make check-content` checks it."""


class TextTo(BaseModel):
    """Where a text message goes, and the word to send (None: any word)."""

    model_config = ConfigDict(frozen=True)
    to: str
    body: str | None = None


class HelpLine(BaseModel):
    """One help line as the file has it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str
    name: Spoken
    for_: Spoken = {}
    call: str | None = None
    text: TextTo | None = None
    text_es: TextTo | None = None
    chat: str | None = None
    hours: Spoken = {}
    source: str | None = None
    checked_on: datetime.date | None = None
    unverified: tuple[str, ...] = ()
    show_on_crisis_page: bool = True


@dataclass(frozen=True)
class HelpLines:
    """All help lines, in the order of the file."""

    lines: tuple[HelpLine, ...]

    def __iter__(self) -> Iterator[HelpLine]:
        return iter(self.lines)

    def in_language(self, language: str) -> list[dict[str, Any]]:
        """The lines to show to anybody, as plain values in one language: the form of `data.lines`."""
        return [_spoken(line, language) for line in self.lines if line.show_on_crisis_page]

    def complete(self, lines: Iterable[Any], language: str) -> list[Any]:
        """Lines that are named by their id, alone or under "id", with all that is known about them."""
        by_id = {line.id: line for line in self.lines}
        completed = []
        for given in lines:
            values = given if isinstance(given, dict) else {"id": given}
            known = by_id.get(values.get("id", ""))
            completed.append({**_spoken(known, language), **values} if known else values)
        return completed


def _spoken(line: HelpLine, language: str) -> dict[str, Any]:
    """A line in one language. Hours that nobody has read at the source are left out: a wrong hour does harm."""
    text = line.text_es if language == "es" and line.text_es else line.text
    return {
        "id": line.id,
        "label": _say(line.name, language),
        "for": _say(line.for_, language),
        "hours": None if "hours" in line.unverified else _say(line.hours, language),
        "call": line.call,
        "tel": _tel(line.call) if line.call else None,
        "text": text.model_dump() if text else None,
        "sms": _sms(text) if text else None,
        "chat": line.chat,
    }


def _tel(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"tel:+1{digits}" if len(digits) == 10 else f"tel:{digits}"


def _sms(text: TextTo) -> str:
    """An address that both kinds of phone understand, with the word filled in."""
    digits = re.sub(r"\D", "", text.to)
    return f"sms:{digits}?&body={quote(text.body)}" if text.body else f"sms:{digits}"


def _say(spoken: Spoken, language: str) -> str | None:
    return spoken.get(language) or spoken.get("en") or next(iter(spoken.values()), None)


def read_help_lines(path: Path) -> HelpLines:
    """Read the help lines. Raises `StartFault`, as no page may go out without them."""
    content = read_yaml(path, "web does not start without the help lines")
    rows = content.get("lines") if isinstance(content, dict) else None
    try:
        lines = TypeAdapter(tuple[HelpLine, ...]).validate_python(
            [_renamed(row) for row in rows] if isinstance(rows, list) else []
        )
    except ValidationError as fault:
        raise StartFault(
            *(f"{path}: lines.{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors())
        ) from None
    if not lines:
        raise StartFault(f"{path} names no help line under `lines:`. web does not start without them.")
    return HelpLines(lines)


def _renamed(row: Any) -> Any:
    """Turn the file's key `for`, a word that Python keeps to itself, into the field `for_`."""
    if not isinstance(row, dict):
        return row
    row = {("for_" if key == "for" else key): value for key, value in row.items()}
    if isinstance(row.get("call"), int):
        row["call"] = str(row["call"])
    return row

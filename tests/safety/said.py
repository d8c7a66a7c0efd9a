"""Every sentence that a visitor or the front desk can ever read, found by walking what ships, not by a list.

Each leaf of each YAML file under data/, clinic.yml and the domain counts, unless the file or the key is one that is
only read by the program. A new file or key is walked without anybody adding it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

from knowledge import places

#: Read by the program alone: what people may type, rules and numbers.
NEVER_SAID_FILES = (
    "data/safety/answers.yml",
    "data/safety/concepts.yml",
    "data/safety/cues.yml",
    "data/safety/examples",
    "data/safety/phrases",
    "data/safety/spelling.yml",
    "data/safety/table.yml",
    "data/safety/words.yml",
    "data/areas.yml",
    "data/check_in_examples.yml",
    "data/movements/finder.yml",
    "data/understanding.yml",
    "data/words.yml",
    "data/rules",
)
#: Ids, addresses, dates, and the wordings that people may type; `note` is for whoever edits the file.
NEVER_SAID_KEYS = frozenset(
    [
        "words",
        "said",
        "controls",
        "id",
        "ids",
        "asks",
        "next",
        "sources",
        "source",
        "url",
        "link",
        "href",
        "checked_on",
        "unverified",
        "note",
        "needs",
        "intent",
        "entity",
        "entities",
        "pattern",
        "said",
        "alone",
        "kind",
        "tier",
        "ask",
        "after",
        "allowed_in",
        "steps",
        "screen",
        "review",
        "call",
        "to",
        "body",
        "chat",
        "timezone",
        "time_zone",
        "phone",
        "email",
        "website",
        "by",
        "on",
        "effect",
        "when",
    ]
)
_SPANISH = frozenset({"es", "text_es"})
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SENTENCE_IN_CODE = re.compile(r"""(["'`])((?:(?!\1)[^\\\n])*[A-Za-z]+ [a-z]+ [a-z]+(?:(?!\1)[^\\\n])*)\1""")


@dataclass(frozen=True)
class Said:
    """One text: where it stands (file and key), its language, and whether it is a crisis reply."""

    place: str
    language: str
    text: str
    crisis: bool = False


def everything_said(root: Path = places.ROOT) -> list[Said]:
    """Return all texts that ship."""
    found = [said for path in _yaml_files(root) for said in _in_yaml(path, root)]
    found += [said for path in sorted((root / "web").glob("unclench_web/**/*.html")) for said in _in_page(path, root)]
    found += [said for path in _code(root) for said in _in_code(path, root)]
    return found


def _yaml_files(root: Path) -> Iterator[Path]:
    files = [*sorted((root / "data").rglob("*.yml")), root / "clinic.yml", root / "domain.yml"]
    for path in files:
        if not path.relative_to(root).as_posix().startswith(NEVER_SAID_FILES):
            yield path


def _in_yaml(path: Path, root: Path) -> Iterator[Said]:
    place = path.relative_to(root).as_posix()
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    if place == "domain.yml":
        values = {"responses": values["responses"]}
    crisis = place == "data/safety/replies.yml"
    for keys, text in _leaves(values, ()):
        language = "es" if _SPANISH & set(keys) else "en"
        yield Said(f"{place}: {'.'.join(keys)}", language, re.sub(r"\s+", " ", text).strip(), crisis)


def _leaves(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            # In a language's block every word is text: `next`, `ask` or `chat` may be the name of a label there.
            spoken = bool({"en", "es"} & set(keys)) and key not in ("asks", "words", "said") and keys[-1:] != ("asks",)
            if spoken or str(key) not in NEVER_SAID_KEYS:
                yield from _leaves(inner, (*keys, str(key)))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            name = str(inner.get("id", at)) if isinstance(inner, dict) else str(at)
            yield from _leaves(inner, (*keys, name))
    elif isinstance(value, str) and re.search(r"[A-Za-z]{2}", value):
        yield keys, value


class _Text(HTMLParser):
    """Collects the text of a page and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.texts += [
            value for name, value in attrs if name in ("alt", "title", "aria-label", "placeholder") and value
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _in_page(path: Path, root: Path) -> Iterator[Said]:
    parser = _Text()
    parser.feed(_JINJA.sub(" ", path.read_text(encoding="utf-8")))
    for text in parser.texts:
        if re.search(r"[A-Za-z]{3}", text):
            yield Said(path.relative_to(root).as_posix(), "en", re.sub(r"\s+", " ", text).strip())


def _code(root: Path) -> Iterator[Path]:
    yield from sorted((root / "web" / "unclench_web" / "static").rglob("*.js"))
    yield from sorted((root / "actions").glob("*.py"))


def _in_code(path: Path, root: Path) -> Iterator[Said]:
    """Yield what looks like a sentence in a string of the code; comments and docstrings are no strings here."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.lstrip().startswith(("//", "*", "/*", "#", '"""')):
            for match in _SENTENCE_IN_CODE.finditer(line):
                if match.group(2)[0].islower() and not re.search(r"[.?!]", match.group(2)):
                    continue  # class names
                yield Said(f"{path.relative_to(root).as_posix()} (code)", "en", match.group(2))

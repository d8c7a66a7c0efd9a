"""Guide: all that data/movements holds, read and checked once: the screen, the words for wishes, texts, pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from typing import Any

from knowledge.located_yaml import DataError, Fault, load
from knowledge.movements.screen import Screen, screen_of
from knowledge.movements.wishes import WishWords, words_of

FOLDER = "movements"
FILES = ("screen", "finder", "texts", "pictures")


@dataclass(frozen=True)
class Guide:
    """What guiding needs besides the cards. `texts` and `pictures` (alt texts) are by language and name."""

    screen: Screen
    words: WishWords
    texts: Mapping[str, Any]
    pictures: Mapping[str, Mapping[str, str]]
    typed: Mapping[str, Pattern[str]]

    def text(self, name: str, language: str = "en", /, **values: Any) -> str:
        """Return a text of data/movements/texts.yml, in English where there is none in `language`.

        `name` may lead to a branch ("screen.ask"); `values` fill its {words}. Raises KeyError for an unknown one.
        """
        found: Any = self.texts.get(language) or self.texts["en"]
        for part in name.split("."):
            found = found[part]
        said = " ".join(str(found).split())
        return said.format(**values) if values else said

    def alt(self, picture: str, side: str | None, language: str = "en") -> str:
        """Return the words for a drawing. Raises KeyError for an unknown one."""
        rows = self.pictures.get(language) or self.pictures["en"]
        other = {"left": "right", "right": "left"}.get(side or "", "")
        names = {name: self.text(f"sides.{name}", language) if name else "" for name in (side or "", other)}
        return " ".join(rows[picture].split()).format(side=names[side or ""], other=names[other])


def guide_files(data: Path) -> list[Path]:
    """Return the files of the guide."""
    return [data / FOLDER / f"{name}.yml" for name in FILES]


def load_guide(data: Path) -> Guide:
    """Read data/movements. Raises DataError naming the file that can't be used."""
    raw: dict[str, Any] = {}
    for path in guide_files(data):
        raw[path.stem] = load(path).value
    for name in FILES:
        path = data / FOLDER / f"{name}.yml"
        try:
            if name == "screen":
                screen = screen_of(raw[name])
            elif name == "finder":
                words = words_of(raw[name])
                typed = {each: re.compile(pattern) for each, pattern in raw[name]["typed"]["en"].items()}
            elif name == "texts":
                texts = {language: rows for language, rows in raw[name].items() if language != "review"}
            else:
                pictures = dict(raw[name])
        except (KeyError, TypeError, AttributeError, re.error) as error:
            problem = f"this can't be used: {type(error).__name__} {error}."
            raise DataError([Fault(str(path), 1, "", problem, "Compare it with the last good one.")]) from error
    return Guide(screen, words, texts, pictures, typed)

"""Every sentence that a visitor reads from `web`, looked up in `data/web.yml` by language and dotted name."""

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unclench_web.faults import StartFault
from unclench_web.yaml_file import read_yaml

DEFAULT_LANGUAGE = "en"
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class Wording:
    """The texts in one language. A text that the language lacks is said in English."""

    language: str
    _texts: dict[str, dict[str, Any]]

    def __call__(self, name: str, /, **values: object) -> str:
        """The text called `name` (such as "problems.not-found.title"), with `{word}` filled from `values`."""
        text = self.part(name)
        if not isinstance(text, str):
            raise KeyError(f"data/web.yml: {name} is not a text")
        text = text.strip()
        return string.Formatter().vformat(text, (), values) if values else text

    def part(self, name: str) -> Any:
        """What stands under `name`: a text, a list or a whole branch. Raises KeyError when nothing does."""
        for language in (self.language, DEFAULT_LANGUAGE):
            found: Any = self._texts.get(language)
            for step in name.split("."):
                found = found.get(step) if isinstance(found, dict) else None
            if found is not None:
                return found
        raise KeyError(f"data/web.yml has no {name}")

    @property
    def direction(self) -> str:
        """How the language is written, for HTML: "ltr" or "rtl"."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are texts in."""
        return tuple(self._texts)

    def in_language(self, language: str) -> "Wording":
        """The same texts in another language, or in English when there is none of it."""
        return Wording(language if language in self._texts else DEFAULT_LANGUAGE, self._texts)


def read_wording(path: Path) -> Wording:
    """Read `data/web.yml`. Raises `StartFault` when it cannot be read."""
    texts = read_yaml(path, "it holds every sentence of the pages")
    if not isinstance(texts, dict) or not isinstance(texts.get(DEFAULT_LANGUAGE), dict):
        raise StartFault(f"{path} has no texts under `{DEFAULT_LANGUAGE}:`.")
    return Wording(DEFAULT_LANGUAGE, texts)

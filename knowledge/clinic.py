"""clinic.yml: all that one clinic changes. What is unset is None, and the assistant says that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge import places
from knowledge.located_yaml import DataError, load


@dataclass(frozen=True)
class Clinic:
    """The clinic's settings by name; texts use them as {name}."""

    settings: Mapping[str, Any]

    def get(self, setting: str) -> str | None:
        """Return a setting as text, or None while it is unset."""
        value = self.settings.get(setting)
        return None if value is None else str(value)

    def fill(self, text: str) -> str:
        """Put settings in the place of {setting}."""
        filled = text
        for name, value in self.settings.items():
            if value is not None and f"{{{name}}}" in filled:
                filled = filled.replace(f"{{{name}}}", str(value))
        return filled


def load_clinic(path: Path = places.CLINIC) -> Clinic:
    """Read clinic.yml. Raises DataError when it can't be read or names no clinic."""
    document = load(path)
    settings: dict[str, Any] = document.value if isinstance(document.value, dict) else {}
    if not settings.get("name"):
        raise DataError([document.fault(["name"], "the clinic has no name.", "Write `name: Your clinic`.")])
    return Clinic(settings)

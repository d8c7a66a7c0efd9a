"""YAML read together with the line of every value, so that a fault can be shown where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

try:  # The C loader is ten times quicker; a build of PyYAML without it still works.
    from yaml import CSafeLoader as Loader
except ImportError:  # pragma: no cover
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

Key = str | int
Where = tuple[Key, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a data file, and what mends it."""

    file: str
    line: int
    field: str
    problem: str
    mend: str

    def __str__(self) -> str:
        """Return the fault as one line: file:line: field: problem. Mend."""
        return f"{self.file}:{self.line}: {self.field or 'file'}: {self.problem} {self.mend}"


class DataError(ValueError):
    """One or more data files can't be used. `faults` says where and what to do."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: list[Fault] = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Located:
    """A YAML document as plain values, and the 1-based line of each of them by path."""

    path: Path
    value: Any
    lines: dict[Where, int]

    def line(self, where: Sequence[Key]) -> int:
        """Return the line of the value at `where`, or of the nearest thing around it."""
        path = tuple(where)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, where: Sequence[Key], problem: str, mend: str) -> Fault:
        """Return a fault at `where`."""
        field = ".".join(str(key) for key in where)
        return Fault(str(self.path), self.line(where), field, problem, mend)


class _Reader:
    """Builds plain values from nodes, noting lines; refuses a key that is there twice, and a value inside itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Where, int] = {}
        self._around: list[yaml.Node] = []

    def read(self, node: yaml.Node, loader: Any, where: Where = ()) -> Any:
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, loader, where)
        if any(node is each for each in self._around):
            raise self._refused(node, where, "this refers to itself.", "Write the value out.")
        self._around.append(node)
        found: Any
        if isinstance(node, yaml.MappingNode):
            found = self._mapping(node, loader, where)
        else:
            found = [self.read(each, loader, (*where, at)) for at, each in enumerate(node.value)]
        self._around.pop()
        return found

    def _mapping(self, node: yaml.MappingNode, loader: Any, where: Where) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._refused(key_node, where, "a key must be a word.", "Mend the line or its indentation.")
            key = key_node.value  # As it is written: YAML 1.1 would read the key `on` as true.
            place = (*where, key)
            if key in found:
                raise self._refused(key_node, place, "this key stands here twice.", "Keep one of the two.")
            self.lines[place] = key_node.start_mark.line + 1
            found[key] = self.read(value_node, loader, place)
        return found

    def _scalar(self, node: yaml.ScalarNode, loader: Any, where: Where) -> Any:
        try:
            return loader.construct_object(node, deep=True)
        except ValueError:  # such as a date with a thirteenth month
            raise self._refused(node, where, f"{node.value!r} can't be read.", "Put it in quotes.") from None

    def _refused(self, node: yaml.Node, where: Where, problem: str, mend: str) -> DataError:
        field = ".".join(str(key) for key in where)
        return DataError([Fault(str(self.path), node.start_mark.line + 1, field, problem, mend)])


def load(path: Path) -> Located:
    """Read one YAML file. Raises DataError, with the line, when it is missing or is not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError([Fault(str(path), 1, "", "the file is missing.", "Restore it, or mend its name.")]) from None
    except UnicodeDecodeError:
        raise DataError([Fault(str(path), 1, "", "the file is not UTF-8 text.", "Save it as UTF-8.")]) from None
    except OSError as error:
        problem = f"the file can't be read: {error.strerror}."
        raise DataError([Fault(str(path), 1, "", problem, "Look at its name and its permissions.")]) from None
    loader = Loader(text)
    reader = _Reader(path)
    try:
        node = loader.get_single_node()
        value = None if node is None else reader.read(node, loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it can't be read"
        raise DataError(
            [
                Fault(
                    str(path),
                    mark.line + 1 if mark else 1,
                    "",
                    f"this is not valid YAML: {problem}.",
                    "Check the indentation and quote texts that hold ': ' or begin with a sign.",
                )
            ]
        ) from None
    finally:
        loader.dispose()
    return Located(path, value, reader.lines)

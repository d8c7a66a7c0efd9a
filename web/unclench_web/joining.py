"""Joins the modules of the chat page into one script, and its style sheets into one, when `web` starts.

A phone on a slow network then asks twice in place of thirty times, and nobody needs Node to run a clinic's assistant
(docs/decisions/0008-chat-page-without-a-build.md). Only the forms of import and export that the modules use are known;
any other is refused at start, with file and line, and so is a module that nothing imports.
"""

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"\n]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function (\w+)|class (\w+)|const (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_COMMENT_LINES = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE)


class CannotJoin(ValueError):
    """A module is written in a way that cannot be joined."""


def join_modules(sources: Mapping[str, str], entry: str) -> str:
    """One script made of modules (by name, such as "chat/api.js") that runs `entry` last. Raises `CannotJoin`."""
    order: list[str] = []
    _visit(entry, sources, order, ())
    forgotten = sorted(set(sources) - set(order))
    if forgotten:
        raise CannotJoin(f"{forgotten[0]}: no module imports it")
    return '"use strict";\n' + "".join(_wrapped(name, sources[name]) for name in order)


def join_styles(sources: Iterable[str]) -> str:
    """One style sheet made of several, in their order."""
    return "".join(_COMMENT_LINES.sub("", source) for source in sources)


def _visit(name: str, sources: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if name in order:
        return
    if name in above:
        raise CannotJoin(f"{name}: imports itself by way of {above[-1]}")
    for found in _IMPORT.finditer(sources[name]):
        imported = _resolved(name, found[3])
        if imported not in sources:
            raise CannotJoin(f"{name}:{_line(sources[name], found)}: there is no {imported}")
        _visit(imported, sources, order, (*above, name))
    order.append(name)


def _wrapped(name: str, source: str) -> str:
    """A module as one constant that holds its exports; what it does not export stays its own."""
    exported = [next(filter(None, found.groups())) for found in _EXPORT.finditer(source)]
    body = _EXPORT.sub("", _IMPORT.sub(lambda found: _constant(name, found), source))
    unknown = _OTHER.search(body)
    if unknown:
        raise CannotJoin(f"{name}: this form cannot be joined: {unknown[0]}")
    lines = (
        f"const {_variable(name)} = (() => {{",
        _COMMENT_LINES.sub("", body),
        f"return {{ {', '.join(exported)} }};",
    )
    return "\n".join((*lines, "})();\n"))


def _constant(name: str, found: re.Match[str]) -> str:
    whole = _variable(_resolved(name, found[3]))
    if found[2]:
        return f"const {found[2]} = {whole};"
    return f"const {{{re.sub(r' as ', ': ', found[1])}}} = {whole};"


def _resolved(name: str, address: str) -> str:
    return normpath(join(dirname(name), address))


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _line(source: str, found: re.Match[str]) -> int:
    return source.count("\n", 0, found.start()) + 1

"""Logs of Rasa and of the action server: one JSON object a line on stderr, and never what somebody said.

Libraries put texts, slots and whole conversations into their messages. So a library's message is printed only until the
service has started, while nobody can have said anything; from then on a line of theirs says where in the code it comes
from, and no more. Lines of ours hold an event and fields in our own words. `web` has the same in its own room.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

LEVEL_SETTING = "UNCLENCH_LOG_LEVEL"
LEVELS = ("debug", "info", "warning", "error")
OURS = ("components", "knowledge", "actions")
REQUEST = re.compile(r"[0-9a-f]{16}")
EVENT = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
FRAMES = 12
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

#: The id that `web` gave the request that is being answered.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonLines(logging.Formatter):
    """Formats a record. `process` names who writes: "rasa" or "actions"."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process
        #: From then on visitors come, and libraries may speak of what they said.
        self.started = False

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self.process,
        }
        if is_ours(record):
            line["event"] = record.getMessage()
            line.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        else:
            line["event"] = _named(record) if self.started else record.getMessage()
            line["at"] = f"{record.name}:{record.lineno} {record.funcName}"
        if request := request_id.get():
            line["request"] = request
        if record.exc_info and record.exc_info[0]:
            line.update(about(record.exc_info[1], with_words=not self.started))
        return json.dumps(line, default=str, ensure_ascii=False)


class Lines(logging.Handler):
    """Writes to stderr as it is now. It is no StreamHandler: Rasa would take that one away and put its own in."""

    def __init__(self, lines: JsonLines, everything: bool) -> None:
        super().__init__()
        self.setFormatter(lines)
        self._lines = lines
        self._everything = everything

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. That a library speaks at all matters from warnings on, unless everything is wanted."""
        is_chatter = record.levelno < logging.WARNING and not is_ours(record)
        if is_chatter and self._lines.started and not self._everything:
            return
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # a log that can't be written must not stop an answer
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Write nothing: logging's own report would print the record."""


def is_ours(record: logging.LogRecord) -> bool:
    """Return whether code of ours logged it."""
    return record.name.partition(".")[0] in OURS


def about(fault: BaseException | None, *, with_words: bool) -> dict[str, Any]:
    """Return type and code lines of a fault; its message only where it can't hold what somebody said."""
    frames = traceback.extract_tb(fault.__traceback__ if fault else None)[-FRAMES:]
    found: dict[str, Any] = {
        "fault": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "in": [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
    return {**found, "says": str(fault)} if with_words else found


def take_over(process: str, level: str | None = None) -> JsonLines:
    """Have everything that is logged in this process pass through `JsonLines`, whatever was set up before.

    Raises ValueError for a level that is none.
    """
    level = (level or os.environ.get(LEVEL_SETTING) or "info").lower()
    if level not in LEVELS:
        raise ValueError(f"{LEVEL_SETTING} must be one of {', '.join(LEVELS)}.")
    formatter = JsonLines(process)
    handler = Lines(formatter, everything=level == "debug")
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers = []
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.lastResort = handler  # Sanic's loggers hand nothing up and have no handler of their own
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # what a library deprecates helps nobody at night

    def excepthook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logging.getLogger("knowledge.logs").critical("stopped_by_a_fault", exc_info=(kind, fault, trace))

    sys.excepthook = excepthook
    return formatter


def take_request(given: str | None) -> None:
    """Note the id of the request that is being answered now; what doesn't look like one of ours is none."""
    request_id.set(given if given and REQUEST.fullmatch(given) else None)


def _named(record: logging.LogRecord) -> str:
    """Return what a library's record may be called: Rasa's newer ones are JSON with a fixed name, others have none."""
    try:
        event = json.loads(record.msg)["event"] if str(record.msg).startswith("{") else None
    except (ValueError, KeyError, TypeError):
        event = None
    return event if isinstance(event, str) and EVENT.fullmatch(event) else "library_said"

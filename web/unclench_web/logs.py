"""Logs as one JSON object a line on stderr. No caller passes in a message's text, an address or a user agent.

What a library says may hold them: a line of a library says where in its code it comes from, and no more.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import override

from unclench_web.request_id import current_request

OURS = "unclench_web"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """Formats a record with its `extra` fields."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name.partition(".")[0] == OURS:
            line["event"] = record.getMessage()
        else:
            line |= {"event": "library_said", "at": f"{record.name}:{record.lineno} {record.funcName}"}
        if request := current_request():
            line["request"] = request
        line.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__qualname__
        return json.dumps(line, default=str, ensure_ascii=False)


def set_up_logs(level: str = "info") -> None:
    """Send all logs to stderr as JSON lines; libraries speak from warnings on, whatever the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    logging.getLogger(OURS).setLevel(level.upper())

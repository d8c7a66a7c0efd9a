"""Lines of the log: JSON, named, and never with words that a library picked up from somebody."""

import json
import logging
import sys
from types import TracebackType

import pytest

from unclench_web.logs import JsonLines

PLANTED = "planted words of a visitor"


def line_of(name: str, level: int = logging.ERROR, **extra: object) -> dict[str, object]:
    trace: tuple[type[BaseException], BaseException, TracebackType | None] | None = None
    try:
        raise ValueError(PLANTED)
    except ValueError as fault:
        trace = (type(fault), fault, sys.exc_info()[2])
    record = logging.LogRecord(name, level, "x.py", 7, f"{PLANTED} %s", (PLANTED,), trace, "somewhere")
    for key, value in extra.items():
        setattr(record, key, value)
    read: dict[str, object] = json.loads(JsonLines().format(record))
    return read


@pytest.mark.parametrize("name", ["uvicorn.error", "aiohttp.client", "asyncio", "root", "unclench_web_of_another"])
def test_a_library_says_where_it_speaks_and_nothing_that_it_says(name: str) -> None:
    line = line_of(name)
    assert (line["event"], line["at"], line["fault"]) == ("library_said", f"{name}:7 somewhere", "ValueError")
    assert PLANTED not in json.dumps(line)


def test_an_event_of_ours_has_its_fields_and_only_the_type_of_a_fault() -> None:
    record = logging.LogRecord("unclench_web.contact", logging.WARNING, "x.py", 7, "something", (), None)
    record.reference = "K7QM-2XRP"
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["level"], line["reference"]) == ("something", "warning", "K7QM-2XRP")
    assert "request" not in line, "nobody asked"

"""Lines are JSON, name where they come from, and say nothing that somebody else may have said."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from knowledge import logs

PLANTED = "planted words of a visitor"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Take the logs over; yield (formatter, what was logged since)."""
    root = logging.getLogger()
    kept = root.handlers, root.level, logging.lastResort, sys.excepthook
    formatter = logs.take_over("rasa", "debug")
    try:
        yield formatter, lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        logging.captureWarnings(False)
        root.handlers, logging.lastResort, sys.excepthook = kept[0], kept[2], kept[3]
        root.setLevel(kept[1])
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)


def raised() -> tuple[type[BaseException], BaseException, Any]:
    try:
        raise ValueError(PLANTED)
    except ValueError as fault:
        return type(fault), fault, fault.__traceback__


def test_a_line_of_ours_holds_its_event_and_its_fields(lines: Any) -> None:
    logging.getLogger("components.channel").warning("something_happened", extra={"count": 3})
    [line] = lines[1]()
    assert (line["event"], line["count"], line["level"], line["process"]) == (
        "something_happened",
        3,
        "warning",
        "rasa",
    )
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("name", ["rasa.core.processor", "sanic.error", "root", "asyncio"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.ERROR])
def test_once_it_has_started_a_library_says_only_where_it_speaks(
    lines: Any, monkeypatch: pytest.MonkeyPatch, name: str, level: int
) -> None:
    lines[0].started = True
    monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    logging.getLogger(name).manager._clear_cache()
    logging.getLogger(name).log(level, f"Received {PLANTED} %s", PLANTED, exc_info=raised())
    [line] = lines[1]()
    assert line["event"] == "library_said" and line["fault"] == "builtins.ValueError"
    assert "test_logs.py" in line["in"][-1] and "test_once" in line["at"]
    assert PLANTED not in json.dumps(line)


def test_a_named_event_of_rasa_keeps_its_name_and_nothing_else(lines: Any) -> None:
    lines[0].started = True
    said = {"event": "processor.message.parse", "text": PLANTED, "level": "debug"}
    logging.getLogger("rasa.core.processor").debug(json.dumps(said))
    logging.getLogger("rasa.core.processor").debug(json.dumps({"event": PLANTED}))
    first, second = lines[1]()
    assert first["event"] == "processor.message.parse" and second["event"] == "library_said"
    assert PLANTED not in json.dumps([first, second])


def test_until_it_has_started_a_library_may_say_what_is_wrong(lines: Any) -> None:
    logging.getLogger("rasa.core.agent").error("Could not load the model", exc_info=raised())
    [line] = lines[1]()
    assert line["event"] == "Could not load the model" and line["says"] == PLANTED


def test_a_logger_that_hands_nothing_up_is_heard_all_the_same(lines: Any) -> None:
    stubborn = logging.getLogger("a.stubborn.library")
    stubborn.propagate = False
    lines[0].started = True
    stubborn.error(PLANTED)
    [line] = lines[1]()
    assert line["event"] == "library_said"


def test_a_fault_that_ends_the_process_is_one_line(lines: Any) -> None:
    sys.excepthook(*raised())
    [line] = lines[1]()
    assert (line["event"], line["level"], line["says"]) == ("stopped_by_a_fault", "critical", PLANTED)


def test_a_line_carries_the_id_of_its_request(lines: Any) -> None:
    for given, noted in (("0123456789abcdef", "0123456789abcdef"), ("0123456789ABCDEF", None), (PLANTED, None)):
        logs.take_request(given)
        logging.getLogger("components").info("something")
        [line] = lines[1]()
        assert line.get("request") == noted
    logs.take_request(None)


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=logs.LEVEL_SETTING):
        logs.take_over("rasa", "loud")


def test_chatter_of_libraries_is_left_out_unless_everything_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    lines = logs.JsonLines("rasa")
    lines.started = True
    record = logging.LogRecord("sanic.access", logging.INFO, "x.py", 1, PLANTED, (), None)
    logs.Lines(lines, everything=False).emit(record)
    assert capsys.readouterr().err == ""
    logs.Lines(lines, everything=True).emit(record)
    assert "library_said" in capsys.readouterr().err


def test_a_line_that_cannot_be_written_is_left_out_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("components", logging.INFO, "x.py", 1, "%d", (PLANTED,), None)
    logs.Lines(logs.JsonLines("rasa"), everything=True).emit(record)
    assert capsys.readouterr().err == ""

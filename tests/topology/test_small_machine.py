"""One small machine with SQLite: the disk is full for the tracker, and visitors are answered all the same."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.services import Running
from tests.topology.visitors import BOUND, QUESTIONS, Visitor

pytestmark = pytest.mark.slow


def pid_of_rasa(assistant: Running) -> int:
    """Return the process that listens on Rasa's port."""
    port = str(assistant.ports["UNCLENCH_RASA_PORT"]).encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if b"components.quick_rasa" in words and port in words:
            return int(place.name)
    raise AssertionError("Rasa does not run")


@contextmanager
def disk_full(pid: int) -> Iterator[None]:
    """No file of the process may be written beyond its first page, as on a disk that is full."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def stored(assistant: Running, visitor: Visitor) -> str:
    with closing(sqlite3.connect(assistant.folder / "tracker.sqlite")) as database:
        found = database.execute("SELECT events FROM rasa_conversation WHERE id = ?", (visitor.id,)).fetchone()
    return str(found[0]) if found else ""


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can make the disk of one process full")
def test_while_the_disk_is_full_conversations_go_on_from_memory_and_are_saved_when_it_is_not(
    assistant: Running,
) -> None:
    visitor, another = Visitor(assistant.url), Visitor(assistant.url)
    assert visitor.say(QUESTIONS["psoas"]).topics == ["psoas"]
    with disk_full(pid_of_rasa(assistant)):
        answers = [visitor.say("why?"), another.say(QUESTIONS["emdr"]), visitor.say(QUESTIONS["jaw-clenching"])]
        answers += [another.say("why?"), visitor.say("why?"), visitor.say("i want to die")]
        newcomer = Visitor(assistant.url)
        answers.append(newcomer.say(QUESTIONS["fight-or-flight"]))
        assert "jaw-clenching" not in stored(assistant, visitor), "the disk was full"
    topics = [each.topics for each in answers]
    assert topics[:5] == [["psoas"], ["emdr"], ["jaw-clenching"], ["emdr"], ["jaw-clenching"]]
    assert answers[5].messages[0]["kind"] == "crisis"
    assert topics[6] == ["fight-or-flight"]
    assert all(each.status == 200 and each.seconds <= BOUND for each in answers)
    after = visitor.say("what is emdr?")
    assert after.messages[-1]["data"]["pinned"] == "T2", "what concerns safety was kept in memory"
    assert "emdr" in stored(assistant, visitor)

"""One small machine with SQLite: the disk is full for the tracker, or a Rasa is killed, and visitors are answered."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from components.rasa_processes import SHORT_LIFE
from tests.services import Running
from tests.topology.visitors import BOUND, QUESTIONS, Visitor
from tools.run import RASAS

pytestmark = pytest.mark.slow


def rasas(assistant: Running) -> list[int]:
    """Return the processes that were started with Rasa's ports: the first one, and its copies."""
    ports = ",".join(map(str, assistant.rasas)).encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if b"components.quick_rasa" in words and ports in words:
            found.append(int(place.name))
    assert found, "Rasa does not run"
    return found


@contextmanager
def disk_full(processes: list[int]) -> Iterator[None]:
    """No file of the processes may be written beyond its first page, as on a disk that is full."""
    limits = {each: resource.prlimit(each, resource.RLIMIT_FSIZE) for each in processes}
    for each, (_, hard) in limits.items():
        resource.prlimit(each, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        for each, limit in limits.items():
            resource.prlimit(each, resource.RLIMIT_FSIZE, limit)


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
    with disk_full(rasas(assistant)):
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


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/webhooks/unclench/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def wait_until_all_answer(assistant: Running) -> None:
    until = time.monotonic() + 30
    while not all(map(answers, assistant.rasas)) and time.monotonic() < until:
        time.sleep(0.1)
    assert all(map(answers, assistant.rasas))


@pytest.mark.skipif(RASAS < 2, reason="one core has one Rasa")
def test_a_rasa_that_is_killed_is_back_by_itself_and_its_conversations_go_on_meanwhile(assistant: Running) -> None:
    processes = rasas(assistant)
    copies = [each for each in processes if parent_of(each) in processes]
    [first] = set(processes) - set(copies)
    assert len(copies) == len(assistant.rasas)
    visitors = [Visitor(assistant.url) for _ in range(4)]  # some belong to each Rasa
    assert all(each.say(QUESTIONS["psoas"]).topics == ["psoas"] for each in visitors)
    for killed in copies:
        time.sleep(SHORT_LIFE)  # one that dies sooner ends the run: it would die again and again
        os.kill(killed, signal.SIGKILL)
        told = [each.say("i want to die") for each in visitors]
        assert all(each.status == 200 and each.seconds <= BOUND for each in told)
        assert all(each.messages[0]["kind"] == "crisis" for each in told)
        after = [each.say(QUESTIONS["psoas"]) for each in visitors]
        assert all(each.topics[-1] == "psoas" and each.messages[-1]["data"]["pinned"] == "T2" for each in after)
        wait_until_all_answer(assistant)
        assert [each.say("why?").topics for each in visitors] == [["psoas"]] * len(visitors)
    assert first in rasas(assistant) and not set(rasas(assistant)) & set(copies)
    assert assistant.supervisor.poll() is None

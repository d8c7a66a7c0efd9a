from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from components import rasa_processes
from knowledge import places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies of a process are used on Linux alone")

#: Three copies that note who they are, in a file named by their number, and go on until they are told to stop.
PROGRAM = """
import os, sys, time
from pathlib import Path
from components import rasa_processes

folder, rasa_processes.SHORT_LIFE, lives = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]

def one(index):
    assert rasa_processes.several()
    with (folder / str(index)).open("a") as noted:
        noted.write(f"{os.getpid()}\\n")
    if lives == "fails" and index == 1:
        raise RuntimeError("broken")
    time.sleep(60)

sys.exit(rasa_processes.serve(3, one))
"""


@contextmanager
def serving(folder: Path, short_life: float = 0.0, lives: str = "long") -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, folder, str(short_life), lives], cwd=places.ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for each in (place for index in range(3) for place in copies(folder, index)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def copies(folder: Path, index: int) -> list[int]:
    """Return the processes that were this copy, one after the other."""
    place = folder / str(index)
    return [int(line) for line in place.read_text().split()] if place.is_file() else []


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


def runs(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_each_copy_is_a_process_of_its_own_and_all_stop_when_told_to(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        assert until(lambda: all(copies(tmp_path, each) for each in range(3)))
        processes = [copies(tmp_path, each)[0] for each in range(3)]
        assert len({*processes, first.pid}) == 4
        first.terminate()
        assert first.wait(20) == 0
        assert not any(map(runs, processes))


def test_a_copy_that_was_killed_is_made_anew_and_the_others_stay(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        assert until(lambda: all(copies(tmp_path, each) for each in range(3)))
        os.kill(copies(tmp_path, 1)[0], signal.SIGKILL)
        assert until(lambda: len(copies(tmp_path, 1)) == 2)
        assert first.poll() is None
        assert [len(copies(tmp_path, each)) for each in range(3)] == [1, 2, 1]
        first.terminate()
        assert first.wait(20) == 0
        assert not runs(copies(tmp_path, 1)[1])


def test_where_a_copy_dies_at_once_all_end_and_the_exit_code_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, short_life=30.0, lives="fails") as first:
        assert first.wait(20) == 1
        assert len(copies(tmp_path, 1)) == 1
        assert not any(runs(each) for index in range(3) for each in copies(tmp_path, index))


def test_when_the_first_process_is_killed_no_copy_stays_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        assert until(lambda: all(copies(tmp_path, each) for each in range(3)))
        first.kill()
        first.wait()
        assert until(lambda: not any(runs(copies(tmp_path, each)[0]) for each in range(3)))


def test_a_process_that_was_not_copied_is_the_only_one() -> None:
    assert not rasa_processes.several()

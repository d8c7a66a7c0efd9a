"""Stopping: one process after the other, those that visitors reach first, and all of them within a bound."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from tools import run
from tools.run import LastLines, Manager

#: Writes that it started; told to stop, works on for a moment and writes when it ended.
WORKER = """
import pathlib, signal, sys, time
name, seconds, folder = sys.argv[1], float(sys.argv[2]), pathlib.Path(sys.argv[3])
def stop(*_):
    with (folder / "log").open("a") as log:
        log.write(f"{name} told\\n")
    time.sleep(seconds)
    with (folder / "log").open("a") as log:
        log.write(f"{name} ended\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
(folder / name).touch()
while True:
    time.sleep(0.05)
"""


def run_and_stop(folder: Path, seconds: dict[str, float]) -> list[str]:
    """Run three workers, tell the manager to stop, and return what they wrote."""
    script = folder / "worker.py"
    script.write_text(WORKER)
    manager = Manager(LastLines())
    for name, last in seconds.items():
        manager.add_process(name, f"exec {sys.executable} {script} {name} {last} {folder}")

    def stop_when_started() -> None:
        until = time.monotonic() + 60
        while not all((folder / name).exists() for name in seconds) and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    threading.Thread(target=stop_when_started, daemon=True).start()
    try:
        manager.loop()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert not multiprocessing.active_children()
    return (folder / "log").read_text().splitlines()


def test_each_stops_when_the_one_that_asks_it_has_stopped(tmp_path: Path) -> None:
    said = run_and_stop(tmp_path, {"rasa": 0.3, "actions": 0.1, "web": 0.6})
    assert said == ["web told", "web ended", "rasa told", "rasa ended", "actions told", "actions ended"]


def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STOP_SECONDS", 0.5)
    said = run_and_stop(tmp_path, {"rasa": 600, "actions": 0.1, "web": 0.1})
    assert said[-2:] == ["actions told", "actions ended"] and "rasa ended" not in said

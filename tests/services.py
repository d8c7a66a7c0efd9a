"""Starts the whole assistant, as `make run` does, on free ports and with databases of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge import places
from tools.run import RASAS

#: Seconds until a start counts as failed; it may train first.
PATIENCE = 420.0


@dataclass(frozen=True)
class Running:
    """A running assistant: its address, the folder of its databases, the supervisor's process and what it said.

    `rasas` are the ports of its Rasas.
    """

    url: str
    folder: Path
    supervisor: subprocess.Popen[str]
    said: list[str]
    ports: dict[str, int]
    rasas: list[int]


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_assistant(**settings: str) -> Iterator[Running]:
    """Run `python -m tools.run` until the block ends; RuntimeError with its last lines if it never gets ready."""
    ports = {name: free_port() for name in ("UNCLENCH_PORT", "UNCLENCH_ACTIONS_PORT")}
    rasas = [free_port() for _ in range(RASAS)]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            **{name: str(port) for name, port in ports.items()},
            "UNCLENCH_RASA_PORT": ",".join(map(str, rasas)),
            "UNCLENCH_DATABASE_URL": f"sqlite:///{folder}/web.sqlite",
            "UNCLENCH_TRACKER_URL": f"sqlite:///{folder}/tracker.sqlite",
            "UNCLENCH_CONVERSATIONS_PER_MINUTE": "0",
            "UNCLENCH_MESSAGES_PER_MINUTE": "0",
            "UNCLENCH_CONTACT_REQUESTS_PER_MINUTE": "0",
            **settings,
        }
        supervisor = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tools.run"],
            cwd=places.ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        reader = threading.Thread(target=_read, args=(supervisor, said), daemon=True)
        reader.start()
        try:
            _wait_until_open(supervisor, said)
            yield Running(f"http://127.0.0.1:{ports['UNCLENCH_PORT']}", Path(folder), supervisor, said, ports, rasas)
        finally:
            if supervisor.poll() is None:
                supervisor.terminate()
            supervisor.wait(timeout=60)
            reader.join(timeout=5)


def _read(supervisor: subprocess.Popen[str], said: list[str]) -> None:
    for line in supervisor.stdout or ():
        said.append(line.rstrip())


def _wait_until_open(supervisor: subprocess.Popen[str], said: list[str]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(line.startswith("Open http") for line in said):
            return
        if supervisor.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("The assistant did not start:\n" + "\n".join(said[-25:]))

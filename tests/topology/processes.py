"""One process under supervision: started, watched, started again when it dies, as systemd and Kubernetes do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds until a process must be ready, on a machine that is busy.
PATIENCE = 240.0


@dataclass
class Process:
    """A command that is to run. `is_ready` says whether it serves."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    logs: Path
    is_ready: Callable[[], bool]
    user: str | None = None
    running: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    starts: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.logs / f"{self.name}.log"

    def start(self) -> None:
        """Start it, and keep it running from now on."""
        with self._lock:
            self.wanted = True
            with self.log.open("ab") as log:
                self.running = subprocess.Popen(
                    list(self.command),
                    cwd=self.cwd,
                    env=dict(self.environment),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    user=self.user,
                    start_new_session=True,
                )
            self.starts += 1

    def tend(self) -> None:
        """Start it again if it died."""
        with self._lock:
            if self.wanted and self.running is not None and self.running.poll() is not None:
                self.start()

    def send(self, what: signal.Signals) -> None:
        """Send a signal to it and to all that it started."""
        with self._lock:
            if self.running is not None and self.running.poll() is None:
                os.killpg(self.running.pid, what)

    def kill(self) -> None:
        """Kill it as a crash does; the supervisor starts it again."""
        self.send(signal.SIGKILL)

    def stop(self, what: signal.Signals = signal.SIGTERM) -> None:
        """End it, and leave it ended."""
        with self._lock:
            self.wanted = False
            self.send(signal.SIGCONT)
            self.send(what)
        if self.running is None:
            return
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.running.wait()

    def last_lines(self) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join([f"--- {self.name}", *text.splitlines()[-15:]])


class Supervisor:
    """Keeps processes running."""

    def __init__(self) -> None:
        self.processes: dict[str, Process] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)
        self._thread.start()

    def add(self, process: Process) -> Process:
        """Take a process under supervision and start it."""
        self.processes[process.name] = process
        process.start()
        return process

    def wait_until_ready(self, *names: str) -> None:
        """Wait until these processes serve, or all. Raises RuntimeError with their last lines."""
        left = [self.processes[name] for name in names or self.processes]
        until = time.monotonic() + PATIENCE
        while left := [each for each in left if not _is_ready(each)]:
            dying = [each for each in left if each.starts > 5]
            if dying or time.monotonic() > until:
                raise RuntimeError("Not ready:\n" + "\n".join(each.last_lines() for each in dying or left))
            time.sleep(0.1)

    def stop(self) -> None:
        """End everything, those that were started last first."""
        self._over.set()
        self._thread.join()
        for process in reversed(self.processes.values()):
            process.stop(signal.SIGINT if process.name == "postgresql" else signal.SIGTERM)

    def _tend(self) -> None:
        while not self._over.wait(0.2):
            for process in list(self.processes.values()):
                with contextlib.suppress(OSError):
                    process.tend()


def _is_ready(process: Process) -> bool:
    return process.running is not None and process.running.poll() is None and process.is_ready()

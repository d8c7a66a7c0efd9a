"""Services under measurement: started on free ports with temporary databases, watched, and stopped again.

Ours are the lines of the Procfile, as `make run` starts them; Rasa's default pipeline is `rasa run`, REST channel.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import yaml

from bench import stock
from knowledge import places
from tools.run import RASAS

#: Seconds until a service must answer, on a slow machine.
PATIENCE = 300.0
STOP_PATIENCE = 15.0
_PROC = Path("/proc")


class ServiceFault(RuntimeError):
    """A service did not start, ended, or gave what can't be measured."""


class Services:
    """A system of one or more processes: a context manager that starts it and stops it.

    `commands` are shell lines by name, `ready` the addresses that answer once it is ready. `seconds_to_ready` is known
    inside the context. The output goes to `logs`.
    """

    def __init__(
        self, commands: Mapping[str, str], environment: Mapping[str, str], ready: list[str], cwd: Path, logs: Path
    ) -> None:
        """Take what is to be started; nothing runs yet."""
        self._commands = commands
        self.environment = dict(environment)
        self._ready = ready
        self._cwd = cwd
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.seconds_to_ready = 0.0

    def __enter__(self) -> Services:
        """Start every process and wait until all answer. Raises ServiceFault."""
        began = time.monotonic()
        try:
            for name, command in self._commands.items():
                with (self._logs / f"{name}.log").open("wb") as log:
                    self._processes[name] = subprocess.Popen(
                        ["/bin/sh", "-c", command],
                        cwd=self._cwd,
                        env=self.environment,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
            self._wait(began)
        except BaseException:
            self._stop()
            raise
        self.seconds_to_ready = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every process."""
        self._stop()

    def _wait(self, began: float) -> None:
        left = list(self._ready)
        while left:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise ServiceFault(f"{name} ended by itself. Its last lines:\n{self._last_lines(name)}")
            if time.monotonic() - began > PATIENCE:
                last = "\n".join(f"{name}:\n{self._last_lines(name)}" for name in self._processes)
                raise ServiceFault(f"Not ready after {PATIENCE:.0f} s: {', '.join(left)}\n{last}")
            left = [url for url in left if not _answers(url)]
            time.sleep(0.1)

    def _last_lines(self, name: str) -> str:
        text = (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-12:])

    def _stop(self) -> None:
        for process in self._processes.values():
            _signal(process, signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
        self._processes.clear()

    def memory(self) -> dict[str, float]:
        """Return the resident memory of each process with its children, in MB (Linux only, elsewhere nothing)."""
        return {name: resident(process.pid) for name, process in self._processes.items()} if _PROC.is_dir() else {}

    def cpu_ms(self) -> dict[str, float]:
        """Return the processor time that each process and its children took so far, in milliseconds (Linux only)."""
        return {name: processor_time(each.pid) for name, each in self._processes.items()} if _PROC.is_dir() else {}


def _signal(process: subprocess.Popen[bytes], which: signal.Signals) -> None:
    """Signal the process's own group: it leads one, as it was started in a session of its own."""
    if process.poll() is None:
        os.killpg(process.pid, which)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (loopback)
            return True
    except (urllib.error.URLError, OSError):
        return False


def resident(pid: int) -> float:
    """Return the resident memory of a process and all that it started, in MB.

    What processes share counts once: each has its part of it (proportional set size).
    """
    total = 0.0
    try:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        for children in (_PROC / str(pid) / "task").glob("*/children"):
            total += sum(resident(int(child)) for child in children.read_text(encoding="utf-8").split())
    except (FileNotFoundError, ProcessLookupError):
        pass  # It has ended meanwhile.
    return total


def processor_time(pid: int) -> float:
    """Return the processor time of a process and all that it started, in milliseconds."""
    total = 0.0
    try:
        # after the name in parentheses, which may hold anything: user and system time are the 12th and 13th
        ticks = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        total += 1000 * sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        for children in (_PROC / str(pid) / "task").glob("*/children"):
            total += sum(processor_time(int(child)) for child in children.read_text(encoding="utf-8").split())
    except (FileNotFoundError, ProcessLookupError):
        pass  # It has ended meanwhile.
    return total


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ours(model: Path, folder: Path, rasas: int = RASAS) -> tuple[Services, str]:
    """Return our services with so many Rasas, databases in `folder`, and the address of the public API."""
    web, actions, *ports = (free_port() for _ in range(2 + rasas))
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    endpoints = yaml.safe_load((places.ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions}/webhook"
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    environment = {
        **os.environ,
        "UNCLENCH_PORT": str(web),
        "UNCLENCH_RASA_PORT": ",".join(map(str, ports)),
        "UNCLENCH_ACTIONS_PORT": str(actions),
        "UNCLENCH_RASA_URL": ",".join(addresses),
        "UNCLENCH_RASA_SECRET": secrets.token_urlsafe(32),
        "UNCLENCH_MODEL": str(model),
        "UNCLENCH_ENDPOINTS": str(folder / "endpoints.yml"),
        "UNCLENCH_TRACKER_URL": f"sqlite:///{folder / 'tracker.sqlite'}",
        "UNCLENCH_DATABASE_URL": f"sqlite:///{folder / 'web.sqlite'}",
        "UNCLENCH_CONVERSATIONS_PER_MINUTE": "0",
        "UNCLENCH_MESSAGES_PER_MINUTE": "0",
        "SANIC_HOST": "127.0.0.1",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    lines = (places.ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    commands = dict(line.split(": ", 1) for line in lines if ": " in line)
    base = f"http://127.0.0.1:{web}"
    ready = [f"{base}/readyz", f"http://127.0.0.1:{actions}/health"]
    ready += [f"{address}/webhooks/unclench/ready" for address in addresses]
    return Services(commands, environment, ready, places.ROOT, folder), base


def stock_service(model: Path, files: stock.Project, folder: Path) -> tuple[Services, str]:
    """Return Rasa's default pipeline with its REST channel and in-memory trackers, and its address."""
    stock.write(files, folder)
    port = free_port()
    command = (
        f'exec "{sys.executable}" -W ignore -m rasa run --model "{model}" --credentials credentials.yml '
        f"--endpoints endpoints.yml -i 127.0.0.1 -p {port}"
    )
    base = f"http://127.0.0.1:{port}"
    ready = [f"{base}/webhooks/rest/"]
    return Services({"stock": command}, stock.environment(), ready, folder, folder), base

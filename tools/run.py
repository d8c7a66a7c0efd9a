"""`make run`: trains if need be, starts Rasa, the action server and `web`, waits until all answer, prints the address.

Ctrl-C ends all of them. One that dies ends the rest, and its last lines are shown.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from honcho import manager as honcho
from honcho.printer import Message

from knowledge import places
from tools.train import train

#: Rasas that share one model (components/rasa_processes.py): two keep both cores of a small machine busy.
RASAS = 2 if sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 else 1
#: Settings of the run: environment variable, default, what listens there.
PORTS = (
    ("UNCLENCH_PORT", "8000", "the page"),
    ("UNCLENCH_RASA_PORT", ",".join(str(5005 + each) for each in range(RASAS)), "Rasa"),
    ("UNCLENCH_ACTIONS_PORT", "5055", "the action server"),
)
#: Settings that may name several ports.
SEVERAL = ("UNCLENCH_RASA_PORT",)
#: Seconds to wait until everything answers; a slow disk or a first start needs longer than usual.
PATIENCE = 180.0
#: Who is told to stop, in this order, each when the one before has stopped: who answers visitors first, and those whom
#: it asks last, so that a message under way is answered.
STOP_ORDER = ("web", "rasa", "actions")
#: Seconds that each of them has for it. `web` gives a message 8 and a notice 4.
STOP_SECONDS = 14.0
LAST_LINES = 15


class LastLines:
    """A honcho printer that keeps each process's last lines in place of printing them (UNCLENCH_VERBOSE=1 prints)."""

    def __init__(self) -> None:
        self.lines: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=LAST_LINES))
        self.width = 0  # honcho sets it
        self.asked_to_stop = False
        self.stopped_first: str | None = None
        self.verbose = os.environ.get("UNCLENCH_VERBOSE") == "1"

    def write(self, message: Message) -> None:
        """Keep a line; note which process stopped first."""
        data = message.data.decode(errors="replace") if isinstance(message.data, bytes) else str(message.data)
        name = message.name or "system"
        if name == "system" and data.rstrip().endswith("received"):
            self.asked_to_stop = True
        if name == "system" and " stopped " in data and self.stopped_first is None:
            self.stopped_first = data.split()[0]
        for line in data.splitlines():
            if line.strip():
                self.lines[name].append(line)
        if self.verbose:
            _say(f"{name} | {data.rstrip()}")


class Manager(honcho.Manager):  # type: ignore[misc]  # honcho comes without types
    """honcho's manager, stopping one process after the other."""

    _terminating: bool

    def terminate(self) -> None:
        """Begin to stop, unless that has begun."""
        if not self._terminating:
            self._terminating = True
            threading.Thread(target=self._stop_in_order, daemon=True).start()

    def _stop_in_order(self) -> None:
        for name in STOP_ORDER:
            until, told = time.monotonic() + STOP_SECONDS, False
            while not self._has_stopped(name) and time.monotonic() < until:
                process = self._processes[name].get("pid")  # not there yet in the first moments
                if process and not told:
                    self._procmgr.terminate(process)
                    told = True
                time.sleep(0.05)
        self.kill()  # what is still there had its time

    def _has_stopped(self, name: str) -> bool:
        return self._processes[name].get("returncode") is not None


def main() -> int:
    """Run the assistant until it is stopped; return the exit code."""
    ports = {name: _ports(name, os.environ.get(name) or default) for name, default, _ in PORTS}
    _refuse_taken(ports)
    model = train()
    environment = _environment(ports, str(model))
    printer = LastLines()
    honcho.KILL_WAIT = STOP_SECONDS * len(STOP_ORDER)  # honcho's own five seconds are too few for a message
    manager = Manager(printer)
    for line in (places.ROOT / "Procfile").read_text(encoding="utf-8").splitlines():
        name, _, command = line.partition(": ")
        manager.add_process(name, command, env=environment, cwd=str(places.ROOT))
    ready = threading.Thread(target=_announce, args=(ports, manager), daemon=True)
    ready.start()
    manager.loop()
    return _farewell(printer, manager)


def _ports(name: str, value: str) -> list[int]:
    """Return the ports that a setting names. Raises SystemExit with one sentence for what is none."""
    ports = [int(each) if each.strip().isdecimal() else 0 for each in value.split(",")]
    if not all(0 < port < 65536 for port in ports) or (len(ports) > 1 and name not in SEVERAL):
        sys.exit(f"{name} is not a port from 1 to 65535{', or several with commas between' * (name in SEVERAL)}.")
    return ports


def _refuse_taken(ports: Mapping[str, Sequence[int]]) -> None:
    wanted = [(port, setting, what) for setting, _, what in PORTS for port in ports[setting]]
    with contextlib.ExitStack() as held:  # until all are tried, so that none is named twice
        for port, setting, what in wanted:
            probe = held.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError:
                sys.exit(f"Port {port} for {what} is taken: stop what uses it, or set {setting} to a free one.")


def _environment(ports: Mapping[str, Sequence[int]], model: str) -> dict[str, str]:
    environment = {
        **os.environ,
        **{name: ",".join(map(str, each)) for name, each in ports.items()},
        "UNCLENCH_MODEL": model,
        "UNCLENCH_ENDPOINTS": "endpoints.yml",
        "UNCLENCH_ACTIONS_URL": f"http://127.0.0.1:{ports['UNCLENCH_ACTIONS_PORT'][0]}/webhook",
        "UNCLENCH_RASA_URL": ",".join(f"http://127.0.0.1:{port}" for port in ports["UNCLENCH_RASA_PORT"]),
        "PYTHONUNBUFFERED": "1",
        "SANIC_HOST": "127.0.0.1",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    # Where text channels and notices to staff send people.
    environment.setdefault("UNCLENCH_PUBLIC_URL", f"http://localhost:{ports['UNCLENCH_PORT'][0]}")
    # A fresh secret each run: only the processes started here know it.
    environment.setdefault("UNCLENCH_RASA_SECRET", secrets.token_urlsafe(32))
    return environment


def _announce(ports: Mapping[str, Sequence[int]], manager: Any) -> None:
    """Print the address as soon as everything answers; end the run when it never does."""
    page = ports["UNCLENCH_PORT"][0]
    rasas = {port: f"http://127.0.0.1:{port}/webhooks/unclench/ready" for port in ports["UNCLENCH_RASA_PORT"]}
    waited_for = {
        **{f"Rasa on port {port}": url for port, url in rasas.items()},
        "web": f"http://127.0.0.1:{page}/readyz",
        "the action server": f"http://127.0.0.1:{ports['UNCLENCH_ACTIONS_PORT'][0]}/health",
    }
    until = time.monotonic() + PATIENCE
    while waited_for and time.monotonic() < until:
        for name, url in list(waited_for.items()):
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (our own loopback address)
                    del waited_for[name]
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
    if waited_for:
        _say(f"Not ready after {PATIENCE:.0f} s: {', '.join(waited_for)}. See the lines below.")
        manager.terminate()
    else:
        _say(f"Open http://localhost:{page}")
        for line in _about_requests(page, os.environ):
            _say(line)


def _say(line: str) -> None:
    """Print a line in one piece: several threads do, and `print` writes the end of a line by itself."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _about_requests(port: int, environment: Mapping[str, str]) -> list[str]:
    """Return what whoever starts it must know about contact requests: where they go, and which key is used."""
    channels = {"UNCLENCH_SMTP_URL": "by e-mail", "UNCLENCH_WEBHOOK_URL": "by webhook"}
    told = [how for setting, how in channels.items() if environment.get(setting)]
    lines = [f"Contact requests: http://localhost:{port}/staff (accounts: make staff-user NAME=...)."]
    if told:
        lines.append(f"Each new one is announced {' and '.join(told)}.")
    else:
        lines.append("They are in that inbox alone: no e-mail is set (UNCLENCH_SMTP_URL), so somebody must look there.")
    if not environment.get("UNCLENCH_CONTACT_KEYS"):
        lines.append("They are encrypted with a development key in var/. Set UNCLENCH_CONTACT_KEYS for real use.")
    return lines


def _farewell(printer: LastLines, manager: Any) -> int:
    if printer.asked_to_stop:
        _say("Stopped.")
        return 0
    culprit = printer.stopped_first or "system"
    _say(f"{culprit} ended by itself, so the rest was stopped. Its last lines:")
    for line in printer.lines[culprit]:
        _say(f"  {line}")
    return int(manager.returncode or 1)


if __name__ == "__main__":
    sys.exit(main())

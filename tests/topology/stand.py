"""The topology of deploy/compose.scaled.yaml as processes of this machine: its commands and settings, its nginx file.

Hosts and ports of the file become ports of the loopback; PostgreSQL, Redis and nginx are the machine's own programs.
"""

from __future__ import annotations

import base64
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import redis
import yaml

from knowledge import places
from tests.services import free_port
from tests.topology.processes import Process, Supervisor
from tools.train import train

COMPOSE = places.ROOT / "deploy" / "compose.scaled.yaml"
TEMPLATE = places.ROOT / "deploy" / "nginx" / "nginx.conf.template"
#: Ports inside the containers.
PORTS = {"nginx": 8080, "web": 8000, "rasa": 5005, "actions": 5055, "postgresql": 5432, "redis": 6379}
LIMITS = ("CONVERSATIONS", "MESSAGES", "CONTACT_REQUESTS")


def programs_of_postgresql() -> Path | None:
    """Where initdb and postgres are: Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -float(each.parent.name))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def program(name: str) -> str | None:
    """Where a server's program is; Debian has some of them in a folder that is not on everybody's path."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def missing() -> list[str]:
    """Return the Debian packages that are not installed here and that the topology is made of."""
    lacking = [
        name for name, found in (("nginx", program("nginx")), ("redis-server", program("redis-server"))) if not found
    ]
    return lacking + ([] if programs_of_postgresql() else ["postgresql"])


class Stand:
    """The running topology. `url` is what visitors see: nginx."""

    def __init__(self, folder: Path, without: Collection[str] = (), prefix: Callable[[str], list[str]] | None = None):
        """Take what is to run: all services but those `without`, each command after `prefix(name)` (taskset, …)."""
        self.folder = folder
        self.supervisor = Supervisor()
        self.compose = _services(without)
        self.ports = {name: free_port() for name in self.compose}
        self.url = f"http://127.0.0.1:{self.ports['nginx']}"
        self.model = train()
        self.secrets = {
            "POSTGRES_PASSWORD": "only-for-tests",
            "UNCLENCH_RASA_SECRET": secrets.token_urlsafe(32),
            "UNCLENCH_CONTACT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "UNCLENCH_PUBLIC_URL": "https://chat.example.org",
        }
        self.settings = {f"UNCLENCH_{each}_PER_MINUTE": "0" for each in LIMITS}
        self._prefix = prefix or (lambda _: [])

    def __getitem__(self, name: str) -> Process:
        """Return one of its processes, by the name of its service."""
        return self.supervisor.processes[name]

    def start(self) -> None:
        """Start everything and wait until it serves."""
        self._start_postgresql()
        self._start_redis()
        self.supervisor.wait_until_ready("postgresql", "redis")
        for name in self.compose:
            if name.startswith(("rasa", "web", "actions")):
                self.start_ours(name)
        self.supervisor.wait_until_ready()
        self.start_nginx()
        self.supervisor.wait_until_ready("nginx")

    def stop(self) -> None:
        """End everything."""
        self.supervisor.stop()

    def start_ours(self, name: str) -> Process:
        """Start one of our services as the file has it."""
        service = self.compose[name]
        room = places.ROOT / "web" if name.startswith("web") else places.ROOT
        command = [self._local(str(each), name) for each in service["command"]]
        assert command[0] == "python"
        command[0] = str(room / ".venv" / "bin" / "python") if name.startswith("web") else sys.executable
        given = {key: self._local(str(value), name) for key, value in service.get("environment", {}).items()}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("UNCLENCH_")},
            **given,
            **self.settings,
            "SANIC_HOST": "127.0.0.1",
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        if name.startswith("web"):
            environment["UNCLENCH_OFF_FILE"] = str(self.folder / "off")
            environment["UNCLENCH_TRUSTED_PROXIES"] = "127.0.0.1"
        paths = {"web": "/healthz", "rasa": "/webhooks/unclench/ready", "actions": "/health"}
        ready = f"http://127.0.0.1:{self.ports[name]}{paths[name.split('-')[0]]}"
        return self._add(name, command, environment, room, lambda: _answers(ready))

    def start_nginx(self) -> None:
        """Start nginx on the very file that is deployed."""
        given = self.compose["nginx"]["environment"]
        more, config = self.folder / "nginx-more", self.folder / "nginx.conf"
        more.mkdir(exist_ok=True)
        temporary = self.folder / "nginx"
        temporary.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            temporary.chmod(0o755)
        filled = {
            **given,
            "NGINX_LISTEN": f"127.0.0.1:{self.ports['nginx']}",
            "NGINX_WEB": self._local(given["NGINX_WEB"], "nginx"),
            "NGINX_TEMPORARY": str(temporary),
            "NGINX_MORE": str(more),
        }
        text = TEMPLATE.read_text(encoding="utf-8")
        for name, value in filled.items():
            text = text.replace(f"${{{name}}}", value)
        config.write_text(text, encoding="utf-8")
        nginx = str(program("nginx"))
        tested = subprocess.run([nginx, "-t", "-c", str(config)], capture_output=True, text=True)
        assert tested.returncode == 0, tested.stderr
        ready = f"{self.url}/healthz"
        command = [nginx, "-c", str(config), "-g", "daemon off;"]
        self._add("nginx", command, os.environ, self.folder, lambda: _answers(ready))

    def _add(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        is_ready: Callable[[], bool],
        user: str | None = None,
    ) -> Process:
        command = [*self._prefix(name), *command]
        return self.supervisor.add(Process(name, command, environment, cwd, self.folder, is_ready, user))

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        connection = psycopg2.connect(self.database, connect_timeout=2)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def send_to_postgresql(self, what: signal.Signals) -> None:
        """Send a signal to PostgreSQL and to the processes of its connections, which are in groups of their own."""
        running = self["postgresql"].running
        assert running is not None
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="utf-8").split()
        for pid in (running.pid, *map(int, children)):
            os.kill(pid, what)

    @property
    def database(self) -> str:
        """The URL of the database that all share."""
        return f"postgresql://unclench:only-for-tests@127.0.0.1:{self.ports['postgresql']}/unclench"

    def _local(self, value: str, name: str) -> str:
        """Put this machine's addresses, paths and secrets in place of the containers'."""
        for setting, secret in self.secrets.items():
            value = re.sub(rf"\$\{{{setting}:\?[^}}]*\}}", secret, value)
        for host, port in self.ports.items():
            inner = PORTS.get(host.split("-")[0])
            value = re.sub(rf"(?<![\w-]){re.escape(host)}:{inner}\b", f"127.0.0.1:{port}", value)
        assert "${" not in value, f"{name}: {value} is not set"
        own = str(PORTS.get(name.split("-")[0]))
        return {own: str(self.ports[name]), "0.0.0.0": "127.0.0.1", "models/unclench.tar.gz": str(self.model)}.get(
            value, value
        )

    def _start_postgresql(self) -> None:
        programs = programs_of_postgresql()
        assert programs is not None
        # PostgreSQL refuses to run as root.
        user = (
            next(each.pw_name for each in pwd.getpwall() if each.pw_name in ("postgres", "nobody"))
            if os.geteuid() == 0
            else None
        )
        home = self.folder / "postgresql"
        home.mkdir()
        if user:
            os.chown(home, pwd.getpwnam(user).pw_uid, -1)
        (self.folder / "password").write_text("only-for-tests", encoding="utf-8")
        (self.folder / "password").chmod(0o644)
        made = subprocess.run(
            [programs / "initdb", "-D", home / "data", "-U", "unclench", "-A", "scram-sha-256", "-E", "UTF8",
             "--locale=C", "--no-sync", f"--pwfile={self.folder / 'password'}"],
            user=user, cwd="/", capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        port = self.ports["postgresql"]
        command = [str(programs / "postgres"), "-D", str(home / "data"), f"-p{port}", "-h127.0.0.1", f"-k{home}"]

        def is_ready() -> bool:
            try:
                psycopg2.connect(self.database, connect_timeout=2).close()
            except psycopg2.OperationalError as error:
                if 'database "unclench" does not exist' in str(error):
                    admin = psycopg2.connect(self.database.removesuffix("unclench") + "postgres", connect_timeout=2)
                    admin.autocommit = True
                    admin.cursor().execute("CREATE DATABASE unclench")
                    admin.close()
                return False
            return True

        self._add("postgresql", command, os.environ, Path("/"), is_ready, user)

    def _start_redis(self) -> None:
        port = self.ports["redis"]
        given = [str(each) for each in self.compose["redis"]["command"]]
        command = [str(program("redis-server")), *given[1:], "--port", str(port), "--bind", "127.0.0.1"]
        client = redis.Redis(port=port, socket_timeout=1)

        def is_ready() -> bool:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

        self._add("redis", command, os.environ, self.folder, is_ready)


def _services(without: Collection[str]) -> dict[str, Any]:
    """Return the services of the file, and nothing of those that are left out."""
    text = COMPOSE.read_text(encoding="utf-8")
    for name in without:
        text = re.sub(rf",http://{name}:\d+| server {name}:[^;]*;", "", text)
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return {name: each for name, each in found.items() if name not in without}


def _not_root() -> str | None:
    """Return who runs PostgreSQL, which refuses to run as root; None: whoever runs this."""
    if os.geteuid() != 0:
        return None
    return next(each.pw_name for each in pwd.getpwall() if each.pw_name in ("postgres", "nobody"))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(what: Any, seconds: float = 60.0) -> None:
    """Wait until `what()` is true. Fails the test when it never is."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


@contextmanager
def running_topology(folder: Path) -> Iterator[Stand]:
    """The topology, until the block ends."""
    folder.chmod(0o755)
    stand = Stand(folder)
    try:
        stand.start()
        yield stand
    finally:
        stand.stop()

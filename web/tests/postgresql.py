"""A private PostgreSQL for the tests, where the machine has one: in a folder of its own, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.served import free_socket

ROOM = 2_000_000_000  # bytes


def folder_of_programs() -> Path | None:
    """Where initdb and postgres are: Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -float(each.parent.name))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _quick_folder() -> str | None:
    """Memory, where there is enough of it: nobody needs these files after a power cut. None: the usual place."""
    memory = Path("/dev/shm")  # noqa: S108
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


@contextmanager
def private_postgresql(programs: Path) -> Iterator[str]:
    """Its URL, without a database."""
    user = _user()
    listening = free_socket()
    port = listening.getsockname()[1]
    listening.close()
    with tempfile.TemporaryDirectory(prefix="unclench-postgresql-", dir=_quick_folder()) as home:
        if user:
            os.chown(home, pwd.getpwnam(user).pw_uid, -1)
        data = Path(home) / "data"
        made = subprocess.run(  # noqa: S603
            [programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            user=user,
            cwd=home,
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr
        arguments = [f"-p{port}", "-h127.0.0.1", f"-k{home}", "-cmax_connections=50", "-cfsync=off"]
        server = subprocess.Popen(  # noqa: S603
            [programs / "postgres", "-D", data, *arguments],
            user=user,
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"postgresql://tests@127.0.0.1:{port}"
        try:
            _wait_for(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.1)


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """The URL of a new, empty database. It is gone afterwards: hundreds of them would take a minute to delete."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"{url}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

"""A clinic's own `web` for tests, with accounts for its inbox and a look into what it really stored."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from knowledge import places

PASSWORD = "a quiet green bicycle"


@dataclass(frozen=True)
class Desk:
    """`url` is by name, as the session cookie goes over TLS or to localhost only; `root` holds its files."""

    url: str
    root: Path

    def hire(self, name: str, role: str = "front_desk") -> None:
        """Make an account, as `make staff-user` does."""
        command = [places.ROOT / "web/.venv/bin/python", "-m", "unclench_web.staff.command", name, "--role", role]
        own = {"UNCLENCH_DATABASE_URL": f"sqlite:///{self.root}/web.sqlite", "PYTHONPATH": str(places.ROOT / "web")}
        subprocess.run(
            command, env={**os.environ, **own}, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL
        )

    def empty(self) -> Desk:
        """Take all requests away, with what belongs to them."""
        connection = sqlite3.connect(self.root / "web.sqlite", timeout=20)
        with connection:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("DELETE FROM contact_request")
        connection.close()
        return self

    def stored(self) -> list[dict[str, Any]]:
        """Return all contact requests in clear, oldest first."""
        key = Fernet((self.root / "var" / "contact.key").read_text().strip())
        connection = sqlite3.connect(self.root / "web.sqlite")
        try:
            rows = connection.execute("SELECT sealed FROM contact_request ORDER BY id").fetchall()
        finally:
            connection.close()
        return [json.loads(key.decrypt(sealed)) for (sealed,) in rows]

"""A clinic's website for tests: pages of a test's own from an origin of their own, and a `web` that can list it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from knowledge import places
from tests.running import RASA_SECRET
from tests.services import Running, free_port

PATIENCE = 30.0  # seconds


class Site:
    """A website: `pages` by path, each an HTML text and headers."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                html, headers = site.pages.get(self.path.split("?")[0], ("", {}))
                self.send_response(200 if html else 204)  # a browser asks for an icon too
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, path: str, body: str, head: str = "", **headers: str) -> str:
        """Put a page on the site; return its address."""
        html = f"<!doctype html><html lang=en><head><title>A clinic</title>{head}</head><body>{body}</body></html>"
        self.pages[path] = (html, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def web_for(assistant: Running, root: Path, **clinic: Any) -> Iterator[str]:
    """Run a `web` of a clinic's own in front of the same Rasa; yield its address."""
    (root / "data" / "safety").mkdir(parents=True)
    for file in (*places.DATA.glob("*.yml"), places.DATA / "safety" / "help_lines.yml"):
        shutil.copy(file, root / file.relative_to(places.ROOT))
    settings = yaml.safe_load(places.CLINIC.read_text(encoding="utf-8"))
    (root / "clinic.yml").write_text(yaml.safe_dump({**settings, **clinic}), encoding="utf-8")
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(places.ROOT / "web"),
        "UNCLENCH_DATABASE_URL": f"sqlite:///{root}/web.sqlite",
        "UNCLENCH_RASA_URL": f"http://127.0.0.1:{assistant.rasas[0]}",
        "UNCLENCH_RASA_SECRET": RASA_SECRET,
        "UNCLENCH_CONVERSATIONS_PER_MINUTE": "0",
        "UNCLENCH_MESSAGES_PER_MINUTE": "0",
        "UNCLENCH_CONTACT_REQUESTS_PER_MINUTE": "0",
        "UNCLENCH_STAFF_SIGN_INS_PER_MINUTE": "0",
    }
    python = places.ROOT / "web" / ".venv" / "bin" / "python"
    script = Path(__file__).with_name("serve_web.py")
    process = subprocess.Popen([python, script, root, str(port)], env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("web did not start")

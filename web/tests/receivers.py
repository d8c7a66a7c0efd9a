"""What receives notices in the tests: a mail server and a webhook that can be slow, rude, broken or gone."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.types import Receive, Scope, Send

from tests.served import Served, free_socket


class MailServer:
    """A mail server on this machine. `mode` is how it behaves: well, slow, 4xx, 5xx, drop (after DATA), or down."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.raw: list[bytes] = []
        self.mode = "well"
        self.seconds = 0.0
        self.port = _free_port()
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode == "5xx at MAIL":
            return "550 no"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mode == "4xx":
            return "451 try again later"
        if self.mode == "5xx":
            return "554 no"
        content = envelope.original_content or b""
        self.raw.append(content)
        self.mails.append(message_from_bytes(content))
        if self.mode == "slow":
            await asyncio.sleep(self.seconds)  # it has the mail, and says so too late
        if self.mode == "drop" and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()  # it has the mail, and nobody knows
        return "250 OK"

    def by_reference(self) -> Counter[str]:
        return Counter(str(mail["Subject"]).rsplit(" ", 1)[1] for mail in self.mails)


@dataclass
class Hook:
    """A webhook. `status` is what it answers; with `drop` it reads and then hangs up."""

    status: int = 200
    seconds: float = 0.0
    drop: bool = False
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        socket = free_socket()
        self.port: int = socket.getsockname()[1]
        self._lock = threading.Lock()
        self._served = Served(self, socket)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def stop(self) -> None:
        self._served.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part: Any = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        await asyncio.sleep(self.seconds)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if 200 <= self.status < 300:
            with self._lock:
                self.calls.append((headers, body))
        if self.drop:
            return  # uvicorn answers 500 for an app that says nothing
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _free_port() -> int:
    socket = free_socket()
    port = int(socket.getsockname()[1])
    socket.close()
    return port

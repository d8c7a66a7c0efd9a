"""A small stand-in for Rasa that can be slow, broken, malformed or gone."""

import asyncio
import json
from typing import Any

from starlette.types import Receive, Scope, Send

from tests.served import Served, free_socket

SECRET = "a secret of the tests"  # noqa: S105

GREETING: dict[str, Any] = {
    "kind": "text",
    "text": "Hello. I'm automated.",
    "topic": "greeting",
    "choices": [
        {
            "label": "What is the psoas?",
            "topic": "psoas",
            "payload": {"intent": "ask", "entities": {"topic": "psoas"}},
        },
        {"label": "Talk to the clinic", "topic": None, "payload": {"intent": "contact", "entities": {}}},
    ],
}


CRISIS: dict[str, Any] = {
    "kind": "crisis",
    "text": "I'm glad you told me. Call or text 988 now.",
    "topic": None,
    "choices": [],
    "data": {"tier": "T2", "lines": ["988"], "language": "en"},
}


class FakeRasa:
    """Answers as the channel of Rasa does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.reset()
        socket = free_socket()
        self.port: int = socket.getsockname()[1]
        self._server: Served | None = Served(self, socket)

    def reset(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.message_ids: list[tuple[str, str | None]] = []
        self.assessed: list[str] = []
        self.secrets: list[str | None] = []
        self.requests: list[str | None] = []
        self.forgotten: list[str] = []
        self.seconds = 0.0
        self.status = 200
        self.body: bytes | None = None
        self.messages: list[dict[str, Any]] | None = None
        self.has_model = True
        self.at_once = 0
        self.most_at_once = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last(self) -> dict[str, Any]:
        return self.received[-1]

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None

    def start(self) -> None:
        if self._server:
            return
        self._server = Served(self, free_socket(self.port))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        secret, request = (dict(scope["headers"]).get(name) for name in (b"x-unclench-secret", b"x-request-id"))
        self.requests.append(request.decode() if request else None)
        self.secrets.append(secret.decode() if secret else None)
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        status, answer = await self._answer(scope["method"], scope["path"], body)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/webhooks/unclench/ready":
            return (200 if self.has_model else 503), b""
        if method == "DELETE":
            if self.status == 200:
                self.forgotten.append(path.rsplit("/", 1)[1])
            return (204 if self.status == 200 else self.status), b""
        said = json.loads(body)
        if path == "/webhooks/unclench/assess":
            self.assessed += said["texts"]
            await asyncio.sleep(self.seconds)
            raised = any("planted crisis" in text for text in said["texts"])
            return self.status, self.body or json.dumps({"message": CRISIS if raised else None}).encode()
        self.message_ids.append((said.pop("message_id"), said.get("text")))
        self.received.append(said)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        if self.body is not None:
            return self.status, self.body
        return self.status, json.dumps({"messages": self.messages or self._replies(said)}).encode()

    def _replies(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        if "text" in said:
            return [
                {
                    "kind": "text",
                    "text": f"An answer to: {said['text']}",
                    "topic": "psoas",
                    "evidence": "well supported",
                    "choices": [
                        {
                            "label": "Why?",
                            "topic": "psoas",
                            "payload": {"intent": "follow_up", "entities": {"aspect": "why"}},
                        }
                    ],
                    "sources": [{"title": "A page", "publisher": "A publisher", "url": "https://example.org/page"}],
                    "review": {"status": "draft", "by": None, "on": None},
                    "data": {},
                }
            ]
        if said["payload"]["intent"] == "open":
            return [GREETING]
        topic = said["payload"]["entities"].get("topic")
        return [{"kind": "text", "text": f"About {topic or said['payload']['intent']}", "topic": topic}]

"""ASGI middleware that reads request bodies with a hard limit on size and time, before anything looks at them."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unclench_web.problems import Problem, render
from unclench_web.wording import Wording

BODY_LIMIT = 16 * 1024  # bytes
DISCARD_LIMIT = 1024 * 1024  # bytes that are read and dropped, so that the sender hears the answer
READ_SECONDS = 15.0


class BodyLimit:
    """Hands on bodies of up to 16 KB whole; answers 413 for larger ones and 408 for those that take too long."""

    def __init__(self, app: ASGIApp, wording: Wording) -> None:
        self._app = app
        self._wording = wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then hand the request on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            await render(Problem("too-slow", 408, {"Connection": "close"}), self._wording)(scope, receive, send)
            return
        if body is None:
            await render(Problem("too-large", 413, {"Connection": "close"}), self._wording)(scope, receive, send)
            return
        handed_on = False

        async def replay() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is over the limit. What is over the limit is never kept."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(part)
        if size > DISCARD_LIMIT:
            return None
        if not message.get("more_body", False):
            return b"".join(parts) if size <= BODY_LIMIT else None

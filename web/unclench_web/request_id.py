"""Gives each request an id, so that a fault can be followed from here to Rasa: random, and nothing of the visitor's.

An id that a client sends is not taken: logs hold no words from outside.
"""

import secrets
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_RAW_HEADER = HEADER.lower().encode()

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request() -> str | None:
    """The id of the request that is being answered, or None."""
    return _current.get()


class NameRequests:
    """ASGI middleware that names each request, and says the name in a header of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on under its name."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = secrets.token_hex(8)

        async def naming_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_RAW_HEADER, id.encode())]
            await send(message)

        token = _current.set(id)
        try:
            await self._app(scope, receive, naming_send)
        finally:
            _current.reset(token)

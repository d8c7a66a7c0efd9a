"""ASGI middleware: the security headers of every response. A page that needs another policy sets it itself."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), "
    "interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def page_policy(embed_on: Iterable[str], *, frames: bool = False) -> str:
    """The content security policy of a page of ours, which sites from `embed_on` may show in a frame."""
    directives = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors " + " ".join(("'self'", *embed_on)),
    ]
    if frames:
        directives.append("frame-src 'self'")
    return "; ".join(directives)


API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


_UNLESS_SET = {
    "Content-Security-Policy": API_POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI carries them: worked out once, as every response has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


_RAW_ALWAYS, _RAW_UNLESS_SET = _raw(_ALWAYS), _raw(_UNLESS_SET)
_NAMES_ALWAYS = frozenset(name for name, _ in _RAW_ALWAYS)


class SecurityHeaders:
    """Sets what a response has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and add the headers to the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message.get("headers", ()) if each[0].lower() not in _NAMES_ALWAYS]
                there = {name.lower() for name, _ in headers}
                unset = [each for each in _RAW_UNLESS_SET if each[0] not in there]
                message["headers"] = [*headers, *_RAW_ALWAYS, *unset]
            await send(message)

        await self._app(scope, receive, with_headers)

"""Counts for the people who run it, in the form of Prometheus. Counts only: no text, no address, no id."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.conversations = Counter("unclench_conversations", "Conversations opened", registry=self.registry)
        self.erased = Counter("unclench_conversations_erased", "Conversations erased", ["why"], registry=self.registry)
        self.answers = Counter(
            "unclench_answers",
            "Answers given, by kind, topic and tier",
            ["kind", "topic", "tier"],
            registry=self.registry,
        )
        self.safe_replies = Counter(
            "unclench_safe_replies", "Static safe replies given, by reason", ["reason"], registry=self.registry
        )
        self.filter_failures = Counter(
            "unclench_safety_filter_failures",
            "Messages on which the safety filter broke and that were treated as T3",
            registry=self.registry,
        )
        self.ratings = Counter(
            "unclench_ratings", "Answers that visitors rated, by topic", ["topic", "helped"], registry=self.registry
        )
        self.contact_requests = Counter("unclench_contact_requests", "Contact requests stored", registry=self.registry)
        self.notices = Counter(
            "unclench_notices",
            "Notices of contact requests to the clinic, by channel and outcome",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.requests = Histogram(
            "unclench_request_seconds",
            "Requests, by route, method and status",
            ["route", "method", "status"],
            registry=self.registry,
            buckets=SECONDS,
        )

    def text(self) -> bytes:
        """All counts in the text format of Prometheus."""
        return generate_latest(self.registry)


class MeasureRequests:
    """ASGI middleware that measures how long requests take, by route (never by path, which may hold an id)."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._requests = metrics.requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and measure it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def watching_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in ("GET", "POST", "DELETE", "HEAD") else "other"
            self._requests.labels(route, method, str(status)).observe(time.perf_counter() - began)

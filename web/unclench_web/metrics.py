"""Counts for the people who run it, in the form of Prometheus. Counts only: no text, no address, no id.

Numbers that need the database are read when somebody asks.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unclench_web.standing import Standing

#: Replies by which the assistant says that it has no answer, by what it does then.
FALLBACKS = {"out-of-scope": "off_topic", "about-which": "asked_back", "second-miss": "person"}
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.conversations = Counter("unclench_conversations", "Conversations opened", registry=self.registry)
        self.erased = Counter("unclench_conversations_erased", "Conversations erased", ["why"], registry=self.registry)
        self.answers = Counter(
            "unclench_answers",
            "Answers given, by kind, topic and tier",
            ["kind", "topic", "tier"],
            registry=self.registry,
        )
        self.fallbacks = Counter(
            "unclench_fallbacks",
            "Messages without an answer: nearest topics offered, off topic, asked back, or a person offered",
            ["kind"],
            registry=self.registry,
        )
        self.contact_forms = Counter(
            "unclench_contact_forms_offered", "Answers that hand over to the contact form", registry=self.registry
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
        self.rasa = Histogram(
            "unclench_rasa_seconds",
            "Calls to Rasa, by what was asked and how it went",
            ["call", "outcome"],
            registry=self.registry,
            buckets=SECONDS,
        )
        self.requests = Histogram(
            "unclench_request_seconds",
            "Requests, by route, method and status",
            ["route", "method", "status"],
            registry=self.registry,
            buckets=SECONDS,
        )

        self.standing = {
            name: Gauge(f"unclench_{name}", says, registry=self.registry)
            for name, says in (
                ("notices_waiting", "Notices to the clinic that are not delivered yet"),
                ("notices_waiting_oldest_seconds", "Age of the oldest of them"),
                ("notices_given_up", "Notices that are tried no more until somebody sends them again"),
                ("contact_requests_new", "Contact requests that nobody has taken"),
                ("contact_requests_new_oldest_seconds", "Age of the oldest of them"),
                ("erasures_waiting", "Conversations that Rasa has still to erase"),
                ("erasures_waiting_oldest_seconds", "Age of the oldest of them"),
            )
        }
        self.ready = Gauge(
            "unclench_ready", "1 while a part that answers need does its work", ["part"], registry=self.registry
        )
        self.off = Gauge("unclench_switched_off", "1 while answers are switched off", registry=self.registry)
        self.help_lines_checked = Gauge(
            "unclench_help_lines_checked_timestamp_seconds",
            "Day on which the help line was checked that waits longest (0: one never was)",
            registry=self.registry,
        )

    def observe_rasa(self, call: str, outcome: str, seconds: float) -> None:
        """Note how long Rasa took."""
        self.rasa.labels(call, outcome).observe(seconds)

    def count_answer(self, kind: str, topic: str | None, tier: str) -> None:
        """Count one answer by Rasa."""
        self.answers.labels(kind, topic or "", tier).inc()
        fallback = "did_you_mean" if kind == "did_you_mean" else FALLBACKS.get(topic or "")
        if fallback:
            self.fallbacks.labels(fallback).inc()
        if kind == "contact_form":
            self.contact_forms.inc()

    def show(self, standing: Standing | None) -> None:
        """Show what waits in the database; while it can't be read, no number is better than an old one."""
        values = (
            {
                "notices_waiting": standing.notices.number,
                "notices_waiting_oldest_seconds": standing.notices.oldest_seconds,
                "notices_given_up": standing.notices_given_up,
                "contact_requests_new": standing.new_requests.number,
                "contact_requests_new_oldest_seconds": standing.new_requests.oldest_seconds,
                "erasures_waiting": standing.erasures.number,
                "erasures_waiting_oldest_seconds": standing.erasures.oldest_seconds,
            }
            if standing
            else dict.fromkeys(self.standing, float("nan"))
        )
        for name, value in values.items():
            self.standing[name].set(value)

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

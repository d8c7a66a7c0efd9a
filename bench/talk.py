"""Talking to the two systems under measurement, each through its own public way in, and timing every reply."""

from __future__ import annotations

import secrets
import time
from typing import Protocol

import httpx

from bench.services import ServiceFault

TIMEOUT = 30.0


class Conversation(Protocol):
    """One conversation: `say` sends a message and returns the milliseconds until the whole reply was there."""

    def say(self, text: str) -> float:
        """Send a text."""


class System(Protocol):
    """Opens conversations."""

    def open(self) -> Conversation:
        """Return a new conversation."""


class PublicApi:
    """Ours, through `web`."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, timeout=TIMEOUT)

    def open(self) -> Conversation:
        """Return a new conversation."""
        opened = self._client.post("/api/conversations")
        opened.raise_for_status()
        body = opened.json()
        return _PublicConversation(self._client, body["id"], body["token"])


class _PublicConversation:
    def __init__(self, client: httpx.Client, conversation: str, token: str) -> None:
        self._client = client
        self._path = f"/api/conversations/{conversation}/messages"
        self._headers = {"Authorization": f"Bearer {token}"}

    def say(self, text: str) -> float:
        """Send a text. Raises ServiceFault for the static safe reply: it would be quick and say nothing."""
        began = time.perf_counter()
        answer = self._client.post(self._path, json={"text": text}, headers=self._headers)
        milliseconds = 1000 * (time.perf_counter() - began)
        answer.raise_for_status()
        messages = answer.json()["messages"]
        if not messages or any((each.get("data") or {}).get("safe_reply") for each in messages):
            raise ServiceFault("`web` gave the static safe reply: Rasa did not answer it in time.")
        return milliseconds


class RestChannel:
    """Rasa's default pipeline, through Rasa's own REST channel."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, timeout=TIMEOUT)

    def open(self) -> Conversation:
        """Return a new conversation."""
        return _RestConversation(self._client, secrets.token_urlsafe(16))


class _RestConversation:
    def __init__(self, client: httpx.Client, sender: str) -> None:
        self._client = client
        self._sender = sender

    def say(self, text: str) -> float:
        """Send a text. Raises ServiceFault when nothing is said."""
        began = time.perf_counter()
        answer = self._client.post("/webhooks/rest/webhook", json={"sender": self._sender, "message": text})
        milliseconds = 1000 * (time.perf_counter() - began)
        answer.raise_for_status()
        if not answer.json():
            raise ServiceFault("Rasa's default pipeline said nothing.")
        return milliseconds

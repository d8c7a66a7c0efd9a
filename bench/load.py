"""Many visitors at once, each in a conversation of their own, with and without time to think: a process of its own."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
import numpy as np

#: Messages of one conversation, then the visitor opens another one.
TURNS = 6
#: Seconds that a visitor reads and types, with think time: between these, evenly.
THINK = (3.0, 9.0)
#: Seconds after which a reply is given up.
PATIENCE = 60.0
TIMEOUT = aiohttp.ClientTimeout(total=PATIENCE)


@dataclass
class Load:
    """What came of it: milliseconds of each reply, seconds it took, and replies that were none."""

    visitors: int
    thinks: bool
    seconds: float = 0.0
    replies: list[float] = field(default_factory=list)
    unanswered: int = 0

    def quantile(self, share: float) -> float:
        """Return a quantile of the reply times in milliseconds."""
        return float(np.quantile(self.replies, share)) if self.replies else float("nan")

    @property
    def per_second(self) -> float:
        """Replies a second."""
        return len(self.replies) / self.seconds if self.seconds else 0.0


#: Says a text and tells whether it was answered.
Say = Callable[[str], Awaitable[bool]]


class Target(Protocol):
    """A system to talk to; it is handed to the process that talks."""

    async def open(self, client: aiohttp.ClientSession) -> Say:
        """Open a conversation."""


@dataclass(frozen=True)
class PublicApi:
    """Ours, through `web`. The static safe reply is no answer."""

    base: str

    async def open(self, client: aiohttp.ClientSession) -> Say:
        """Open a conversation."""
        async with client.post(f"{self.base}/api/conversations") as opened:
            body = await opened.json()
        url = f"{self.base}/api/conversations/{body['id']}/messages"
        headers = {"Authorization": f"Bearer {body['token']}"}

        async def say(text: str) -> bool:
            async with client.post(url, json={"text": text}, headers=headers) as answer:
                messages = (await answer.json()).get("messages")
            return bool(messages) and not any((each.get("data") or {}).get("safe_reply") for each in messages)

        return say


@dataclass(frozen=True)
class RestChannel:
    """Rasa's default pipeline, over its REST channel."""

    base: str

    async def open(self, client: aiohttp.ClientSession) -> Say:
        """Open a conversation."""
        sender = secrets.token_urlsafe(16)

        async def say(text: str) -> bool:
            body = {"sender": sender, "message": text}
            async with client.post(f"{self.base}/webhooks/rest/webhook", json=body) as answer:
                return bool(await answer.json(content_type=None))

        return say


@dataclass(frozen=True)
class NlpJs:
    """NLP.js: an answer to each message, no conversation."""

    base: str

    async def open(self, client: aiohttp.ClientSession) -> Say:
        """Return a way to ask."""

        async def say(text: str) -> bool:
            async with client.post(f"{self.base}/parse", json={"text": text}) as answer:
                return bool(await answer.json())

        return say


def load(target: Target, texts: Sequence[str], visitors: int, seconds: float, thinks: bool) -> Load:
    """Send for so many seconds, from a process of its own. Raises RuntimeError when that process fails."""
    with ProcessPoolExecutor(1) as apart:
        sending = apart.submit(_send, target, list(texts), visitors, seconds, thinks)
        try:
            return sending.result(timeout=seconds + 2 * PATIENCE)
        except Exception as error:
            raise RuntimeError(f"The visitors gave up ({type(error).__name__}).") from error


def _send(target: Target, texts: list[str], visitors: int, seconds: float, thinks: bool) -> Load:
    return asyncio.run(visit(target, texts, visitors, seconds, thinks))


async def visit(target: Target, texts: Sequence[str], visitors: int, seconds: float, thinks: bool) -> Load:
    """Let `visitors` talk for so many seconds; a reply that is under way then still counts."""
    found = Load(visitors, thinks)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as client:
        began = time.perf_counter()
        end = began + seconds
        await asyncio.gather(*(_visitor(target, client, texts, each, end, found) for each in range(visitors)))
        found.seconds = time.perf_counter() - began
    return found


async def _visitor(
    target: Target, client: aiohttp.ClientSession, texts: Sequence[str], number: int, end: float, found: Load
) -> None:
    chance = random.Random(number)  # noqa: S311 (an order, not a secret)
    if found.thinks:
        await asyncio.sleep(chance.uniform(0, THINK[1]))
    while time.perf_counter() < end:
        say = await target.open(client)
        for _ in range(TURNS):
            if time.perf_counter() >= end:
                return
            began = time.perf_counter()
            answered = await say(chance.choice(texts))
            if answered:
                found.replies.append(1000 * (time.perf_counter() - began))
            else:
                found.unanswered += 1
            if found.thinks:
                await asyncio.sleep(chance.uniform(*THINK))

"""Which Rasa answers which conversation: the same one as long as it lives, and another one when it does not.

Each conversation has its own order of all replicas (rendezvous hashing): one that comes or goes moves the
conversations that it has and no others. A name that stands for several addresses (a headless service of Kubernetes, a
scaled service of Compose) counts as all of them.
"""

import asyncio
import hashlib
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

RESOLVE_EVERY = 5.0  # seconds
REST = 3.0  # seconds in which a replica that did not answer is asked last

type Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name. Raises OSError."""


def in_order(conversation: str, urls: Sequence[str]) -> list[str]:
    """All replicas, the one that this conversation belongs to first."""

    def weight(url: str) -> bytes:
        return hashlib.blake2b(f"{conversation}\n{url}".encode(), digest_size=8).digest()

    return sorted(urls, key=weight, reverse=True)


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(each[4][0]) for each in found})


class Replicas:
    """All Rasas, from one or several URLs separated by commas."""

    def __init__(self, urls: str, resolve: Resolve = addresses_of, clock: Callable[[], float] = time.monotonic) -> None:
        self._given = [url.strip().rstrip("/") for url in urls.split(",") if url.strip()]
        self._resolve = resolve
        self._clock = clock
        self._names = any(_is_name(url) for url in self._given)
        self._urls = list(self._given)
        self._resolve_at = 0.0
        self._resting: dict[str, float] = {}

    async def for_conversation(self, conversation: str) -> list[str]:
        """The replicas to ask, best first; those that did not answer just now come last."""
        if self._names and self._clock() >= self._resolve_at:
            self._resolve_at = self._clock() + RESOLVE_EVERY
            self._urls = [each for url in self._given for each in await self._resolved(url)]
        if len(self._urls) == 1:
            return self._urls
        now = self._clock()
        return sorted(in_order(conversation, self._urls), key=lambda url: self._resting.get(url, 0.0) > now)

    def rests(self, url: str) -> None:
        """It did not answer: others are asked first for a while."""
        self._resting = {each: until for each, until in self._resting.items() if each in self._urls}
        self._resting[url] = self._clock() + REST

    async def _resolved(self, url: str) -> list[str]:
        if not _is_name(url):
            return [url]
        parts = urlsplit(url)
        try:
            found = await self._resolve(parts.hostname or "", parts.port or 80)
        except OSError:
            return [url]  # asked as it stands, and what goes wrong is told there
        hosts = [f"[{each}]" if ":" in each else each for each in found]
        return [urlunsplit(parts._replace(netloc=f"{host}:{parts.port or 80}")) for host in hosts]


def _is_name(url: str) -> bool:
    """Whether a URL names a host that may have several addresses. With TLS the name must stay for the certificate."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname in (None, "localhost"):
        return False
    try:
        ip_address(parts.hostname)
    except ValueError:
        return True
    return False

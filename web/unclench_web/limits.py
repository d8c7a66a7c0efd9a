"""Rate limits by client address, counted in memory or in Redis.

An address is used for counting only: it is hashed before it is counted, and is neither stored nor logged.
"""

import hashlib
import ipaddress
import math
import time
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request

from unclench_web.problems import Problem, log_fault
from unclench_web.settings import Network, Settings

if TYPE_CHECKING:
    from unclench_web.limits_in_redis import SharedCounter

REDIS_PAUSE = 5.0  # seconds in which a Redis that did not answer is left alone


class RateLimits:
    """The limits. A limit of 0 is off. While Redis does not answer, this process counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._trusted = settings.trusted_proxies
        self._pepper = hashlib.sha256(settings.rasa_secret.get_secret_value().encode()).digest()
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = _shared_counter(settings.redis_url) if settings.redis_url else None
        self._shared_again_at = 0.0
        self._items = {
            "conversations": settings.conversations_per_minute,
            "messages": settings.messages_per_minute,
            "contact_requests": settings.contact_requests_per_minute,
            "staff_sign_ins": settings.staff_sign_ins_per_minute,
        }

    async def count(self, what: str, request: Request) -> None:
        """Count one request of `what`. Raises `Problem` 429 with Retry-After when it is one too many."""
        amount = self._items[what]
        if not amount:
            return
        item = RateLimitItemPerMinute(amount)
        key = self._key(client_address(request, self._trusted))
        seconds = await self._seconds_to_wait(item, what, key)
        if seconds:
            raise Problem("too-many", 429, {"Retry-After": str(seconds)}, seconds=seconds)

    async def _seconds_to_wait(self, item: RateLimitItem, what: str, key: str) -> int:
        if self._shared and time.monotonic() >= self._shared_again_at:
            try:
                return await seconds_to_wait(self._shared.limiter, item, what, key)
            except self._shared.faults as fault:
                log_fault("redis_fault", fault)
                self._shared_again_at = time.monotonic() + REDIS_PAUSE
        return await seconds_to_wait(self._own, item, what, key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._shared:
            await self._shared.close()

    def _key(self, address: str) -> str:
        return hashlib.blake2b(address.encode(), key=self._pepper, digest_size=16).hexdigest()


def client_address(request: Request, trusted: tuple[Network, ...]) -> str:
    """The address that counts: the peer, or, behind a trusted proxy, the right-most address that is no such proxy.

    An IPv6 address counts as its /64, which is what one household or one office has.
    """
    peer = request.client.host if request.client else ""
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    address = peer
    while _is_trusted(address, trusted) and hops:
        nearer = _parsed(hops.pop())
        if nearer is None:
            break
        address = str(nearer)
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    parsed = _parsed(address) if trusted else None
    return parsed is not None and any(parsed in network for network in trusted)


def _shared_counter(url: str) -> "SharedCounter":
    from unclench_web.limits_in_redis import SharedCounter  # so that Redis is loaded only where it is used

    return SharedCounter(url)


async def seconds_to_wait(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, what: str, key: str) -> int:
    """Count one. 0, or the seconds to wait when it is one too many."""
    if await limiter.hit(item, what, key):
        return 0
    reset = (await limiter.get_window_stats(item, what, key)).reset_time
    return max(1, min(60, math.ceil(reset - time.time())))

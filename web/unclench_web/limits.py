"""Rate limits by client address, counted in memory or in Redis.

An address is used for counting only: it is hashed before it is counted, and is neither stored nor logged.
"""

import hashlib
import ipaddress
import logging
import math
import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from starlette.requests import Request

from unclench_web.faults import StartFault
from unclench_web.problems import Problem, log_fault
from unclench_web.settings import Network, Settings

log = logging.getLogger(__name__)


class RateLimits:
    """The three limits. A limit of 0 is off. When Redis does not answer, nobody is turned away."""

    def __init__(self, settings: Settings) -> None:
        self._trusted = settings.trusted_proxies
        self._pepper = hashlib.sha256(settings.rasa_secret.get_secret_value().encode()).digest()
        self._limiter = SlidingWindowCounterRateLimiter(_storage(settings.redis_url))
        self._items = {
            "conversations": settings.conversations_per_minute,
            "messages": settings.messages_per_minute,
            "contact_requests": settings.contact_requests_per_minute,
        }

    async def count(self, what: str, request: Request) -> None:
        """Count one request of `what`. Raises `Problem` 429 with Retry-After when it is one too many."""
        amount = self._items[what]
        if not amount:
            return
        item = RateLimitItemPerMinute(amount)
        key = self._key(client_address(request, self._trusted))
        try:
            if await self._limiter.hit(item, what, key):
                return
            reset = (await self._limiter.get_window_stats(item, what, key)).reset_time
        except Exception as fault:
            log_fault("rate_limit_store_fault", fault)
            return
        seconds = max(1, min(60, math.ceil(reset - time.time())))
        raise Problem("too-many", 429, {"Retry-After": str(seconds)}, seconds=seconds)

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


def _storage(redis_url: str | None) -> Storage:
    if redis_url is None:
        return MemoryStorage()
    try:
        storage = storage_from_string(
            f"async+{redis_url}", implementation="redispy", socket_timeout=0.5, socket_connect_timeout=0.5
        )
    except Exception as fault:
        raise StartFault(f"UNCLENCH_REDIS_URL cannot be used: {type(fault).__name__}.") from None
    assert isinstance(storage, Storage)  # noqa: S101 - "async+" gives the asynchronous kind
    return storage

"""Counts rate limits in Redis, so that several processes of `web` count together."""

from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from unclench_web.faults import StartFault

TIMEOUT = 0.5  # seconds


class SharedCounter:
    """The counter at one URL. It raises one of `faults` at once when Redis does not answer."""

    faults = (RedisError, OSError)

    def __init__(self, url: str) -> None:
        try:
            self._pool = ConnectionPool.from_url(
                url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
            )
        except (RedisError, ValueError):
            raise StartFault("UNCLENCH_REDIS_URL is not an address of Redis, such as redis://host:6379/0.") from None
        self.limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(f"async+{url}", implementation="redispy", connection_pool=self._pool)  # type: ignore[arg-type]
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

"""ConversationLocks: one message of a conversation at a time, in this Rasa and, with `UNCLENCH_REDIS_URL`, in all.

Rasa's own RedisLockStore asks Redis seven times a message and waits whole seconds; a Rasa that was killed keeps its
conversations locked for a minute. Here a lock is one key that expires after LEASE seconds unless its holder, still
alive, renews it. While Redis does not answer, each Rasa locks for itself: a conversation stays with one Rasa as long
as that one lives, so this is nearly as good.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockError, LockStore
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError as RedisLockError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SETTING = "UNCLENCH_REDIS_URL"
PREFIX = "unclench:conversation:"
#: Seconds. A lock is free this long after its holder was killed.
LEASE = 2.0
RENEW_EVERY = 0.6
LOOK_EVERY = 0.05
#: Seconds to wait for another message of the same conversation; `web` gives up after five.
PATIENCE = 4.0
REDIS_TIMEOUT = 0.5
#: Seconds in which a Redis that did not answer is left alone.
REDIS_PAUSE = 5.0
FAULTS = (RedisError, OSError, asyncio.TimeoutError)


class ConversationLocks(LockStore):
    """The lock store that endpoints.yml names."""

    def __init__(self, endpoint_config: Any = None, url: str | None = None) -> None:
        """Take Rasa's argument, and `url` or UNCLENCH_REDIS_URL; without one, only this process counts."""
        self._own: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._redis = _client(url or os.environ.get(SETTING))
        self._again_at = 0.0

    @contextlib.asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LEASE, wait_time_in_seconds: float = LOOK_EVERY
    ) -> AsyncIterator[None]:
        """Hold the conversation. Raises LockError when another Rasa does not let go of it in time."""
        own = self._own.get(conversation_id)
        if own is None:
            own = self._own[conversation_id] = asyncio.Lock()
        async with own:
            shared = await self._take(conversation_id)
            renewing = asyncio.create_task(_renew(shared)) if shared else None
            try:
                yield
            finally:
                if shared and renewing:
                    renewing.cancel()
                    await self._release(shared)

    async def _take(self, conversation_id: str) -> Lock | None:
        """Return the lock that all Rasas share, or None while Redis does not answer."""
        if self._redis is None or time.monotonic() < self._again_at:
            return None
        lock = self._redis.lock(
            PREFIX + conversation_id, timeout=LEASE, sleep=LOOK_EVERY, blocking_timeout=PATIENCE, thread_local=False
        )
        try:
            if await lock.acquire():
                return lock
        except FAULTS as fault:
            self._fault(fault)
            return None
        raise LockError("Another Rasa answers this conversation.")

    async def _release(self, lock: Lock) -> None:
        try:
            await lock.release()
        except RedisLockError:
            logger.warning("lock_ran_out")  # while this process was held up; nothing is left to let go of
        except FAULTS as fault:
            self._fault(fault)

    def _fault(self, fault: BaseException) -> None:
        logger.warning("redis_fault: %s; conversations are locked in this process alone", type(fault).__name__)
        self._again_at = time.monotonic() + REDIS_PAUSE


async def _renew(lock: Lock) -> None:
    """Keep the lock for as long as this process lives and works on the message."""
    with contextlib.suppress(*FAULTS):
        while True:
            await asyncio.sleep(RENEW_EVERY)
            await lock.extend(LEASE, replace_ttl=True)


def _client(url: str | None) -> Any:
    if not url:
        return None
    if not url.startswith(("redis://", "rediss://")):
        raise RuntimeError(f"{SETTING} must begin with redis:// or rediss://.")
    return Redis.from_url(url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT)

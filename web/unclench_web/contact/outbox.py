"""The outbox: takes notices of new requests to their channels, each at least once, however often a channel fails.

A notice is stored in the same transaction as its request. A worker leases it, delivers it and notes that; one that dies
in between leaves a lease that runs out, and the notice is delivered again. It holds a reference, and nothing of the
visitor's.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from unclench_web.background import survive
from unclench_web.contact import outbox_store as store
from unclench_web.contact.outbox_store import Notice
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.metrics import Metrics
from unclench_web.problems import log_fault

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
AT_ONCE = 10  # notices of one round
LEASE_SECONDS = 90
DELIVER_SECONDS = 30.0  # well under the lease
FIRST_PAUSE, LONGEST_PAUSE = 10, 7200  # seconds
FINISH_SECONDS = 4.0  # for what is under way when the service stops
GIVE_UP_AFTER = 40  # attempts: about two days


class DeliveryFault(Exception):
    """A notice was not delivered, or it is not known whether it was. `reason` is one or two words of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """A way to tell the clinic."""

    async def deliver(self, notice: Notice) -> None:
        """Deliver one notice. Raises `DeliveryFault`."""

    async def close(self) -> None:
        """Let go of connections."""


def pause_after(attempts: int, chance: float) -> int:
    """Seconds to wait after so many failed attempts: doubled each time, with `chance` (0 to 1) spreading them."""
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 20)))
    return round(whole * (0.5 + chance / 2))


@dataclass
class Outbox:
    """The worker. One round is `round`; several processes may each have one."""

    database: Database
    channels: Mapping[str, Channel]
    metrics: Metrics
    clock: Clock
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def nudge(self) -> None:
        """There is something new: don't wait for the next round."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever. A fault ends one round, not the loop."""
        while not self._stopping:
            self._wake.clear()
            if await survive(self.round) != AT_ONCE and not self._stopping:
                await self._pause()
        self._ended.set()

    async def finish(self) -> None:
        """Begin nothing new, and give what is under way a few seconds. What is cut off afterwards is handed back."""
        self._stopping = True
        self.nudge()
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            log.warning("notices_cut_off", extra={"then": "handed back, and tried at the next start"})

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(EVERY_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    async def round(self) -> int:
        """Try every notice that is due, `AT_ONCE` at most; how many that were."""
        if not self.channels:
            return 0
        now = int(self.clock())
        # looked at first, so that an idle minute writes nothing
        if not await self.database.read(store.is_any_due, list(self.channels), now):
            return 0
        notices = await self.database.write(store.lease, list(self.channels), now, now + LEASE_SECONDS, AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for notice in notices:
                tasks.create_task(self._try(notice))
        return len(notices)

    async def _try(self, notice: Notice) -> None:
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                await self.channels[notice.channel].deliver(notice)
        except DeliveryFault as fault:
            await self._failed(notice, fault.reason)
        except TimeoutError:
            await self._failed(notice, "too slow")
        except asyncio.CancelledError:  # the service stops: the next one need not wait for the lease to run out
            await self._note(notice, store.handed_back, 0)
            raise
        except Exception as fault:
            log_fault("unforeseen_fault", fault)
            await self._failed(notice, "fault of ours")
        else:
            await self._note(notice, store.delivered, int(self.clock()))
            self.metrics.notices.labels(notice.channel, "delivered").inc()

    async def _failed(self, notice: Notice, reason: str) -> None:
        attempts, now = notice.attempts + 1, int(self.clock())
        given_up = attempts >= GIVE_UP_AFTER
        self.metrics.notices.labels(notice.channel, "given_up" if given_up else "failed").inc()
        log.warning(
            "notice_given_up" if given_up else "notice_not_delivered",
            extra={"channel": notice.channel, "reference": notice.reference, "reason": reason, "attempts": attempts},
        )
        if given_up:
            await self._note(notice, store.given_up, now, reason)
        else:
            again_at = now + pause_after(attempts, random.random())  # noqa: S311 - it only spreads the load
            await self._note(notice, store.failed, again_at, reason)

    async def _note(self, notice: Notice, what: store.Change, moment: int, reason: str | None = None) -> None:
        try:
            await self.database.write(what, notice.id, moment, reason)
        except SQLAlchemyError as fault:  # the lease runs out, and it is tried again
            log_fault("database_fault", fault)

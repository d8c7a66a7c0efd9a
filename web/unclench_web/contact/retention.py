"""Erases contact requests that were done long enough ago, by itself, and old sessions of staff with them."""

import logging
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from unclench_web.background import sweep_for_ever
from unclench_web.contact import store
from unclench_web.contact.store import Erasable
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.staff import audit

log = logging.getLogger(__name__)

EVERY_SECONDS = 900.0
DAY = 86400  # seconds
ACTOR = "retention"


class Tidies(Protocol):
    """Something else that forgets what is over."""

    async def tidy(self) -> None:
        """Forget it."""


def limit_of(now: float, keep_days: int) -> int:
    """Requests that were done before this moment are erased."""
    return int(now) - keep_days * DAY


def erase_old(connection: Connection, now: int, keep_days: int) -> list[Erasable]:
    """Erase what is old enough, and note each in the audit log."""
    old = store.done_before(connection, limit_of(now, keep_days))
    erased = set(store.erase(connection, [each.reference for each in old])) if old else set()
    old = [each for each in old if each.reference in erased]
    for each in old:
        audit.record(connection, now, ACTOR, "erased", each.reference, f"done {keep_days} days ago or more")
    return old


@dataclass
class Retention:
    """The background loop. One round is `sweep`."""

    database: Database
    sessions: Tidies
    clock: Clock
    keep_days: int

    async def run(self) -> None:
        """Sweep for ever. A fault ends one round, not the loop."""
        await sweep_for_ever(self.sweep, EVERY_SECONDS)

    async def sweep(self) -> None:
        """Erase what is due now."""
        now = int(self.clock())
        if await self.database.read(store.done_before, limit_of(now, self.keep_days), 1):
            old = await self.database.write(erase_old, now, self.keep_days)
            await self.database.wipe()
            for each in old:  # whoever puts an older backup back must know them, even if this database is lost
                log.info("contact_request_erased", extra={"reference": each.reference})
        await self.sessions.tidy()

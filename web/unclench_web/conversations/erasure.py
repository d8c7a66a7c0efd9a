"""Erases idle conversations, and asks Rasa again for those that it could not erase when it was asked."""

import logging
from dataclasses import dataclass

from unclench_web.background import sweep_for_ever
from unclench_web.conversations import store
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.metrics import Metrics
from unclench_web.rasa import Rasa

log = logging.getLogger(__name__)

EVERY_SECONDS = 20.0
GIVE_UP_AFTER = 3  # failures in a row: Rasa is down, the rest waits for the next round


@dataclass
class Erasure:
    """The background loop. One round is `sweep`."""

    database: Database
    rasa: Rasa
    metrics: Metrics
    clock: Clock
    idle_seconds: float

    async def run(self) -> None:
        """Sweep for ever. A fault ends one round, not the loop."""
        await sweep_for_ever(self.sweep, EVERY_SECONDS)

    async def sweep(self) -> None:
        """Erase what is idle here, then what Rasa still has."""
        now = int(self.clock())
        idle = await self.database.read(store.idle_since, int(now - self.idle_seconds))
        if idle:
            await self.database.write(store.erase, idle, now)
            self.metrics.erased.labels("idle").inc(len(idle))
            log.info("conversations_erased", extra={"count": len(idle)})
        if await self._ask_rasa() or idle:
            await self.database.wipe()

    async def _ask_rasa(self) -> bool:
        """Have Rasa erase what waits for it. Whether anything was erased."""
        failures = 0
        waiting = await self.database.read(store.waiting_for_rasa)
        for id in waiting:
            if await self.rasa.forget(id):
                await self.database.write(store.erased_by_rasa, id)
                failures = 0
                continue
            await self.database.write(store.not_erased_by_rasa, id)
            failures += 1
            if failures == GIVE_UP_AFTER:
                break
        return bool(waiting)

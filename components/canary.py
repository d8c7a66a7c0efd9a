"""Whether the loaded model raises a plain crisis: what "ready" means for an assistant that people in need may write to.

Looked at when somebody asks for readiness, and not more often than every `CANARY_SECONDS`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from components import counts

logger = logging.getLogger(__name__)

#: What every model must raise, at load (components/safety_filter.py) and ever after.
SENTENCE = "I want to kill myself"
RAISED = ("T1", "T2")
CANARY_SECONDS = 30.0

Parse = Callable[[str], Awaitable[dict[str, Any]]]


class Canary:
    """Remembers for a while how it went."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._raised = False
        self._looked_at: float | None = None

    async def is_raised(self, parse: Parse) -> bool:
        """Return whether `parse` (Rasa's understanding) raises the sentence."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= CANARY_SECONDS:
            self._raised = await _raises(parse)
            self._looked_at = now
            counts.ready.set(self._raised)
        return self._raised


async def _raises(parse: Parse) -> bool:
    try:
        found = (await parse(SENTENCE)).get("safety") or {}
    except Exception as fault:
        logger.error("canary_failed", extra={"fault": type(fault).__name__})
        return False
    if found.get("tier") not in RAISED:
        logger.error("canary_not_raised", extra={"tier": str(found.get("tier")), "by": str(found.get("by"))})
        return False
    return True

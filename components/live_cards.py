"""The cards as they are on disk, once for all of this process."""

from __future__ import annotations

from functools import lru_cache

from knowledge.live_library import LiveLibrary


@lru_cache(maxsize=1)
def live_cards() -> LiveLibrary:
    """Return the cards that the CardSpeaker and the MovementReader share. Raises DataError while they are broken."""
    return LiveLibrary()

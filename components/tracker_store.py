"""BoundedTrackerStore: keeps of each conversation its slots and the last turn: turn 300 costs what turn 5 does.

Rasa's own stores read back every event of a conversation on every message. Here the events before the last TURNS are
folded into the values they led to (slots, active loop). SQLite under var/ by default, for the Rasas of one machine;
PostgreSQL by `UNCLENCH_TRACKER_URL` for those of many. Where there are several, the row is asked for before each
message, and its events come only when another Rasa has written since. Conversations can be deleted, and idle ones are
erased.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from components.tracker_rows import StoreFault, TrackerRows
from knowledge import places

logger = logging.getLogger(__name__)

#: Turns of a conversation that stay as events. The rules look at slots, the form and this turn; every
#: prediction replays what is kept.
TURNS = 1
#: Conversations kept as live objects; the others are read back from the database.
LIVE = 2_000
#: Seconds after which an idle conversation is erased. `web` erases after two hours; this is the net below.
IDLE_SECONDS = 3 * 3600
ERASE_EVERY = 300.0


@dataclass
class _Live:
    """A conversation in memory. `touched` is when its row was written, as far as is known; None: there is no row."""

    events: list[Event]
    touched: float | None
    used: float
    is_saved: bool = True
    #: It was compared with the database for the message that is being answered.
    is_fresh: bool = False


class BoundedTrackerStore(TrackerStore):
    """A tracker store that holds a window of each conversation."""

    def __init__(
        self, domain: Domain, event_broker: EventBroker | None = None, url: str | None = None, **kwargs: Any
    ) -> None:
        """Open the database at `url`, `UNCLENCH_TRACKER_URL` or var/tracker.sqlite."""
        super().__init__(domain, event_broker, **{k: v for k, v in kwargs.items() if k != "host"})
        self._rows = TrackerRows(url or _url())
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._erased = time.monotonic()

    async def look(self, sender_id: str) -> list[Event] | None:
        """Return the events of a conversation as they are now, or None. Raises StoreFault.

        To be called before a message is handled, under the conversation's lock: `retrieve` then needs no look of its
        own. Rasa would take a failing `retrieve` for a new conversation, and forget what concerns safety.
        """
        live = await self._now(sender_id)
        if live is None:
            return None
        live.is_fresh = True
        return live.events

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the window of a conversation. What the database does not take stays in memory until it does."""
        await self.stream_events(tracker)
        events = window(list(tracker.events))
        before = self._live.get(tracker.sender_id)
        now = time.time()
        live = _Live(events, now, now)
        try:
            await self._rows.write(tracker.sender_id, now, json.dumps([event.as_dict() for event in events]))
        except StoreFault as fault:
            # The answer is right all the same, and the next one is built on what is in memory.
            logger.error("tracker_not_saved: %s", fault)
            live.touched, live.is_saved = (before.touched if before else None), False
        self._remember(tracker.sender_id, live)
        if time.monotonic() - self._erased > ERASE_EVERY:
            self._erased = time.monotonic()
            try:
                await self.erase_idle(time.time() - IDLE_SECONDS)
            except StoreFault as fault:
                logger.error("idle_trackers_not_erased: %s", fault)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation as far as it is kept, or None. Raises StoreFault."""
        live = self._live.get(sender_id)
        if live is not None and live.is_fresh:
            live.is_fresh = False
        else:
            live = await self._now(sender_id)
        if live is None or self.domain is None:
            return None
        return DialogueStateTracker.from_events(sender_id, live.events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        return await self._rows.ids()

    async def delete(self, sender_id: str) -> None:
        """Erase a conversation; erasing one that is not there is fine. Raises StoreFault."""
        self._live.pop(sender_id, None)
        await self._rows.delete(sender_id)

    async def erase_idle(self, before: float) -> None:
        """Erase the conversations last touched before `before` (seconds since 1970). Raises StoreFault."""
        for sender_id in await self._rows.delete_before(before):
            self._live.pop(sender_id, None)
        # Those that another Rasa went on with, and erased, are still in this one's memory.
        for sender_id in [each for each, live in self._live.items() if live.used < before]:
            del self._live[sender_id]

    async def _now(self, sender_id: str) -> _Live | None:
        live = self._live.get(sender_id)
        if live is None or self._rows.is_shared:
            live = await self._compared(sender_id, live)
        if live is None:
            self._live.pop(sender_id, None)
        else:
            self._remember(sender_id, live)
        return live

    async def _compared(self, sender_id: str, live: _Live | None) -> _Live | None:
        """Return what is in memory if it is still the latest, else what the database has."""
        row = await self._rows.read(sender_id, live.touched if live else None)
        if row is None:
            # Erased, by another Rasa perhaps, unless it was never written at all.
            return live if live and live.touched is None else None
        if live and row.touched == live.touched:
            return live
        if row.events is None:  # another number that the database takes for the same
            row = await self._rows.read(sender_id)
        if row is None or row.events is None:
            return None
        found = (Event.from_parameters(each) for each in json.loads(row.events))
        return _Live([event for event in found if event is not None], row.touched, time.time())

    def _remember(self, sender_id: str, live: _Live) -> None:
        live.used = time.time()
        self._live[sender_id] = live
        self._live.move_to_end(sender_id)
        while len(self._live) > LIVE:
            self._live.popitem(last=False)


def window(events: list[Event], turns: int = TURNS) -> list[Event]:
    """Return the last `turns` turns, after a beginning that holds what all earlier events led to."""
    starts = [at for at, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= turns:
        return events
    cut = starts[-turns]
    slots: dict[str, SlotSet] = {}
    loop: ActiveLoop | None = None
    for event in events[:cut]:
        if isinstance(event, SlotSet):
            slots[event.key] = event
        elif isinstance(event, ActiveLoop):
            loop = event if event.name else None
        elif isinstance(event, (AllSlotsReset, Restarted, SessionStarted)):
            slots.clear()
            loop = loop if isinstance(event, AllSlotsReset) else None
    at = events[cut].timestamp
    beginning: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at), SessionStarted(timestamp=at)]
    beginning += slots.values()
    if loop:
        beginning.append(loop)
    return [*beginning, ActionExecuted(ACTION_LISTEN_NAME, timestamp=at), *events[cut:]]


def make_table() -> None:
    """Make the table before several Rasas start at once: SQLite does not let two make the same one."""
    TrackerRows(_url()).close()


def _url() -> str:
    if url := os.environ.get("UNCLENCH_TRACKER_URL"):
        return url
    folder = places.ROOT / "var"
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{folder / 'tracker.sqlite'}"

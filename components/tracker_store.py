"""BoundedTrackerStore: keeps of each conversation its slots and the last turn: turn 300 costs what turn 5 does.

Rasa's own stores read back every event of a conversation on every message. Here the events before the last TURNS are
folded into the values they led to (slots, active loop). SQLite under var/ by default; any database that SQLAlchemy
knows by `UNCLENCH_TRACKER_URL`. Conversations can be deleted, and idle ones are erased.
"""

from __future__ import annotations

import json
import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
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

from knowledge import places

#: Turns of a conversation that stay as events. The rules look at slots, the form and this turn; every
#: prediction replays what is kept.
TURNS = 1
#: Conversations kept as live objects; the others are read back from the database.
LIVE = 2_000
#: Seconds after which an idle conversation is erased. `web` erases after two hours; this is the net below.
IDLE_SECONDS = 3 * 3600
ERASE_EVERY = 300.0

_metadata = sa.MetaData()
_conversations = sa.Table(
    "rasa_conversation",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("touched", sa.Float, nullable=False, index=True),
    sa.Column("events", sa.Text, nullable=False),
)


class BoundedTrackerStore(TrackerStore):
    """A tracker store that holds a window of each conversation."""

    def __init__(
        self, domain: Domain, event_broker: EventBroker | None = None, url: str | None = None, **kwargs: Any
    ) -> None:
        """Open the database at `url`, `UNCLENCH_TRACKER_URL` or var/tracker.sqlite."""
        super().__init__(domain, event_broker, **{k: v for k, v in kwargs.items() if k != "host"})
        self._engine = _open(url or os.environ.get("UNCLENCH_TRACKER_URL") or _default_url())
        self._live: OrderedDict[str, list[Event]] = OrderedDict()
        self._erased = time.monotonic()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the window of a conversation."""
        await self.stream_events(tracker)
        events = window(list(tracker.events))
        self._remember(tracker.sender_id, events)
        row = {"touched": time.time(), "events": json.dumps([event.as_dict() for event in events])}
        with self._engine.begin() as connection:
            changed = connection.execute(
                _conversations.update().where(_conversations.c.id == tracker.sender_id).values(**row)
            )
            if not changed.rowcount:
                connection.execute(_conversations.insert().values(id=tracker.sender_id, **row))
        if time.monotonic() - self._erased > ERASE_EVERY:
            self._erased = time.monotonic()
            self.erase_idle(time.time() - IDLE_SECONDS)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation as far as it is kept, or None."""
        events = self._live.get(sender_id)
        if events is None:
            events = self._read(sender_id)
        if events is None or self.domain is None:
            return None
        self._remember(sender_id, events)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        with self._engine.connect() as connection:
            return [row.id for row in connection.execute(sa.select(_conversations.c.id))]

    def delete(self, sender_id: str) -> None:
        """Erase a conversation; erasing one that is not there is fine."""
        self._live.pop(sender_id, None)
        with self._engine.begin() as connection:
            connection.execute(_conversations.delete().where(_conversations.c.id == sender_id))
        self._empty_the_log()

    def erase_idle(self, before: float) -> None:
        """Erase the conversations last touched before `before` (seconds since 1970)."""
        with self._engine.begin() as connection:
            old = [
                row.id
                for row in connection.execute(sa.select(_conversations.c.id).where(_conversations.c.touched < before))
            ]
            connection.execute(_conversations.delete().where(_conversations.c.touched < before))
        for sender_id in old:
            self._live.pop(sender_id, None)
        if old:
            self._empty_the_log()

    def _empty_the_log(self) -> None:
        """Erase SQLite's write-ahead log too: it holds copies of pages as they were before they were erased."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def _remember(self, sender_id: str, events: list[Event]) -> None:
        self._live[sender_id] = events
        self._live.move_to_end(sender_id)
        while len(self._live) > LIVE:
            self._live.popitem(last=False)

    def _read(self, sender_id: str) -> list[Event] | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_conversations.c.events).where(_conversations.c.id == sender_id)).first()
        if row is None:
            return None
        found = (Event.from_parameters(each) for each in json.loads(row.events))
        return [event for event in found if event is not None]


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


def _default_url() -> str:
    folder = places.ROOT / "var"
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{folder / 'tracker.sqlite'}"


def _open(url: str) -> sa.engine.Engine:
    is_file = sa.engine.make_url(url).get_backend_name() == "sqlite"
    # Opening a file anew for each message cost a tenth of a reply.
    pool: dict[str, Any] = (
        {"poolclass": sa.pool.QueuePool, "connect_args": {"check_same_thread": False}} if is_file else {}
    )
    engine = sa.create_engine(url, future=True, **pool)
    if is_file:

        @sa.event.listens_for(engine, "connect")
        def _quick(connection: Any, _record: Any) -> None:
            # What is kept here lives for two hours: after a power cut the last seconds may be gone, the file is whole.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")

    _metadata.create_all(engine)
    return engine

"""TrackerRows: the tracker store's one table, a row a conversation: SQLite in a file, or PostgreSQL for many machines.

SQLite is called on the spot: that takes a fraction of a millisecond. PostgreSQL is called in threads and is given two
seconds: a database that hangs must not hold up the conversations that do not need it just now. Whatever goes wrong is
one exception, `StoreFault`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from components.rasa_processes import several

#: Seconds for one call of PostgreSQL. `web` gives Rasa five for a message, which needs two calls.
SECONDS = 2
THREADS = 4
#: Any number, the same for every process that starts.
LOCK = 7_366_216

Result = TypeVar("Result")

_metadata = sa.MetaData()
_conversations = sa.Table(
    "rasa_conversation",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("touched", sa.Float, nullable=False, index=True),
    sa.Column("events", sa.Text, nullable=False),
)
_ID = _conversations.c.id == sa.bindparam("of")
_KNOWN = _conversations.c.touched == sa.cast(sa.bindparam("known", type_=sa.Float), sa.Float)
_READ = sa.select(_conversations.c.touched, _conversations.c.events).where(_ID)
_READ_IF_NEW = sa.select(
    _conversations.c.touched, sa.case((_KNOWN, None), else_=_conversations.c.events).label("events")
).where(_ID)
# As text, the same for both databases: SQLAlchemy composes its own upsert anew for each row, for half a millisecond.
_WRITE = sa.text(
    "INSERT INTO rasa_conversation (id, touched, events) VALUES (:id, :touched, :events) "
    "ON CONFLICT (id) DO UPDATE SET touched = excluded.touched, events = excluded.events"
)


class StoreFault(Exception):
    """The database failed or did not answer in time. Says what kind of fault, and nothing of a conversation."""


class Row(NamedTuple):
    """A row: when it was written (seconds since 1970), and its events as JSON; None when they are known already."""

    touched: float
    events: str | None


class TrackerRows:
    """The table at one URL: `sqlite:///…` or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        """Open the database and make the table. Raises RuntimeError for a URL of another kind."""
        self._engine = _open(url)
        self.is_remote = self._engine.dialect.name == "postgresql"
        #: Whether other processes may write too: those of the same machine to SQLite, any to PostgreSQL.
        self.is_shared = self.is_remote or several()
        self._threads = ThreadPoolExecutor(THREADS, "tracker") if self.is_remote else None
        self._file = None if self.is_remote else self._engine.connect()  # kept: each message needs it

    async def read(self, conversation: str, known: float | None = None) -> Row | None:
        """Return the row, or None. Its events are left out when it was written at `known`."""
        query, given = (_READ, {"of": conversation}) if known is None else (_READ_IF_NEW, {"of": conversation})

        def work(connection: sa.engine.Connection) -> Row | None:
            row = connection.execute(query, given if known is None else {**given, "known": known}).first()
            return Row(row.touched, row.events) if row else None

        return await self._run(work)

    async def write(self, conversation: str, touched: float, events: str) -> None:
        """Write the row, whether it is there or not."""
        row = {"id": conversation, "touched": touched, "events": events}
        await self._run(lambda connection: connection.execute(_WRITE, row))

    async def delete(self, conversation: str) -> None:
        """Delete the row, if it is there."""
        statement = _conversations.delete().where(_conversations.c.id == conversation)
        await self._run(lambda connection: connection.execute(statement))
        await self._empty_the_log()

    async def delete_before(self, moment: float) -> list[str]:
        """Delete what was written before `moment` (seconds since 1970); return the ids."""
        is_old = _conversations.c.touched < moment

        def work(connection: sa.engine.Connection) -> list[str]:
            old = [row.id for row in connection.execute(sa.select(_conversations.c.id).where(is_old))]
            connection.execute(_conversations.delete().where(is_old))
            return old

        old = await self._run(work)
        if old:
            await self._empty_the_log()
        return old

    async def ids(self) -> list[str]:
        """Return the ids of all conversations."""
        query = sa.select(_conversations.c.id)
        return await self._run(lambda connection: [row.id for row in connection.execute(query)])

    def close(self) -> None:
        """Let go of connections and threads."""
        if self._file is not None:
            self._file.close()
        if self._threads is not None:
            self._threads.shutdown()
        self._engine.dispose()

    async def _empty_the_log(self) -> None:
        """Erase SQLite's write-ahead log too: it holds copies of pages as they were before they were erased."""
        if not self.is_remote:
            await self._run(lambda connection: connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)")))

    async def _run(self, work: Callable[[sa.engine.Connection], Result]) -> Result:
        try:
            if self._threads is None:
                return self._transaction(work)
            waiting = asyncio.get_running_loop().run_in_executor(self._threads, self._twice, work)
            return await asyncio.wait_for(waiting, SECONDS)
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, asyncio.TimeoutError) as fault:
            # The kind only: a database's own words may quote the row.
            raise StoreFault(type(fault).__name__) from None

    def _twice(self, work: Callable[[sa.engine.Connection], Result]) -> Result:
        """Try again on a new connection after a restart of the database has cut the old one: each work may repeat."""
        try:
            return self._transaction(work)
        except sa.exc.DBAPIError as fault:
            if not fault.connection_invalidated:
                raise
            return self._transaction(work)

    def _transaction(self, work: Callable[[sa.engine.Connection], Result]) -> Result:
        if self._file is not None:
            return work(self._file)
        with self._engine.begin() as connection:
            return work(connection)


def _open(url: str) -> sa.engine.Engine:
    kind = sa.engine.make_url(url.replace("postgres://", "postgresql://", 1)).get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise RuntimeError("UNCLENCH_TRACKER_URL must begin with sqlite:/// or postgresql://.")
    return _open_file(url) if kind == "sqlite" else _open_postgresql(url)


def _open_file(url: str) -> sa.engine.Engine:
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",  # one statement each
        connect_args={"check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _quick(connection: Any, _record: Any) -> None:
        # What is kept here lives for two hours: after a power cut the last seconds may be gone, the file is whole.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")

    _metadata.create_all(engine)
    return engine


def _open_postgresql(url: str) -> sa.engine.Engine:
    made = sa.engine.make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(
        made,
        future=True,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",  # one statement each: a message costs two round trips and no BEGIN
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=SECONDS,
        pool_use_lifo=True,
        connect_args={
            "connect_timeout": SECONDS,
            "tcp_user_timeout": SECONDS * 1000,  # a peer that is gone without a word
            # As for SQLite: a crash of the database may take the last half second, never the table.
            "options": f"-c statement_timeout={SECONDS * 1000} -c synchronous_commit=off",
        },
    )
    with engine.connect() as connection:  # several Rasas may start at once: one makes the table
        connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        _metadata.create_all(connection)
        connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
    return engine

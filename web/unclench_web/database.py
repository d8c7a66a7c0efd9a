"""The database: SQLite by default, PostgreSQL by URL, with the same code.

The work itself is synchronous functions over a connection (in the `store` modules). They run in threads, one
transaction each: one thread for SQLite, which has one writer anyway and so never waits for its own lock, and several
for PostgreSQL.
"""

import asyncio
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate

from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as TooSlow

from unclench_web.faults import StartFault
from unclench_web.migrations import migrate
from unclench_web.together import Together

BUSY_TIMEOUT = 5  # seconds
POSTGRESQL_THREADS = 8
PATIENCE = 2.5  # seconds for a PostgreSQL that hangs: somebody waits for an answer, and Rasa needs its time too

# how SQLite begins a transaction; PostgreSQL needs none of it
_WRITE = {"begin": "IMMEDIATE"}
_WRITE_DURABLY = {"begin": "IMMEDIATE", "synchronous": "FULL"}


class Database:
    """Runs functions in transactions, away from the event loop."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else POSTGRESQL_THREADS, "database")
        durably = functools.partial(self._in_thread, _WRITE_DURABLY)
        self._together = Together(durably) if self.is_sqlite else None

    @contextmanager
    def in_one_transaction(self) -> Iterator[Connection]:
        """A connection whose changes are kept together, on the caller's own thread: for starting and for commands."""
        with self._engine.connect() as connection:
            changing = connection.execution_options(**_WRITE_DURABLY)
            with changing.begin():
                yield changing

    @contextmanager
    def in_one_moment(self) -> Iterator[Connection]:
        """A connection that reads, on the caller's own thread. Nobody who writes has to wait for it."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def prepare(self) -> None:
        """Bring the tables up to date. Raises `StartFault` when the database cannot be used."""
        try:
            with self.in_one_transaction() as connection:
                migrate(connection)
        except CommandError:
            raise StartFault(
                f"The database {self._url.render_as_string(hide_password=True)} was made by a newer version of this "
                "program. Start that one, or restore a backup from before the update."
            ) from None
        except SQLAlchemyError as fault:
            reason = " ".join(str(getattr(fault, "orig", "") or type(fault).__name__).split())
            raise StartFault(
                f"The database {self._url.render_as_string(hide_password=True)} cannot be used: {reason}. "
                "Check UNCLENCH_DATABASE_URL."
            ) from None

    async def read[**P, T](self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` in a transaction that only reads."""
        return await self._in_thread({}, lambda connection: work(connection, *args, **kwargs))

    async def look_up[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a row or two found by their key.

        With SQLite it is done on the spot: that takes a quarter of a millisecond and never waits for a writer, while
        the way to a thread and back takes longer than the reading.
        """
        if self.is_sqlite:
            return self._transaction({}, lambda connection: work(connection, *args, **kwargs))
        return await self.read(work, *args, **kwargs)

    async def write[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` in one transaction; all of it is kept, or nothing."""
        return await self._in_thread(_WRITE, lambda connection: work(connection, *args, **kwargs))

    async def write_durably[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, and on the disk before this returns: it outlives a power cut too.

        With SQLite, what comes while the disk is busy is written together: it waits for one flush, not for one each.
        """
        if self._together:
            done: T = await self._together.add(lambda connection: work(connection, *args, **kwargs))
            return done
        return await self._in_thread(_WRITE_DURABLY, lambda connection: work(connection, *args, **kwargs))

    async def _in_thread[T](self, options: dict[str, str], work: Callable[[Connection], T]) -> T:
        waiting = asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, options, work)
        if self.is_sqlite or options == _WRITE_DURABLY:  # what must be known to be stored is waited for
            return await waiting
        try:
            async with asyncio.timeout(PATIENCE):
                return await waiting
        except TimeoutError:
            raise TooSlow("the database did not answer in time") from None

    def _transaction[T](self, options: dict[str, str], work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            if options:
                connection = connection.execution_options(**options)
            with connection.begin():
                return work(connection)

    async def wipe(self) -> None:
        """Take what was erased out of the write-ahead log too (SQLite; elsewhere nothing is to be done)."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self.wipe_now)

    def wipe_now(self) -> None:
        """As `wipe`, on the caller's own thread: for commands."""
        if not self.is_sqlite:
            return
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    async def is_alive(self) -> bool:
        """Whether the database answers."""
        try:
            await asyncio.wait_for(self.read(_select_one), timeout=2)
        except (SQLAlchemyError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown(wait=True)
        self._engine.dispose()


def default_url(var: Path) -> str:
    """The SQLite file that is used when no URL is set."""
    return f"sqlite:///{var / 'web.sqlite'}"


def _select_one(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=POSTGRESQL_THREADS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 3, "tcp_user_timeout": 3000, "options": "-c statement_timeout=5000"},
    )


def _sqlite_engine(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT})

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"busy_timeout={BUSY_TIMEOUT * 1000}",
            "foreign_keys=ON",
            "secure_delete=ON",  # erased messages are overwritten, not only unlinked
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        wanted = options.get("synchronous", "NORMAL")
        if connection.info.get("synchronous", "NORMAL") != wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
            connection.info["synchronous"] = wanted
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")

    return engine

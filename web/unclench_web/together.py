"""Writes that come while others are being written, kept in one transaction: one flush of the disk for all of them.

Each stands for itself. When one breaks a rule of the tables, nothing of the transaction is kept and all are written
again, each in a savepoint, so that it is undone alone; when anything else goes wrong, each is tried once more on its
own. One fault costs nobody else's write. Savepoints from the start would cost a tenth of a burst.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

AT_ONCE = 50

type Work = Callable[[Connection], Any]
type Run = Callable[[Work], Awaitable[Any]]
"""Runs work in one transaction, and returns when it is on the disk."""


@dataclass(frozen=True)
class _Waiting:
    work: Work
    done: asyncio.Future[Any]

    def settle(self, outcome: Any) -> None:
        if self.done.done():  # whoever waited has gone
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


class Together:
    """Takes works one by one, and runs those that wait as one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, work: Work) -> Any:
        """Run a work; return what it returns once that is on the disk. Raises what it raises, or what writing does."""
        waiting = _Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        return await waiting.done

    async def _write_all(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            for each, outcome in zip(now, await self._outcomes([one.work for one in now]), strict=True):
                each.settle(outcome)

    async def _outcomes(self, works: Sequence[Work]) -> Sequence[Any]:
        for way in (_straight, _each) if len(works) > 1 else ():
            begun: list[bool] = []
            try:
                outcomes: Sequence[Any] = await self._run(functools.partial(way, works=works, begun=begun))
                return outcomes
            except Exception as fault:
                if not begun:  # locked or gone: trying one after the other would let each wait as long again
                    return [fault] * len(works)
        return [await self._alone(work) for work in works]

    async def _alone(self, work: Work) -> Any:
        try:
            return await self._run(work)
        except Exception as fault:
            return fault


def _straight(connection: Connection, works: Sequence[Work], begun: list[bool]) -> list[Any]:
    """Run works one after the other; return what each returned. Raises the first fault. Notes that it began."""
    begun.append(True)
    return [work(connection) for work in works]


def _each(connection: Connection, works: Sequence[Work], begun: list[bool]) -> list[Any]:
    """Run works in savepoints; return what each returned, or the rule of the tables that it broke. Notes that it began.

    Any other fault is raised: the database may have given up the whole transaction with it.
    """
    begun.append(True)
    outcomes: list[Any] = []
    for work in works:
        try:
            with connection.begin_nested():
                outcomes.append(work(connection))
        except IntegrityError as fault:
            outcomes.append(fault)
    return outcomes

"""Notices in the database: plain functions over a connection, each called within one transaction."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, update

from unclench_web.tables import contact_request, outbox

type Change = Callable[[Connection, int, int, str | None], None]


class Notice(NamedTuple):
    """A notice of one request for one channel. `received_at` in seconds since 1970."""

    id: int
    channel: str
    attempts: int
    reference: str
    received_at: int


def _due(channels: Collection[str], now: int) -> ColumnElement[bool]:
    c = outbox.c
    return and_(
        c.delivered_at.is_(None), c.dead_at.is_(None), c.next_at <= now, c.leased_until <= now, c.channel.in_(channels)
    )


def is_any_due(connection: Connection, channels: Collection[str], now: int) -> bool:
    """Whether there is anything to deliver now."""
    return bool(connection.scalar(select(exists().where(_due(channels, now)))))


def lease(connection: Connection, channels: Collection[str], now: int, until: int, limit: int) -> list[Notice]:
    """Take notices that are due, so that no other worker has them before `until`."""
    c = outbox.c
    due = (
        select(c.id, c.channel, c.attempts, contact_request.c.reference, contact_request.c.received_at)
        .join(contact_request, c.request_id == contact_request.c.id)
        .where(_due(channels, now))
        .order_by(c.next_at, c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=outbox)
    )
    notices = [Notice(*row) for row in connection.execute(due)]
    if notices:
        connection.execute(update(outbox).where(c.id.in_([notice.id for notice in notices])).values(leased_until=until))
    return notices


def delivered(connection: Connection, id: int, now: int, _: str | None = None) -> None:
    """It has arrived."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(delivered_at=now, last_fault=None, attempts=outbox.c.attempts + 1, leased_until=0)
    )


def failed(connection: Connection, id: int, again_at: int, reason: str | None) -> None:
    """It did not arrive; it is tried again."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(next_at=again_at, last_fault=reason, attempts=outbox.c.attempts + 1, leased_until=0)
    )


def given_up(connection: Connection, id: int, now: int, reason: str | None) -> None:
    """It did not arrive for so long that somebody must look at it."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(dead_at=now, last_fault=reason, attempts=outbox.c.attempts + 1, leased_until=0)
    )


def handed_back(connection: Connection, id: int, _: int, __: str | None = None) -> None:
    """Whoever had it stops: anybody may take it at once."""
    connection.execute(update(outbox).where(outbox.c.id == id).values(leased_until=0))


class State(NamedTuple):
    """How a notice of a request fares. Moments in seconds since 1970."""

    id: int
    reference: str
    channel: str
    attempts: int
    next_at: int
    delivered_at: int | None
    dead_at: int | None
    last_fault: str | None


_STATE = (
    outbox.c.id,
    contact_request.c.reference,
    outbox.c.channel,
    outbox.c.attempts,
    outbox.c.next_at,
    outbox.c.delivered_at,
    outbox.c.dead_at,
    outbox.c.last_fault,
)


def states_of(connection: Connection, reference: str) -> list[State]:
    """The notices of one request."""
    rows = connection.execute(
        select(*_STATE)
        .join(contact_request, outbox.c.request_id == contact_request.c.id)
        .where(contact_request.c.reference == reference)
        .order_by(outbox.c.id)
    )
    return [State(*row) for row in rows]


def dead_letters(connection: Connection, limit: int = 50) -> list[State]:
    """Notices that were given up, newest first."""
    rows = connection.execute(
        select(*_STATE)
        .join(contact_request, outbox.c.request_id == contact_request.c.id)
        .where(outbox.c.dead_at.is_not(None))
        .order_by(outbox.c.dead_at.desc())
        .limit(limit)
    )
    return [State(*row) for row in rows]


def count_dead(connection: Connection) -> int:
    """How many notices were given up."""
    return connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.dead_at.is_not(None))) or 0


def send_again(connection: Connection, reference: str, now: int) -> int:
    """Give the notices of a request that were given up a new start. How many."""
    of_request = select(contact_request.c.id).where(contact_request.c.reference == reference).scalar_subquery()
    return connection.execute(
        update(outbox)
        .where(outbox.c.request_id == of_request, outbox.c.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, next_at=now, leased_until=0)
    ).rowcount

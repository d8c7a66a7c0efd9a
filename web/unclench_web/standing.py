"""What waits in the database now: notices, new requests, conversations that Rasa has still to erase. Read at a scrape.

Each row is a count and the age of its oldest entry. Every replica sees the same rows: take the largest, never the sum.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.sql.elements import KeyedColumnElement

from unclench_web.tables import contact_request, outbox, rasa_deletion


class Waiting(NamedTuple):
    """How many there are, and for how many seconds the oldest has been there (0 when there is none)."""

    number: int
    oldest_seconds: int


class Standing(NamedTuple):
    """All of it. `notices_given_up` counts notices that nobody tries any more until somebody sends them again."""

    notices: Waiting
    notices_given_up: int
    new_requests: Waiting
    erasures: Waiting


def read_standing(connection: Connection, now: int) -> Standing:
    """Look; a handful of rows each, found by their indexes."""
    undelivered = outbox.c.delivered_at.is_(None)
    given_up = select(func.count()).select_from(outbox).where(undelivered, outbox.c.dead_at.is_not(None))
    waiting = undelivered & outbox.c.dead_at.is_(None)
    # a notice is as old as its request
    oldest = (
        select(func.count(), func.min(contact_request.c.received_at))
        .join(contact_request, outbox.c.request_id == contact_request.c.id)
        .where(waiting)
    )
    count, since = connection.execute(oldest).one()
    return Standing(
        notices=_waiting(count, since, now),
        notices_given_up=connection.scalar(given_up) or 0,
        new_requests=_of(connection, contact_request.c.received_at, now, contact_request.c.status == "new"),
        erasures=_of(connection, rasa_deletion.c.asked_at, now),
    )


def _of(connection: Connection, moment: KeyedColumnElement[int], now: int, *which: ColumnElement[bool]) -> Waiting:
    count, since = connection.execute(select(func.count(), func.min(moment)).where(*which)).one()
    return _waiting(count, since, now)


def _waiting(count: int, since: int | None, now: int) -> Waiting:
    return Waiting(count, max(0, now - since) if since is not None else 0)

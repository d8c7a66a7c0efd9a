"""Contact requests as the inbox needs them: plain functions over a connection, each called within one transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, or_, select, update

from unclench_web.staff.moves import STATUSES, Place, Status
from unclench_web.tables import contact_note, contact_request


class Kept(NamedTuple):
    """A request as it is kept. Moments in seconds since 1970; `version` grows with each change."""

    id: int
    reference: str
    received_at: int
    sealed: bytes
    status: Status
    taken_by: str | None
    done_at: int | None
    version: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.status, self.taken_by)


class KeptNote(NamedTuple):
    """A note on a request. `written_at` in seconds since 1970."""

    author: str
    written_at: int
    sealed: bytes


_KEPT = (
    contact_request.c.id,
    contact_request.c.reference,
    contact_request.c.received_at,
    contact_request.c.sealed,
    contact_request.c.status,
    contact_request.c.taken_by,
    contact_request.c.done_at,
    contact_request.c.version,
)


def listed(connection: Connection, status: Status, limit: int, before: int | None = None) -> list[Kept]:
    """Requests of one status: those that wait longest first, and of the done ones the newest first."""
    c = contact_request.c
    wanted = select(*_KEPT).where(c.status == status).limit(limit)
    if status != "done":
        wanted = wanted.order_by(c.id)
        return [Kept(*row) for row in connection.execute(wanted if before is None else wanted.where(c.id > before))]
    wanted = wanted.order_by(c.id.desc())
    return [Kept(*row) for row in connection.execute(wanted if before is None else wanted.where(c.id < before))]


def counts(connection: Connection) -> dict[Status, int]:
    """How many requests there are of each status."""
    c = contact_request.c
    found = {row[0]: int(row[1]) for row in connection.execute(select(c.status, func.count()).group_by(c.status))}
    return {status: found.get(status, 0) for status in STATUSES}


def everything(connection: Connection) -> list[Kept]:
    """All requests, oldest first."""
    return [Kept(*row) for row in connection.execute(select(*_KEPT).order_by(contact_request.c.id))]


def found(connection: Connection, reference: str, indexes: Sequence[str], limit: int = 50) -> list[Kept]:
    """Requests with this reference, or with a phone number or e-mail address of one of these indexes."""
    c = contact_request.c
    wanted = select(*_KEPT).where(or_(c.reference == reference, c.phone_index.in_(indexes), c.email_index.in_(indexes)))
    return [Kept(*row) for row in connection.execute(wanted.order_by(c.id.desc()).limit(limit))]


def one(connection: Connection, reference: str) -> Kept | None:
    """The request with this reference."""
    row = connection.execute(select(*_KEPT).where(contact_request.c.reference == reference)).first()
    return Kept(*row) if row else None


def move(connection: Connection, kept: Kept, to: Place, now: int) -> bool:
    """Put a request elsewhere, unless somebody has changed it since `kept` was read. Whether it was done."""
    c = contact_request.c
    changed = connection.execute(
        update(contact_request)
        .where(c.id == kept.id, c.version == kept.version)
        .values(
            status=to.status,
            taken_by=to.taken_by,
            done_at=now if to.status == "done" else None,
            version=kept.version + 1,
        )
    )
    return changed.rowcount == 1


def add_note(connection: Connection, request_id: int, author: str, sealed: bytes, now: int) -> None:
    """Keep a note."""
    connection.execute(
        insert(contact_note),
        {"request_id": request_id, "author": author, "sealed": sealed, "written_at": now},
    )


def notes(connection: Connection, request_id: int) -> list[KeptNote]:
    """The notes of a request, oldest first."""
    c = contact_note.c
    rows = connection.execute(select(c.author, c.written_at, c.sealed).where(c.request_id == request_id).order_by(c.id))
    return [KeptNote(*row) for row in rows]

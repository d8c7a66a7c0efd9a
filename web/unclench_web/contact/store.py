"""Contact requests in the database: plain functions over a connection, each called within one transaction."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from unclench_web.tables import contact_note, contact_request, outbox, staff_user


class NewRequest(NamedTuple):
    """A request as it is kept. `received_at` in seconds since 1970."""

    reference: str
    key_hash: str
    sealed: bytes
    received_at: int
    phone_index: str | None = None
    email_index: str | None = None


def insert_request(connection: Connection, request: NewRequest, channels: Collection[str]) -> None:
    """Keep a request, and with it a notice for each channel. Raises IntegrityError when key or reference is there."""
    made = connection.execute(insert(contact_request), request._asdict())
    assert made.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    id = made.inserted_primary_key[0]
    notices = [{"request_id": id, "channel": channel, "next_at": request.received_at} for channel in channels]
    if notices:
        connection.execute(insert(outbox), notices)


def reference_of(connection: Connection, key_hash: str) -> str | None:
    """The reference of the request that was kept under this key."""
    return connection.scalar(select(contact_request.c.reference).where(contact_request.c.key_hash == key_hash))


class Erasable(NamedTuple):
    """A request that was done long enough ago."""

    reference: str
    done_at: int


def done_before(connection: Connection, moment: int, limit: int = 500) -> list[Erasable]:
    """Requests that were done before `moment`, oldest first."""
    rows = connection.execute(
        select(contact_request.c.reference, contact_request.c.done_at)
        .where(contact_request.c.status == "done", contact_request.c.done_at < moment)
        .order_by(contact_request.c.done_at)
        .limit(limit)
    )
    return [Erasable(*row) for row in rows]


def erase(connection: Connection, references: Sequence[str]) -> list[str]:
    """Erase requests with their notes and notices. Those that were there: another replica may be at the same ones."""
    these = contact_request.c.reference.in_(references)
    return list(connection.scalars(delete(contact_request).where(these).returning(contact_request.c.reference)))


class Sealed(NamedTuple):
    """Something encrypted, and where it stands."""

    id: int
    sealed: bytes


def sealed_requests(connection: Connection, after: int, limit: int = 200) -> list[Sealed]:
    """Encrypted requests with an id above `after`."""
    c = contact_request.c
    rows = connection.execute(select(c.id, c.sealed).where(c.id > after).order_by(c.id).limit(limit).with_for_update())
    return [Sealed(*row) for row in rows]


def sealed_notes(connection: Connection, after: int, limit: int = 200) -> list[Sealed]:
    """Encrypted notes with an id above `after`."""
    c = contact_note.c
    rows = connection.execute(select(c.id, c.sealed).where(c.id > after).order_by(c.id).limit(limit).with_for_update())
    return [Sealed(*row) for row in rows]


def sealed_second_factors(connection: Connection, after: int, limit: int = 200) -> list[Sealed]:
    """Encrypted secrets of second factors of staff with an id above `after`."""
    c = staff_user.c
    rows = connection.execute(
        select(c.id, c.totp_sealed)
        .where(c.id > after, c.totp_sealed.is_not(None))
        .order_by(c.id)
        .limit(limit)
        .with_for_update()
    )
    return [Sealed(*row) for row in rows]


def reseal_request(
    connection: Connection, id: int, sealed: bytes, phone_index: str | None, email_index: str | None
) -> None:
    """Keep a request under another key."""
    connection.execute(
        update(contact_request)
        .where(contact_request.c.id == id)
        .values(sealed=sealed, phone_index=phone_index, email_index=email_index)
    )


def reseal_note(connection: Connection, id: int, sealed: bytes) -> None:
    """Keep a note under another key."""
    connection.execute(update(contact_note).where(contact_note.c.id == id).values(sealed=sealed))


def reseal_second_factor(connection: Connection, id: int, sealed: bytes) -> None:
    """Keep a second factor's secret under another key."""
    connection.execute(update(staff_user).where(staff_user.c.id == id).values(totp_sealed=sealed))

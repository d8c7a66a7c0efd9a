"""Contact requests in the database: plain functions over a connection."""

from sqlalchemy import Connection, insert, select

from unclench_web.tables import contact_request


def insert_request(connection: Connection, reference: str, key_hash: str, sealed: bytes, now: int) -> None:
    """Keep a request. Raises IntegrityError when its key or its reference is there already."""
    connection.execute(
        insert(contact_request),
        {"reference": reference, "key_hash": key_hash, "sealed": sealed, "received_at": now},
    )


def reference_of(connection: Connection, key_hash: str) -> str | None:
    """The reference of the request that was kept under this key."""
    return connection.scalar(select(contact_request.c.reference).where(contact_request.c.key_hash == key_hash))

"""Which tables a backup holds, read as one moment of the database, and put back. Plain functions over a connection."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from unclench_web.backup.archive import Archive, Row
from unclench_web.database import Database
from unclench_web.migrations import migrate
from unclench_web.tables import audit, contact_note, contact_request, outbox, rating_count, staff_user

#: In the order in which rows may be put in: what is pointed at comes first. Conversations are not among them: they are
#: promised to be gone after two hours. Sessions of staff are not either: people sign in again.
KEPT = (contact_request, contact_note, outbox, staff_user, rating_count, audit)
#: Erased and written anew by a restore; the audit log can only be added to.
REPLACED = (contact_note, outbox, contact_request, staff_user, rating_count)
AT_ONCE = 500  # rows


class Restored(NamedTuple):
    """What a restore did."""

    requests: int
    left_out: int
    staff: int
    audit_lines: int


def read_all(connection: Connection) -> dict[str, list[Row]]:
    """Every row that is kept, as of one moment."""
    if connection.dialect.name == "postgresql":  # SQLite's transactions see one moment anyway
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    return {table.name: list(rows_of(connection, table)) for table in KEPT}


def rows_of(connection: Connection, table: Table) -> Iterator[Row]:
    """The rows of a table, in the order of their keys."""
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
        yield dict(row._mapping)


def brought_up_to_date(archive: Archive) -> dict[str, list[Row]]:
    """The rows of an archive as this version would have kept them.

    An older one is put into a database in memory with the tables of its time, and that is migrated.
    """
    scratch = Database("sqlite://")
    try:
        with scratch.in_one_transaction() as connection:
            migrate(connection, archive.manifest.revision)
            for table in KEPT:
                for row in archive.rows(table.name):
                    columns = ", ".join(f'"{name}"' for name in row)
                    values = ", ".join(f":{name}" for name in row)
                    plain = {
                        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
                    }
                    connection.execute(text(f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})'), plain)  # noqa: S608
            migrate(connection)
            return {table.name: list(rows_of(connection, table)) for table in KEPT}
    finally:
        scratch.close()


def is_empty(connection: Connection) -> bool:
    """Whether there is nothing that a restore would overwrite."""
    return not any(connection.scalar(select(func.count()).select_from(table)) for table in REPLACED)


def erased_references(connection: Connection) -> set[str]:
    """References of requests that the audit log says were erased."""
    erased = select(audit.c.reference).where(audit.c.action == "erased", audit.c.reference.is_not(None))
    return {reference for reference in connection.scalars(erased) if reference}


def put_back(connection: Connection, rows: dict[str, list[Row]], gone: Collection[str], done_before: int) -> Restored:
    """Put rows in the place of what is there, but no request that was erased or is old enough to be."""
    requests = [row for row in rows[contact_request.name] if _stays(row, gone, done_before)]
    ids = {row["id"] for row in requests}
    for table in REPLACED:
        connection.execute(delete(table))
    for table, wanted in (
        (contact_request, requests),
        (contact_note, [row for row in rows[contact_note.name] if row["request_id"] in ids]),
        (outbox, [{**row, "leased_until": 0} for row in rows[outbox.name] if row["request_id"] in ids]),
        (staff_user, rows[staff_user.name]),
        (rating_count, rows[rating_count.name]),
    ):
        _insert(connection, table, wanted)
    added = _add_audit(connection, rows[audit.name])
    for table in KEPT:
        _count_on(connection, table)
    return Restored(len(requests), len(rows[contact_request.name]) - len(requests), len(rows[staff_user.name]), added)


def _stays(row: Row, gone: Collection[str], done_before: int) -> bool:
    is_over = row["status"] == "done" and row["done_at"] is not None and row["done_at"] < done_before
    return row["reference"] not in gone and not is_over


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(insert(table), rows[start : start + AT_ONCE])


def _add_audit(connection: Connection, rows: list[Row]) -> int:
    """Add the lines that are not there yet; one whose id another line has gets a new one."""
    there = list(rows_of(connection, audit))
    known = {_without_id(row) for row in there}
    taken = {row["id"] for row in there}
    missing = [row for row in rows if _without_id(row) not in known]
    highest = max([*taken, *(row["id"] for row in rows)], default=0)
    numbered = []
    for row in missing:
        if row["id"] in taken:
            highest += 1
            row = {**row, "id": highest}
        numbered.append(row)
    _insert(connection, audit, numbered)
    return len(numbered)


def _without_id(row: Row) -> tuple[tuple[str, object], ...]:
    return tuple(sorted((name, value) for name, value in row.items() if name != "id"))


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids by itself: let it go on after those that were put in."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 - our own table names
                f"greatest((SELECT coalesce(max(id), 0) FROM {table.name}), 1))"
            )
        )

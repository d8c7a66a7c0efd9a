"""The audit log: who saw and changed what. Rows are added only; the database refuses to change or delete one."""

from typing import Literal, NamedTuple

from sqlalchemy import Connection, insert, select

from unclench_web.tables import audit

Action = Literal[
    "sign_in",
    "sign_in_failed",
    "sign_out",
    "password_changed",
    "second_factor_on",
    "second_factor_off",
    "staff_changed",
    "list_viewed",
    "searched",
    "viewed",
    "take",
    "take_over",
    "release",
    "finish",
    "reopen",
    "note_added",
    "sent_again",
    "exported",
    "erased",
    "audit_viewed",
    "keys_renewed",
    "restored",
]


class Entry(NamedTuple):
    """One line of the log. `at` in seconds since 1970."""

    id: int
    at: int
    actor: str
    action: Action
    reference: str | None
    detail: str | None


def record(
    connection: Connection,
    now: int,
    actor: str,
    action: Action,
    reference: str | None = None,
    detail: str | None = None,
) -> None:
    """Add a line. `detail` is in words of ours: never anything that somebody wrote."""
    connection.execute(
        insert(audit), {"at": now, "actor": actor, "action": action, "reference": reference, "detail": detail}
    )


def entries(
    connection: Connection, *, reference: str | None = None, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """The newest lines first: all of them, those of one request, or those before the id `before`."""
    c = audit.c
    wanted = select(c.id, c.at, c.actor, c.action, c.reference, c.detail).order_by(c.id.desc()).limit(limit)
    if reference is not None:
        wanted = wanted.where(c.reference == reference)
    if before is not None:
        wanted = wanted.where(c.id < before)
    return [Entry(*row) for row in connection.execute(wanted)]

"""Contact requests as CSV for a spreadsheet, which must not take anything that a visitor typed for a formula. Pure."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from unclench_web.staff.inbox import Seen

COLUMNS = (
    "reference",
    "received",
    "status",
    "taken_by",
    "done",
    "name",
    "phone",
    "email",
    "best_time",
    "topic",
    "text_consent",
)
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"  # or a spreadsheet takes UTF-8 for something else


def as_csv(rows: Iterable[Seen]) -> bytes:
    """All rows. What no key opens has its columns empty."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(harmless(value) for value in _values(row))
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def harmless(value: str) -> str:
    """A cell that no spreadsheet computes (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{value}" if value.lstrip(" \u00a0").startswith(FORMULA_BEGINNINGS) else value


def _values(row: Seen) -> tuple[str, ...]:
    kept, asked = row.kept, row.asked
    given = (
        (asked.name, asked.phone, asked.email, asked.best_time, asked.topic, "yes" if asked.text_consent else "no")
        if asked
        else ("",) * 6
    )
    return (
        kept.reference,
        _moment(kept.received_at),
        kept.status,
        kept.taken_by or "",
        _moment(kept.done_at) if kept.done_at is not None else "",
        *(value or "" for value in given),
    )


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")

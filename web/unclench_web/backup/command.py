"""`make backup` and `make restore`: contact requests, accounts of staff and the audit log, as one dated archive."""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from alembic.util import CommandError
from cryptography.fernet import InvalidToken
from sqlalchemy.exc import SQLAlchemyError

from unclench_web.backup import archive, tables
from unclench_web.clinic import read_clinic
from unclench_web.command_line import opened, told
from unclench_web.contact.retention import DAY, limit_of
from unclench_web.contact.sealing import Seal, make_seal
from unclench_web.database import Database
from unclench_web.faults import StartFault
from unclench_web.migrations import current_revision
from unclench_web.places import Places
from unclench_web.staff import audit
from unclench_web.staff.inbox import as_reference

ACTOR = "command"
NAME = "unclench-{}.tar.gz"
SEALED = {"contact_request": "sealed", "contact_note": "sealed", "staff_user": "totp_sealed"}


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Do what the command line says. Returns the exit status."""
    asked, places = _parser().parse_args(arguments), places or Places()
    return told(lambda: _do(asked, places))


def _do(asked: argparse.Namespace, places: Places) -> str:
    keep_days = read_clinic(places.clinic).keep_requests_days
    if asked.command == "backup":
        with opened(places) as (_, database):
            return "\n".join(back_up(database, asked.folder or places.var / "backups", time.time(), keep_days))
    found = archive.read(asked.archive)
    gone = [as_reference(each) for each in asked.erased.split()]
    with opened(places) as (settings, database):
        seal = make_seal(settings.contact_keys, places.var)
        return "\n".join(restore(database, found, seal, time.time(), keep_days, gone, overwrite=asked.overwrite))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m unclench_web.backup.command", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    backup = commands.add_parser("backup", help="write an archive; the service goes on meanwhile")
    backup.add_argument("--folder", type=Path)
    restored = commands.add_parser("restore", help="put an archive back; stop the service first")
    restored.add_argument("archive", type=Path)
    restored.add_argument("--overwrite", action="store_true", help="replace the requests and accounts that are there")
    restored.add_argument("--erased", default="", help="references that were erased since, which must not come back")
    return parser


def back_up(database: Database, folder: Path, now: float, keep_days: int) -> list[str]:
    """Write an archive into a folder; what to tell whoever asked for it. Raises `StartFault`."""
    made_at = datetime.fromtimestamp(now, UTC)
    with database.in_one_moment() as connection:
        kept = tables.read_all(connection)
        revision = current_revision(connection)
    path = folder / NAME.format(made_at.strftime("%Y-%m-%dT%H%M%SZ"))
    if path.exists():
        raise StartFault(f"{path} is there already.")
    manifest = archive.write(path, made_at.isoformat(timespec="seconds"), str(revision), kept)
    archive.read(path)  # as a restore would: a backup that can't be read is none
    held = {name: part.rows for name, part in manifest.tables.items()}
    old = [each for each in sorted(folder.glob(NAME.format("*"))) if each.stat().st_mtime < now - keep_days * DAY]
    return [
        f"Written, and read back: {path}",
        f"It holds {held['contact_request']} contact requests, {held['staff_user']} accounts and "
        f"{held['audit']} lines of the audit log. No conversations: they are promised to be gone after two hours.",
        "THE KEYS ARE NOT IN IT (UNCLENCH_CONTACT_KEYS, or var/contact.key while none is set). Without them nobody can "
        "read the requests. Keep them somewhere else, never beside the backup.",
        *_outlived(old, keep_days),
    ]


def _outlived(old: Sequence[Path], keep_days: int) -> list[str]:
    if not old:
        return []
    listed = ", ".join(each.name for each in old)
    return [f"Older than the {keep_days} days that you promise (clinic.yml: keep_requests_days), so delete: {listed}"]


def restore(
    database: Database,
    found: archive.Archive,
    seal: Seal,
    now: float,
    keep_days: int,
    gone: Iterable[str] = (),
    *,
    overwrite: bool = False,
) -> list[str]:
    """Put an archive back, all of it or nothing; what to tell. Raises `StartFault`."""
    rows = _up_to_date(found)
    _check_keys(rows, seal)
    try:
        with database.in_one_transaction() as connection:
            if not overwrite and not tables.is_empty(connection):
                raise StartFault(
                    "there are requests, accounts or counts in the database, and a restore would replace them. "
                    "If that is what you want: make restore FROM=… OVERWRITE=1."
                )
            known = tables.erased_references(connection) | {
                row["reference"] for row in rows["audit"] if row["action"] == "erased" and row["reference"]
            }
            did = tables.put_back(connection, rows, known | set(gone), limit_of(now, keep_days))
            audit.record(connection, int(now), ACTOR, "restored", detail=f"backup of {found.manifest.made_at}")
    except SQLAlchemyError as fault:
        reason = " ".join(str(getattr(fault, "orig", "") or type(fault).__name__).split())
        raise StartFault(f"the database did not take it: {reason}.") from None
    database.wipe_now()
    return [
        f"Restored from the backup of {found.manifest.made_at}: {did.requests} contact requests, {did.staff} accounts, "
        f"{did.audit_lines} lines of the audit log.",
        f"Left out, as erased since or done {keep_days} days ago: {did.left_out}.",
        "Requests that came in after the backup are not in it. Requests that were erased after it came back unless the "
        "audit log was still here or you named them (ERASED): search the logs for contact_request_erased.",
    ]


def _up_to_date(found: archive.Archive) -> dict[str, list[archive.Row]]:
    try:
        return tables.brought_up_to_date(found)
    except CommandError:
        raise StartFault("the backup was made by a newer version of this program. Start that one.") from None
    except SQLAlchemyError:
        raise StartFault("the backup does not fit the tables of its own version. Take another one.") from None


def _check_keys(rows: dict[str, list[archive.Row]], seal: Seal) -> None:
    for table, column in SEALED.items():
        for row in rows[table]:
            if row[column] is None:
                continue
            try:
                seal.open(row[column])
            except InvalidToken:
                raise StartFault(
                    "the backup can't be opened with the keys that are set. Put the keys of its time into "
                    "UNCLENCH_CONTACT_KEYS (or var/contact.key, if none were set then)."
                ) from None


if __name__ == "__main__":
    sys.exit(main())

"""Commands about contact requests: what would be erased, erasing one by its reference, renewing the encryption."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection

from unclench_web.clinic import read_clinic
from unclench_web.command_line import opened, told
from unclench_web.contact import store
from unclench_web.contact.retention import DAY, limit_of
from unclench_web.contact.sealing import Seal, make_seal
from unclench_web.database import Database
from unclench_web.faults import StartFault
from unclench_web.places import Places
from unclench_web.staff import audit
from unclench_web.staff.inbox import REASONS, as_reference

ACTOR = "command"


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Do what the command line says. Returns the exit status."""
    asked, places = _parser().parse_args(arguments), places or Places()
    return told(lambda: _do(asked, places))


def _do(asked: argparse.Namespace, places: Places) -> str:
    with opened(places) as (settings, database):
        if asked.command == "erasable":
            return "\n".join(show_erasable(database, time.time(), read_clinic(places.clinic).keep_requests_days))
        if asked.command == "erase":
            return erase_one(database, asked.reference, asked.reason)
        return renew_keys(database, make_seal(settings.contact_keys, places.var))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m unclench_web.contact.command", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("erasable", help="show what retention would erase now and next; erase nothing")
    erase = commands.add_parser("erase", help="erase one request with its notes, now")
    erase.add_argument("reference")
    erase.add_argument("--reason", choices=REASONS, default="asked")
    commands.add_parser("renew-keys", help="encrypt everything with the first key of UNCLENCH_CONTACT_KEYS")
    return parser


def show_erasable(database: Database, now: float, keep_days: int) -> list[str]:
    """Lines that say what would be erased now, and what is done and comes later. Nothing is changed."""
    with database.in_one_transaction() as connection:
        done = store.done_before(connection, int(now) + 1, limit=10_000)
    due = [each for each in done if each.done_at < limit_of(now, keep_days)]
    lines = [f"Requests are kept for {keep_days} days after they were done (clinic.yml: keep_requests_days)."]
    lines.append(f"Would be erased now: {len(due)}")
    lines += [f"  {each.reference}  done {_day(each.done_at)}" for each in due]
    lines.append(f"Done, and kept for longer: {len(done) - len(due)}")
    lines += [f"  {each.reference}  erased after {_day(each.done_at + keep_days * DAY)}" for each in done[len(due) :]]
    return lines


def erase_one(database: Database, typed: str, reason: str) -> str:
    """Erase a request by its reference, as a visitor may ask. Raises `StartFault` when there is none."""
    reference = as_reference(typed)
    with database.in_one_transaction() as connection:
        if not store.erase(connection, [reference]):
            raise StartFault(f"there is no request {reference}.")
        audit.record(connection, int(time.time()), ACTOR, "erased", reference, reason)
    database.wipe_now()
    return f"{reference} was erased, with its notes. Backups made before still hold it."


def renew_keys(database: Database, seal: Seal) -> str:
    """Encrypt everything anew, so that old keys can be dropped. It may run beside the service, and be run again.

    Raises `StartFault`, with nothing changed in the batch at hand, when something cannot be opened with any key.
    """
    requests = _renew(database, store.sealed_requests, lambda connection, row: _renew_request(connection, row, seal))
    notes = _renew(
        database,
        store.sealed_notes,
        lambda connection, row: store.reseal_note(connection, row.id, seal.renew(row.sealed)),
    )
    factors = _renew(
        database,
        store.sealed_second_factors,
        lambda connection, row: store.reseal_second_factor(connection, row.id, seal.renew(row.sealed)),
    )
    with database.in_one_transaction() as connection:
        audit.record(connection, int(time.time()), ACTOR, "keys_renewed", detail=f"{requests} requests")
    database.wipe_now()
    return (
        f"Encrypted with the first key: {requests} requests, {notes} notes, {factors} second factors. "
        "The other keys can go from UNCLENCH_CONTACT_KEYS once the service has been started again with the first one, "
        "but stay needed for older backups."
    )


def _renew(
    database: Database,
    read: Callable[[Connection, int], Sequence[store.Sealed]],
    change: Callable[[Connection, store.Sealed], None],
) -> int:
    count = after = 0
    while True:
        with database.in_one_transaction() as connection:  # in batches, so that visitors are not kept waiting
            rows = read(connection, after)
            for row in rows:
                try:
                    change(connection, row)
                except InvalidToken:
                    raise StartFault(
                        "something can't be opened with any of the keys. Put the key that it was encrypted with "
                        "at the end of UNCLENCH_CONTACT_KEYS."
                    ) from None
        if not rows:
            return count
        count, after = count + len(rows), rows[-1].id


def _renew_request(connection: Connection, row: store.Sealed, seal: Seal) -> None:
    fields = seal.open(row.sealed)
    phone, email = seal.index(fields.get("phone")), seal.index(fields.get("email"))
    store.reseal_request(connection, row.id, seal.renew(row.sealed), phone, email)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())

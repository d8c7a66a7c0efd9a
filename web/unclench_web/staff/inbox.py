"""The inbox: what staff see of requests and do with them. Every view and change leaves a line in the audit log."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cryptography.fernet import InvalidToken
from sqlalchemy import Connection

from unclench_web.contact import outbox_store
from unclench_web.contact import store as contact_store
from unclench_web.contact.contact_request import ContactRequest, one_line, to_address, to_number
from unclench_web.contact.outbox import Outbox
from unclench_web.contact.sealing import Seal
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.staff import audit
from unclench_web.staff import inbox_store as store
from unclench_web.staff.moves import Move, Role, Status, after
from unclench_web.staff.sessions import Staff

log = logging.getLogger(__name__)

PAGE = 50  # requests
NOTE_LIMIT = 2000  # characters

Reason = Literal["asked", "spam", "duplicate", "test"]
REASONS: tuple[Reason, ...] = ("asked", "spam", "duplicate", "test")


@dataclass(frozen=True)
class Seen:
    """A request, opened. `asked` is None when no key fits."""

    kept: store.Kept
    asked: ContactRequest | None


@dataclass(frozen=True)
class Note:
    """A note, opened. `text` is None when no key fits."""

    author: str
    written_at: int
    text: str | None


@dataclass(frozen=True)
class Whole:
    """All about one request."""

    seen: Seen
    notes: list[Note]
    notices: list[outbox_store.State]
    history: list[audit.Entry]


@dataclass(frozen=True)
class Listed:
    """One page of the list. `more_from` is where the next page begins, if there is one."""

    status: Status
    rows: list[Seen]
    counts: dict[Status, int]
    dead: list[outbox_store.State]
    more_from: int | None

    @property
    def shown(self) -> str:
        """A mark of which requests are on the page, and of how they stand."""
        marks = ",".join(f"{seen.kept.reference}.{seen.kept.version}" for seen in self.rows)
        return hashlib.sha256(marks.encode()).hexdigest()[:16]


class Unknown(Exception):
    """There is no such request (any more)."""


class Changed(Exception):
    """Somebody else has changed the request meanwhile: `by` has it now, if anybody."""

    def __init__(self, by: str | None) -> None:
        super().__init__()
        self.by = by


@dataclass
class Inbox:
    """All requests, for those who are signed in."""

    database: Database
    seal: Seal
    outbox: Outbox
    clock: Clock
    region: str

    async def listed(self, staff: Staff, status: Status, start: int | None, *, note: bool) -> Listed:
        """One page of the list; with `note`, the log says that it was seen."""
        rows, counts, dead = await self.database.read(_list, status, start)
        if note:
            await self.note(staff, "list_viewed", detail=status)
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return Listed(status, [self._open(kept) for kept in rows[:PAGE]], counts, dead, more)

    async def note(
        self, staff: Staff, action: audit.Action, reference: str | None = None, detail: str | None = None
    ) -> None:
        """Add a line to the log."""
        await self.database.write(audit.record, int(self.clock()), staff.name, action, reference, detail)

    async def search(self, staff: Staff, typed: str) -> list[Seen]:
        """Requests with this reference, phone number or e-mail address, written in any usual way."""
        wanted = one_line(typed)
        values = [value for value in (to_number(wanted, self.region), to_address(wanted)) if value]
        indexes = [index for value in values for index in self.seal.indexes(value)]
        rows = await self.database.read(store.found, as_reference(wanted), indexes)
        await self.note(staff, "searched", detail=f"{len(rows)} found")
        return [self._open(kept) for kept in rows]

    async def whole(self, staff: Staff, reference: str) -> Whole:
        """All about one request. Raises `Unknown`."""
        kept = await self._kept(reference)
        await self.note(staff, "viewed", reference)
        notes, notices, history = await self.database.read(_about, kept)
        return Whole(
            self._open(kept),
            [Note(note.author, note.written_at, self._text(note.sealed)) for note in notes],
            notices,
            history,
        )

    async def move(self, staff: Staff, reference: str, move: Move, version: int) -> None:
        """Take, finish and so on, as seen in `version`. Raises `Unknown`, or `Changed` when it is another by now."""
        kept = await self._kept(reference)
        to = after(kept.place, move, staff.name, staff.role)
        if to is None or kept.version != version:
            raise Changed(kept.taken_by)

        def work(connection: Connection) -> bool:
            moved = store.move(connection, kept, to, int(self.clock()))
            if moved:
                audit.record(connection, int(self.clock()), staff.name, move, reference)
            return moved

        if not await self.database.write_durably(work):
            raise Changed((await self._kept(reference)).taken_by)

    async def add_note(self, staff: Staff, reference: str, text: str) -> None:
        """Keep a note. Raises `Unknown`."""
        kept = await self._kept(reference)
        sealed = self.seal.close({"text": text[:NOTE_LIMIT]})
        await self._change(
            staff,
            "note_added",
            reference,
            lambda connection: store.add_note(connection, kept.id, staff.name, sealed, int(self.clock())),
        )

    async def send_again(self, staff: Staff, reference: str) -> None:
        """Try notices anew that were given up. Raises `Unknown`."""
        await self._kept(reference)
        await self._change(
            staff,
            "sent_again",
            reference,
            lambda connection: outbox_store.send_again(connection, reference, int(self.clock())),
        )
        self.outbox.nudge()

    async def erase(self, staff: Staff, reference: str, reason: Reason) -> None:
        """Erase a request with its notes. Raises `Unknown`."""
        await self._kept(reference)
        await self._change(
            staff, "erased", reference, lambda connection: contact_store.erase(connection, [reference]), reason
        )
        log.info("contact_request_erased", extra={"reference": reference})
        await self.database.wipe()

    async def everything(self, staff: Staff) -> list[Seen]:
        """All requests, for the export."""
        rows = await self.database.read(store.everything)
        await self.note(staff, "exported", detail=f"{len(rows)} requests")
        return [self._open(kept) for kept in rows]

    async def log(self, staff: Staff, before: int | None, limit: int = 100) -> list[audit.Entry]:
        """The audit log, newest lines first."""
        await self.note(staff, "audit_viewed")
        return await self.database.read(audit.entries, before=before, limit=limit)

    async def _kept(self, reference: str) -> store.Kept:
        kept = await self.database.read(store.one, as_reference(reference))
        if kept is None:
            raise Unknown
        return kept

    async def _change(
        self,
        staff: Staff,
        action: audit.Action,
        reference: str,
        change: Callable[[Connection], object],
        detail: str | None = None,
    ) -> None:
        def work(connection: Connection) -> None:
            change(connection)
            audit.record(connection, int(self.clock()), staff.name, action, reference, detail)

        await self.database.write_durably(work)

    def _open(self, kept: store.Kept) -> Seen:
        try:
            return Seen(kept, ContactRequest.from_fields(self.seal.open(kept.sealed)))
        except InvalidToken:
            return Seen(kept, None)

    def _text(self, sealed: bytes) -> str | None:
        try:
            return str(self.seal.open(sealed)["text"])
        except InvalidToken:
            return None


def as_reference(typed: str) -> str:
    """A reference as it is kept, however it was typed: "k7qm 2xrp" is K7QM-2XRP."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return f"{signs[:4]}-{signs[4:]}"[:16]


def may_manage(role: Role) -> bool:
    """Whether a role may export, erase and read the audit log."""
    return role == "admin"


def _list(
    connection: Connection, status: Status, start: int | None
) -> tuple[list[store.Kept], dict[Status, int], list[outbox_store.State]]:
    rows = store.listed(connection, status, PAGE + 1, start)
    return rows, store.counts(connection), outbox_store.dead_letters(connection)


def _about(
    connection: Connection, kept: store.Kept
) -> tuple[list[store.KeptNote], list[outbox_store.State], list[audit.Entry]]:
    return (
        store.notes(connection, kept.id),
        outbox_store.states_of(connection, kept.reference),
        audit.entries(connection, reference=kept.reference, limit=30),
    )

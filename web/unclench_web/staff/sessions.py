"""Who is signed in: signing in and out, time-outs, and the pause after too many failures. It knows nothing of pages."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from unclench_web.contact.sealing import Seal
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.staff import audit, store
from unclench_web.staff.moves import Role
from unclench_web.staff.passwords import Passwords
from unclench_web.staff.second_factor import step_of

FREE_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 30, 900  # seconds
TOUCH_EVERY = 30  # seconds: not every request writes
FORGET_FAILURES_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True)
class Staff:
    """Somebody who is signed in. `csrf` must come with everything that they change."""

    user_id: int
    name: str
    role: Role
    has_second_factor: bool
    token_hash: str
    csrf: str

    @property
    def is_admin(self) -> bool:
        """Whether they may export, erase and read the audit log."""
        return self.role == "admin"


def pause_after(count: int) -> int:
    """Seconds in which a name cannot sign in after so many failures: none at first, then doubled each time."""
    if count < FREE_TRIES:
        return 0
    return min(LONGEST_PAUSE, int(FIRST_PAUSE * 2 ** min(count - FREE_TRIES, 20)))


@dataclass
class Sessions:
    """All sessions of staff."""

    database: Database
    seal: Seal
    clock: Clock
    idle_seconds: int
    longest_seconds: int

    def __post_init__(self) -> None:
        self._passwords = Passwords()

    async def sign_in(self, name: str, password: str, code: str) -> str | None:
        """A token for the cookie, or None: wrong in any way, or in the pause after too many failures.

        A name that nobody has takes as long, and gets the same pauses, so that names cannot be found out.
        """
        name_hash, now = store.name_hash_of(name), int(self.clock())
        failures = await self.database.read(store.failures_of, name_hash)
        user = await self.database.read(store.user_named, name)
        fitting = await self._passwords.fits(password, user.password_hash if user else None)
        if now < failures.locked_until:  # even the right password has to wait: a guess must not learn that it was right
            return None
        if user is None or not fitting or not user.active or not await self._has_second_factor(user, code):
            await self.database.write(self._fail, name_hash, user.name if user else None, now)
            return None
        token = secrets.token_urlsafe(32)
        await self.database.write(_open, _hash(token), user, name_hash, now)
        return token

    @staticmethod
    def _fail(connection: Connection, name_hash: str, name: str | None, now: int) -> None:
        count = store.failures_of(connection, name_hash).times + 1
        failures = store.Failures(count, now + pause_after(count))
        store.note_failure(connection, name_hash, failures, now)
        audit.record(connection, now, name or "unknown", "sign_in_failed", detail=f"failure {count}")

    async def _has_second_factor(self, user: store.User, code: str) -> bool:
        if user.totp_sealed is None:
            return True
        step = step_of(code, self.seal.open(user.totp_sealed)["secret"], self.clock())
        return step is not None and await self.database.write(store.use_code, user.id, step)

    async def find(self, token: str, *, touch: bool = True) -> Staff | None:
        """Who has this cookie, if the session is not over. With `touch`, it counts as doing something."""
        token_hash, now = _hash(token), int(self.clock())
        kept = await self.database.look_up(store.session_of, token_hash)
        if kept is None:
            return None
        if now - kept.last_active_at > self.idle_seconds or now - kept.opened_at > self.longest_seconds:
            await self.database.write(store.end_session, token_hash)
            return None
        if touch and now - kept.last_active_at >= TOUCH_EVERY:
            await self.database.write(store.touch_session, token_hash, now)
        return Staff(kept.user_id, kept.name, kept.role, kept.has_second_factor, token_hash, csrf_of(token))

    async def sign_out(self, staff: Staff) -> None:
        """End this session."""
        await self.database.write(_close, staff, int(self.clock()))

    async def change_password(self, staff: Staff, old: str, new: str) -> bool:
        """Change the password and sign out everywhere else. False when the old one is wrong."""
        user = await self.database.read(store.user_named, staff.name)
        if user is None or not await self._passwords.fits(old, user.password_hash):
            return False
        await self.database.write(_change_password, staff, await self._passwords.hash(new), int(self.clock()))
        return True

    async def turn_on_second_factor(self, staff: Staff, secret: str, code: str) -> bool:
        """Ask for a code from now on. False when the code does not fit the secret."""
        step = step_of(code, secret, self.clock())
        if step is None:
            return False
        sealed = self.seal.close({"secret": secret})
        await self.database.write(_set_second_factor, staff, sealed, step, int(self.clock()))
        return True

    async def turn_off_second_factor(self, staff: Staff, password: str) -> bool:
        """Ask for no code from now on. False when the password is wrong."""
        user = await self.database.read(store.user_named, staff.name)
        if user is None or not await self._passwords.fits(password, user.password_hash):
            return False
        await self.database.write(_set_second_factor, staff, None, 0, int(self.clock()))
        return True

    async def tidy(self) -> None:
        """Forget sessions that are over and old failures."""
        now = int(self.clock())
        await self.database.write(
            store.end_old_sessions, now - self.longest_seconds, now - self.idle_seconds, now - FORGET_FAILURES_AFTER
        )


def csrf_of(token: str) -> str:
    """The token that each form of this session carries. It does not tell the cookie."""
    return hmac.new(token.encode(), b"unclench staff form", hashlib.sha256).hexdigest()


def _open(connection: Connection, token_hash: str, user: store.User, name_hash: str, now: int) -> None:
    store.forget_failures(connection, name_hash)
    store.insert_session(connection, token_hash, user.id, now)
    audit.record(connection, now, user.name, "sign_in")


def _close(connection: Connection, staff: Staff, now: int) -> None:
    store.end_session(connection, staff.token_hash)
    audit.record(connection, now, staff.name, "sign_out")


def _change_password(connection: Connection, staff: Staff, password_hash: str, now: int) -> None:
    store.set_password(connection, staff.user_id, password_hash)
    store.end_sessions(connection, staff.user_id, but=staff.token_hash)
    audit.record(connection, now, staff.name, "password_changed")


def _set_second_factor(connection: Connection, staff: Staff, sealed: bytes | None, step: int, now: int) -> None:
    store.set_second_factor(connection, staff.user_id, sealed, step)
    audit.record(connection, now, staff.name, "second_factor_on" if sealed else "second_factor_off")


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()

"""Members of staff and their sessions in the database: plain functions over a connection, one transaction each."""

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from unclench_web.staff.moves import Role
from unclench_web.tables import sign_in_failure, staff_session, staff_user


class User(NamedTuple):
    """A member of staff. `totp_sealed` is the encrypted secret of the second factor, if there is one."""

    id: int
    name: str
    role: Role
    password_hash: str
    active: bool
    totp_sealed: bytes | None
    totp_step: int


_USER = (
    staff_user.c.id,
    staff_user.c.name,
    staff_user.c.role,
    staff_user.c.password_hash,
    staff_user.c.active,
    staff_user.c.totp_sealed,
    staff_user.c.totp_step,
)


def user_named(connection: Connection, name: str) -> User | None:
    """The member of staff with this name."""
    row = connection.execute(select(*_USER).where(staff_user.c.name == name)).first()
    return User(*row) if row else None


def users(connection: Connection) -> list[User]:
    """All members of staff, by name."""
    return [User(*row) for row in connection.execute(select(*_USER).order_by(staff_user.c.name))]


def put_user(connection: Connection, name: str, role: Role, password_hash: str, now: int) -> bool:
    """Make an account, or give one a new password and role and sign it out everywhere. Whether it is a new one."""
    known = user_named(connection, name)
    if known is None:
        connection.execute(
            insert(staff_user),
            {"name": name, "role": role, "password_hash": password_hash, "active": True, "created_at": now},
        )
        return True
    connection.execute(
        update(staff_user)
        .where(staff_user.c.id == known.id)
        .values(role=role, password_hash=password_hash, active=True)
    )
    end_sessions(connection, known.id)
    return False


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Keep another password."""
    connection.execute(update(staff_user).where(staff_user.c.id == user_id).values(password_hash=password_hash))


def set_active(connection: Connection, user_id: int, active: bool) -> None:
    """Let somebody sign in, or no longer; whoever is in is signed out."""
    connection.execute(update(staff_user).where(staff_user.c.id == user_id).values(active=active))
    end_sessions(connection, user_id)


def set_second_factor(connection: Connection, user_id: int, sealed: bytes | None, step: int) -> None:
    """Keep the secret of a second factor, or take it away."""
    connection.execute(update(staff_user).where(staff_user.c.id == user_id).values(totp_sealed=sealed, totp_step=step))


def use_code(connection: Connection, user_id: int, step: int) -> bool:
    """Note that a code was used. False when it, or a later one, was used before."""
    changed = connection.execute(
        update(staff_user).where(staff_user.c.id == user_id, staff_user.c.totp_step < step).values(totp_step=step)
    )
    return changed.rowcount == 1


class SignedIn(NamedTuple):
    """A session and whose it is. Moments in seconds since 1970."""

    user_id: int
    name: str
    role: Role
    opened_at: int
    last_active_at: int
    has_second_factor: bool


def insert_session(connection: Connection, token_hash: str, user_id: int, now: int) -> None:
    """Keep a session."""
    connection.execute(
        insert(staff_session),
        {"token_hash": token_hash, "user_id": user_id, "opened_at": now, "last_active_at": now},
    )


def session_of(connection: Connection, token_hash: str) -> SignedIn | None:
    """The session of a cookie, if it is there and its owner may still sign in."""
    row = connection.execute(
        select(
            staff_user.c.id,
            staff_user.c.name,
            staff_user.c.role,
            staff_session.c.opened_at,
            staff_session.c.last_active_at,
            staff_user.c.totp_sealed.is_not(None),
        )
        .join(staff_user, staff_session.c.user_id == staff_user.c.id)
        .where(staff_session.c.token_hash == token_hash, staff_user.c.active)
    ).first()
    return SignedIn(*row) if row else None


def touch_session(connection: Connection, token_hash: str, now: int) -> None:
    """Somebody did something."""
    connection.execute(update(staff_session).where(staff_session.c.token_hash == token_hash).values(last_active_at=now))


def end_session(connection: Connection, token_hash: str) -> None:
    """Sign out."""
    connection.execute(delete(staff_session).where(staff_session.c.token_hash == token_hash))


def end_sessions(connection: Connection, user_id: int, but: str = "") -> None:
    """Sign somebody out everywhere, or everywhere but in the session with the token hash `but`."""
    connection.execute(
        delete(staff_session).where(staff_session.c.user_id == user_id, staff_session.c.token_hash != but)
    )


def end_old_sessions(connection: Connection, opened_before: int, active_before: int, failed_before: int) -> None:
    """Forget sessions that are over, and failures to sign in that are long past."""
    connection.execute(
        delete(staff_session).where(
            or_(staff_session.c.opened_at < opened_before, staff_session.c.last_active_at < active_before)
        )
    )
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.last_at < failed_before))


class Failures(NamedTuple):
    """How often signing in failed under a name, and until when it is not tried again."""

    times: int
    locked_until: int


def failures_of(connection: Connection, name_hash: str) -> Failures:
    """The failures under a name."""
    c = sign_in_failure.c
    row = connection.execute(select(c.count, c.locked_until).where(c.name_hash == name_hash)).first()
    return Failures(*row) if row else Failures(0, 0)


def note_failure(connection: Connection, name_hash: str, failures: Failures, now: int) -> None:
    """Keep what `failures` says about a name."""
    forget_failures(connection, name_hash)
    connection.execute(
        insert(sign_in_failure),
        {"name_hash": name_hash, "count": failures.times, "locked_until": failures.locked_until, "last_at": now},
    )


def forget_failures(connection: Connection, name_hash: str) -> None:
    """Signing in has worked."""
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.name_hash == name_hash))


def forget_failures_of(connection: Connection, name: str) -> None:
    """Whoever has this name may try again at once."""
    forget_failures(connection, name_hash_of(name))


def name_hash_of(name: str) -> str:
    """What failures under a name are kept by: the name that was typed need not be anybody's."""
    return hashlib.sha256(name.casefold().encode()).hexdigest()

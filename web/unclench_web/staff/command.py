"""`make staff-user`: makes an account for a member of staff, or gives one a new password; or shuts one."""

import argparse
import getpass
import re
import sys
import time

from sqlalchemy import Connection

from unclench_web.command_line import opened, told
from unclench_web.database import Database
from unclench_web.faults import StartFault
from unclench_web.places import Places
from unclench_web.staff import audit, store
from unclench_web.staff.moves import ROLES, Role
from unclench_web.staff.passwords import AT_LEAST, AT_MOST, hash_password

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ACTOR = "command"


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Do what the command line says. Returns the exit status."""
    asked = _parser().parse_args(arguments)
    return told(lambda: _do(asked, places or Places()))


def _do(asked: argparse.Namespace, places: Places) -> str:
    if not NAME.fullmatch(asked.name):
        raise StartFault("a name is made of letters, digits, dots, dashes and underscores, 64 at most.")
    with opened(places) as (_, database):
        return _shut(database, asked.name) if asked.shut else _put(database, asked.name, asked.role)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make staff-user", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--role", choices=ROLES, default="front_desk")
    parser.add_argument("--shut", action="store_true", help="sign the person out and let them in no more")
    return parser


def _put(database: Database, name: str, role: Role) -> str:
    password_hash = hash_password(_ask_password())
    now = int(time.time())
    with database.in_one_transaction() as connection:
        is_new = store.put_user(connection, name, role, password_hash, now)
        store.forget_failures_of(connection, name)
        _note(connection, now, f"{name}: {'made' if is_new else 'new password'}, {role}")
    return f"{name} can sign in at /staff ({role.replace('_', ' ')})."


def _shut(database: Database, name: str) -> str:
    with database.in_one_transaction() as connection:
        known = store.user_named(connection, name)
        if known is None:
            raise StartFault(f"there is no account called {name}.")
        store.set_active(connection, known.id, False)
        _note(connection, int(time.time()), f"{name}: shut")
    return f"{name} can sign in no more."


def _note(connection: Connection, now: int, detail: str) -> None:
    audit.record(connection, now, ACTOR, "staff_changed", detail=detail)


def _ask_password() -> str:
    """The password, typed twice, or the first line of what is piped in."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password ({AT_LEAST} characters or more): ")
        if getpass.getpass("Once more: ") != password:
            raise StartFault("the two passwords are not the same.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not AT_LEAST <= len(password) <= AT_MOST:
        raise StartFault(f"a password has {AT_LEAST} to {AT_MOST} characters.")
    return password


if __name__ == "__main__":
    sys.exit(main())

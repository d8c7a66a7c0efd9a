"""Passwords of staff: argon2id, in a thread, two at a time, so that guessing cannot eat the machine's memory."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_LEAST, AT_MOST = 12, 200  # characters
AT_ONCE = 2

_hasher = PasswordHasher()  # argon2-cffi's defaults are those of RFC 9106 for machines with little memory
_nobody = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(password)


def fits(password: str, password_hash: str) -> bool:
    """Whether this is the password."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


class Passwords:
    """Hashing without holding up anybody else."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._turns:
            return await asyncio.to_thread(hash_password, password)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether this is the password. Without a hash it takes as long and is never so."""
        async with self._turns:
            fitting = await asyncio.to_thread(fits, password, password_hash or _nobody)
        return fitting and password_hash is not None

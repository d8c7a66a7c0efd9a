"""Encrypts contact requests before they are stored, with keys from the environment or, for development, a file.

A phone number or an e-mail address can be searched for without opening every request: beside the request stands a keyed
hash of each (a blind index). Whoever has the database but not the key can neither read nor try numbers out.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from unclench_web.faults import StartFault

log = logging.getLogger(__name__)

DEVELOPMENT_KEY = "contact.key"


class Seal:
    """Seals with the first key and opens with any of them, so that a new key can be put before an old one."""

    def __init__(self, keys: list[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
            self._index_keys = [_index_key(key) for key in keys]
        except ValueError:
            raise StartFault(
                "UNCLENCH_CONTACT_KEYS must be Fernet keys, separated by commas. Make one with: "
                'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())".'
            ) from None

    def close(self, fields: Mapping[str, object]) -> bytes:
        """Encrypt fields."""
        return self._fernet.encrypt(json.dumps(fields, ensure_ascii=False).encode())

    def index(self, value: str | None) -> str | None:
        """What `value` is found by, under the key that encrypts now."""
        return _keyed_hash(self._index_keys[0], value) if value else None

    def indexes(self, value: str) -> list[str]:
        """What `value` may be found by, under any of the keys."""
        return [_keyed_hash(key, value) for key in self._index_keys]

    def renew(self, sealed: bytes) -> bytes:
        """The same, encrypted with the key that encrypts now. Raises `InvalidToken` when no key fits."""
        return self._fernet.rotate(sealed)

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt fields. Raises `cryptography.fernet.InvalidToken` when no key fits."""
        fields: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        return fields


def _index_key(key: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"unclench contact request index")
    return derive.derive(base64.urlsafe_b64decode(key))


def _keyed_hash(key: bytes, value: str) -> str:
    return hmac.new(key, value.casefold().encode(), hashlib.sha256).hexdigest()


def make_seal(keys: tuple[SecretStr, ...], var: Path) -> Seal:
    """The seal of the keys that are set, or else of the development key under `var`, made when it is missing."""
    if keys:
        return Seal([key.get_secret_value() for key in keys])
    file = var / DEVELOPMENT_KEY
    log.warning("development_key_for_contact_requests", extra={"file": str(file), "set": "UNCLENCH_CONTACT_KEYS"})
    return Seal([_development_key(file)])


def _development_key(file: Path) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text().strip()
        with os.fdopen(descriptor, "wb") as new:
            new.write(Fernet.generate_key())
        return file.read_text().strip()
    except OSError as fault:
        raise StartFault(f"{file} cannot be used ({fault.strerror}). Set UNCLENCH_CONTACT_KEYS.") from None

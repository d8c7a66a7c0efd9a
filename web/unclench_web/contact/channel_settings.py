"""What the settings of the channels to the clinic mean: the mail server's URL and the webhook's secret. Pure."""

import base64
import binascii
import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

WEBHOOK_SECRET = "whsec_"  # noqa: S105 - how such a secret begins
WEBHOOK_SECRET_AT_LEAST = 24  # bytes


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in: `smtps://` with TLS from the start, `smtp://` with STARTTLS.

    STARTTLS is insisted on, unless the server is on this machine.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    implicit_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "MailServer":
        """Read `smtp://user:password@host:587`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
        implicit = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, parts.port or (465 if implicit else 587), user, password, implicit)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def secret_bytes(secret: str) -> bytes:
    """The key in `whsec_<base64>`. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(WEBHOOK_SECRET), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(WEBHOOK_SECRET) or len(key) < WEBHOOK_SECRET_AT_LEAST:
        raise ValueError(f"must be {WEBHOOK_SECRET} and {WEBHOOK_SECRET_AT_LEAST} random bytes or more in base64")
    return key

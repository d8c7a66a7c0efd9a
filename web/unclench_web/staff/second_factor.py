"""The second factor: six digits from an app on the phone (TOTP, RFC 6238)."""

import base64
import io
import secrets

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6


def new_secret() -> str:
    """A new secret, as an app takes it: base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(code: str, secret: str, now: float) -> int | None:
    """The step (30 seconds each since 1970) that a code is of: this one, or the ones beside it. None when of none."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    totp = _totp(secret)
    this = int(now // STEP_SECONDS)
    for step in (this, this - 1, this + 1):
        try:
            totp.verify(digits.encode(), step * STEP_SECONDS)
        except InvalidToken:
            continue
        return step
    return None


def address_of(secret: str, name: str, issuer: str) -> str:
    """The otpauth: address that an app reads from the QR code."""
    return _totp(secret).get_provisioning_uri(name, issuer)


def qr_code(address: str) -> str:
    """The address as a QR code, in SVG."""
    drawn = io.BytesIO()
    segno.make(address, micro=False).save(
        drawn, kind="svg", scale=4, border=3, dark="#111", light="#fff", xmldecl=False, svgns=False, nl=False
    )
    return drawn.getvalue().decode()


def _totp(secret: str) -> TOTP:
    return TOTP(
        base64.b32decode(secret),
        DIGITS,
        SHA1(),  # noqa: S303 - what authenticator apps understand; RFC 6238 rests on HMAC, not on collisions
        STEP_SECONDS,
        enforce_key_length=False,
    )

"""What a contact request is, and the rules that it must keep. Pure: no storage, no HTTP."""

import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

NAME_LIMIT = 120  # characters
SHORT_LIMIT = 100  # characters, for the best time
OTHER_TOPIC = "other"

type Faults = dict[str, str]
"""What is wrong, as the name of a text under `contact.faults` in `data/web.yml`, by field."""


@dataclass(frozen=True)
class ContactRequest:
    """A request that keeps the rules. `phone` is in the form +14805550100."""

    name: str
    phone: str | None
    email: str | None
    best_time: str | None
    topic: str | None
    consent: bool
    text_consent: bool

    def fields(self) -> dict[str, str | bool | None]:
        """All fields, as plain values."""
        return asdict(self)


def check(
    *,
    name: str,
    phone: str | None,
    email: str | None,
    best_time: str | None,
    topic: str | None,
    consent: bool,
    text_consent: bool,
    region: str,
    topics: Collection[str],
) -> tuple[ContactRequest | None, Faults]:
    """The request, or the faults by field.

    `region` (such as "US") is where a phone number without a country code is from. A topic that is not one of `topics`
    becomes "other": the list is there to keep health details out, and no request is turned away for it.
    """
    faults: Faults = {}
    name, typed_phone, typed_email = one_line(name), one_line(phone), one_line(email)
    if not name:
        faults["name"] = "name_missing"
    elif len(name) > NAME_LIMIT:
        faults["name"] = "name_long"
    number = _phone(typed_phone, region)
    address = _email(typed_email)
    if typed_phone and number is None:
        faults["phone"] = "phone"
    if typed_email and address is None:
        faults["email"] = "email"
    if not typed_phone and not typed_email:
        faults["phone"] = "reach_missing"
    time, about = one_line(best_time), one_line(topic)
    if len(time) > SHORT_LIMIT:
        faults["best_time"] = "best_time"
    if consent is not True:
        faults["consent"] = "consent"
    if text_consent and not typed_phone and "phone" not in faults:
        faults["text_consent"] = "text_consent_phone"
    if faults:
        return None, faults
    topic = (about if about in topics else OTHER_TOPIC) if about else None
    return ContactRequest(name, number, address, time or None, topic, consent, text_consent), {}


def one_line(typed: str | None) -> str:
    """What was typed, without control and direction characters, on one line."""
    kept = "".join(" " if sign in "\r\n\t" else sign for sign in typed or "")
    return " ".join("".join(sign for sign in kept if not unicodedata.category(sign).startswith("C")).split())


def _phone(typed: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{form};ext={number.extension}" if number.extension else form


def _email(typed: str) -> str | None:
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return None

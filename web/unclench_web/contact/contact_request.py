"""What a contact request is, and the rules that it must keep. Pure: no storage, no HTTP."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

NAME_LIMIT = 120  # characters
SHORT_LIMIT = 100  # characters, for the best time
ANSWERS_LIMIT, ANSWER_LIMIT = 20, 300  # how many answers of a check-in, and characters of each part
OTHER_TOPIC = "other"
HASTY_SECONDS = 1.5  # a form that is sent sooner than that was filled in by a program, or by a browser

type Faults = dict[str, str]
"""What is wrong, as the name of a text under `contact.faults` in `data/web.yml`, by field."""


@dataclass(frozen=True)
class SharedAnswer:
    """One answer of the check-in, in the words that the visitor was shown before sending."""

    question: str
    answer: str


@dataclass(frozen=True)
class ContactRequest:
    """A request that keeps the rules. `phone` is in the form +14805550100; `hasty`: it was sent as programs send."""

    name: str
    phone: str | None
    email: str | None
    best_time: str | None
    topic: str | None
    consent: bool
    text_consent: bool
    answers: tuple[SharedAnswer, ...] = ()
    hasty: bool = False

    def fields(self) -> dict[str, object]:
        """All fields, as plain values."""
        return asdict(self)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "ContactRequest":
        """The request that `fields` were made from; what an older version did not keep is left at its default."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        return cls(**{**known, "answers": tuple(SharedAnswer(**each) for each in fields.get("answers", ()))})


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
    answers: Iterable[tuple[str, str]] = (),
    hasty: bool = False,
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
    number = to_number(typed_phone, region)
    address = to_address(typed_email)
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
    shared = tuple(SharedAnswer(one_line(question), one_line(answer)) for question, answer in answers)
    if len(shared) > ANSWERS_LIMIT or any(len(each.question + each.answer) > 2 * ANSWER_LIMIT for each in shared):
        faults["answers"] = "answers"
    if faults:
        return None, faults
    topic = (about if about in topics else OTHER_TOPIC) if about else None
    return ContactRequest(name, number, address, time or None, topic, consent, text_consent, shared, hasty), {}


def one_line(typed: str | None) -> str:
    """What was typed, without control and direction characters, on one line."""
    kept = "".join(" " if sign in "\r\n\t" else sign for sign in typed or "")
    return " ".join("".join(sign for sign in kept if not unicodedata.category(sign).startswith("C")).split())


def to_number(typed: str, region: str) -> str | None:
    """A phone number in the form +14805550100, or None."""
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{form};ext={number.extension}" if number.extension else form


def to_address(typed: str) -> str | None:
    """An e-mail address in its usual form, or None."""
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return None

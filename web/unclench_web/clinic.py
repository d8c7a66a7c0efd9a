"""What `web` knows about the clinic, read from `clinic.yml`. Keys that only the assistant uses are left alone."""

from pathlib import Path
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from unclench_web.faults import StartFault
from unclench_web.yaml_file import read_yaml

NEUTRAL_SITE = "https://www.weather.gov/"
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$")]


def _dialable(value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError("must be in the form +14805550100") from None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Clinic(BaseModel):
    """One clinic. What is not known is None, and the pages then say so."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    short_name: str | None = None
    city: str | None = None
    address: str | None = None
    phone: Annotated[str, AfterValidator(_dialable)] | None = None
    website: str | None = None
    hours: str | None = None
    reply_time: str | None = None
    reply_hours: Annotated[float, Field(gt=0, le=24 * 60)] | None = None
    keep_requests_days: Annotated[int, Field(ge=1, le=3650)] = 30
    contact_form: Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")] | None = None
    region: str = "US"
    embed_on: tuple[Origin, ...] = ()
    greeting: str | None = None
    leave_to: Address = NEUTRAL_SITE

    @property
    def phone_shown(self) -> str | None:
        """The phone number as people write it, such as (480) 555-0100."""
        return None if self.phone is None else self.as_written(self.phone)

    def as_written(self, phone: str) -> str:
        """Any phone number, in the form +14805550100, as people here write it."""
        number = phonenumbers.parse(phone.replace(";ext=", " x"))
        home = phonenumbers.region_code_for_number(number) == self.region
        style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style)


def read_clinic(path: Path) -> Clinic:
    """Read `clinic.yml`. Raises `StartFault` with one sentence a fault."""
    try:
        return Clinic.model_validate(read_yaml(path, "web needs it for the clinic's name and phone"))
    except ValidationError as fault:
        raise StartFault(
            *(f"{path}: {'.'.join(map(str, error['loc'])) or 'file'}: {error['msg']}" for error in fault.errors())
        ) from None

"""What `web` knows about the clinic, read from `clinic.yml`. Keys that only the assistant uses are left alone."""

from pathlib import Path
from typing import Annotated, Literal

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from unclench_web.colours import (
    DARK_SHEET,
    ENOUGH,
    dark_shades,
    faint_on,
    light_shades,
    lightened,
    readable,
    style_of,
)
from unclench_web.faults import StartFault
from unclench_web.yaml_file import read_yaml

NEUTRAL_SITE = "https://www.weather.gov/"
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$")]


def _readable(value: str) -> str:
    color = value.lower()
    if readable(color) != color:
        raise ValueError(f"is too light to be read on white. {readable(color)} is the nearest that can be read")
    return color


def _readable_in_the_dark(value: str) -> str:
    color = value.lower()
    if faint_on(dark_shades(color), DARK_SHEET) < ENOUGH:
        raise ValueError(f"is too dark to be read on a dark page. {lightened(color)} can be read")
    return color


Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


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
    color: Annotated[Hex, AfterValidator(_readable)] | None = None
    color_dark: Annotated[Hex, AfterValidator(_readable_in_the_dark)] | None = None
    logo: str | None = None
    text_size: Literal["normal", "large"] = "normal"
    leave_to: Address = NEUTRAL_SITE

    @property
    def style(self) -> str:
        """The style sheet that makes the pages look like the clinic's; empty when nothing is set."""
        size = "html { font-size: 112.5%; }\n" if self.text_size == "large" else ""
        if self.color is None:
            return size
        return size + style_of(light_shades(self.color), dark_shades(self.color_dark or lightened(self.color)))

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

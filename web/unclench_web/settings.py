"""The settings of `web`: environment variables with the prefix `UNCLENCH_`, checked once at start.

What belongs to a clinic (name, phone, colours) is in `clinic.yml` and not here.
"""

import ipaddress
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from unclench_web.contact.channel_settings import MailServer, secret_bytes
from unclench_web.faults import StartFault

PREFIX = "UNCLENCH_"
SECRET_AT_LEAST = 16  # characters
NO_SECRET = "none-for-a-command"  # noqa: S105

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Settings(BaseSettings):
    """What the environment decides. A field `port` is set by `UNCLENCH_PORT`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, frozen=True
    )

    host: str = Field("127.0.0.1", description="Address that web listens on. 0.0.0.0 for every network card.")
    port: int = Field(8000, ge=1, le=65535, description="Port that web listens on.")
    database_url: str | None = Field(
        None,
        description="Where conversations and contact requests are kept, as an SQLAlchemy URL. "
        "Unset: an SQLite file, var/web.sqlite. PostgreSQL: postgresql://user:password@host/name.",
    )
    redis_url: str | None = Field(
        None,
        description="Where rate limits are counted, as redis://host:6379/0. Unset: in the memory of this process.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged: debug, info, warning or error. No level logs what people write."
    )
    rasa_url: str = Field(
        "http://127.0.0.1:5005",
        description="Where Rasa listens. Private network or loopback only. Several, separated by commas, share the "
        "conversations; so do the addresses of a name that has several.",
    )
    rasa_secret: SecretStr = Field(
        description=f"The secret that web and Rasa share, {SECRET_AT_LEAST} characters or more. Must be set."
    )
    rasa_timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="How long web waits for Rasa before it gives the static safe reply, in seconds."
    )
    conversations_per_minute: int = Field(
        20, ge=0, description="New conversations a minute for one client address. 0 turns the limit off."
    )
    messages_per_minute: int = Field(
        60, ge=0, description="Messages a minute for one client address. 0 turns the limit off."
    )
    contact_requests_per_minute: int = Field(
        10, ge=0, description="Contact requests a minute for one client address. 0 turns the limit off."
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks of your own proxies, separated by commas. "
        "X-Forwarded-For is believed only when it comes from one of them.",
    )
    off: bool = Field(
        False,
        description="1 switches the answers off: visitors get the help lines, the phone and the contact form. "
        "`make off` does it while everything runs.",
    )
    off_file: str | None = Field(
        None,
        description="The file that switches the answers off while it is there. Unset: var/off, as `make off` has it. "
        "For several replicas, a place that all of them see.",
    )
    idle_hours: float = Field(
        2.0, gt=0, le=24, description="A conversation is erased after this many hours without a message."
    )
    contact_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Fernet keys for contact requests, separated by commas. The first encrypts, all of them decrypt. "
        "Unset: a development key is made in var/contact.key.",
    )
    public_url: str | None = Field(
        None,
        description="Where people reach this service, such as https://chat.example.org. Notices to staff link there.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server for notices of new contact requests: smtp://user:password@host:587 (STARTTLS) or "
        "smtps://user:password@host:465. Unset: no e-mail.",
    )
    mail_from: str | None = Field(None, description="Address that these e-mails come from.")
    mail_to: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses that these e-mails go to, separated by commas."
    )
    webhook_url: str | None = Field(
        None, description="Where a notice of each new contact request is posted, signed. Unset: no webhook."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="The secret that the webhook is signed with: whsec_ and 24 random bytes or more in base64."
    )
    staff_idle_minutes: int = Field(
        30, ge=1, le=480, description="Staff are signed out after this many minutes without doing anything."
    )
    staff_hours: int = Field(
        10, ge=1, le=24, description="Staff are signed out this many hours after signing in, whatever they do."
    )
    staff_sign_ins_per_minute: int = Field(
        10, ge=0, description="Attempts to sign in a minute for one client address. 0 turns the limit off."
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ipaddress.ip_network(part, strict=False) for part in _parts(value))
        except ValueError:
            raise ValueError("must be addresses or networks, such as 10.0.0.0/8, separated by commas") from None

    @field_validator("contact_keys", mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        return tuple(SecretStr(part) for part in _parts(value)) if isinstance(value, str) else value

    @field_validator("rasa_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SECRET_AT_LEAST:
            raise ValueError(f"must have {SECRET_AT_LEAST} characters or more")
        if not value.get_secret_value().isascii() or not value.get_secret_value().isprintable():
            raise ValueError("must be plain letters, digits and signs, as it travels in a header")
        return value

    @field_validator("rasa_url")
    @classmethod
    def _several_http(cls, value: str) -> str:
        urls = _parts(value)
        if not urls or not all(url.startswith(("http://", "https://")) for url in urls):
            raise ValueError("must begin with http:// or https://")
        return ",".join(url.rstrip("/") for url in urls)

    @field_validator("public_url", "webhook_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("mail_to", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        return tuple(_parts(value)) if isinstance(value, str) else value

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _mailable(cls, value: Any) -> Any:
        for address in (value,) if isinstance(value, str) else value or ():
            try:
                validate_email(address, check_deliverability=False, test_environment=True)
            except EmailNotValidError:
                raise ValueError("must be e-mail addresses, such as desk@example.org") from None
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            MailServer.from_url(value.get_secret_value())
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _signing_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            secret_bytes(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _whole_channels(self) -> "Settings":
        """A channel that is set must be set wholly."""
        needed = {"smtp_url": ("mail_from", "mail_to", "public_url"), "webhook_url": ("webhook_secret", "public_url")}
        for channel, others in needed.items():
            missing = [_name(other) for other in others if getattr(self, channel) and not getattr(self, other)]
            if missing:
                raise PydanticCustomError("needs", f"{_name(channel)} needs {' and '.join(missing)} as well.")
        return self

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must begin with redis:// or rediss://")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("must be a database URL such as postgresql://user:password@host/name") from None
        if url.get_backend_name() == "sqlite":
            return value
        if url.get_backend_name() in ("postgresql", "postgres"):
            return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        raise ValueError("must begin with sqlite:/// or postgresql://")


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def read_settings(*, for_a_command: bool = False) -> Settings:
    """Read the settings from the environment. Raises `StartFault` with one sentence a fault.

    A command beside the service never talks to Rasa, and so needs no secret.
    """
    try:
        return Settings(rasa_secret=SecretStr(NO_SECRET)) if for_a_command else Settings()
    except ValidationError as fault:
        raise StartFault(*(_sentence(error["loc"], error["type"], error["msg"]) for error in fault.errors())) from None


def _name(field: str) -> str:
    return PREFIX + field.upper()


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "needs":
        return message
    name = _name(str(location[0]))
    if kind == "missing":
        return f"{name} is not set: give web and Rasa the same secret of {SECRET_AT_LEAST} characters or more."
    words = message.removeprefix("Value error, ").removeprefix("Input ")
    return f"{name} {words[0].lower()}{words[1:]}."

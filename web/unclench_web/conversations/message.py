"""The shape of a message in the public API, and how one is made from what Rasa or a visitor said."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from unclench_web.help_lines import HelpLines
from unclench_web.rasa import Kind, Payload, RasaMessage, Review, Source


class Choice(BaseModel):
    """A choice that a visitor may take, by sending its id."""

    id: str
    label: str
    topic: str | None = Field(None, description="The topic that it opens, where it opens one.")


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    id: str
    from_: Annotated[Literal["assistant", "visitor"], Field(alias="from")]
    kind: Kind = "text"
    text: str = Field(description="Always there, and stands alone.")
    topic: str | None = Field(None, description="The card or reply that answered.")
    choices: list[Choice] = []
    sources: list[Source] = []
    evidence: str | None = None
    review: Review | None = None
    at: str | None = Field(None, description="When it was said: ISO 8601, UTC.")
    data: dict[str, Any] = {}


class Messages(BaseModel):
    """The new messages, or a whole transcript, oldest first."""

    messages: list[Message]


@dataclass(frozen=True)
class Offered:
    """A choice as the server keeps it: the payload never leaves for the browser."""

    id: str
    label: str
    payload: Payload


@dataclass(frozen=True)
class Entry:
    """A message together with the choices that it offers."""

    message: Message
    offered: tuple[Offered, ...] = ()


def new_id() -> str:
    """A random id of 128 bits or more."""
    return secrets.token_urlsafe(18)


def from_visitor(text: str) -> Entry:
    """What the visitor said."""
    return Entry(Message(id=new_id(), from_="visitor", text=text))


def from_rasa(reply: RasaMessage, help_lines: HelpLines) -> Entry:
    """What Rasa replied, with a random id in place of each choice's payload."""
    offered = tuple(Offered(new_id(), choice.label, choice.payload) for choice in reply.choices)
    choices = [
        Choice(id=kept.id, label=kept.label, topic=choice.topic)
        for kept, choice in zip(offered, reply.choices, strict=True)
    ]
    message = Message(
        id=new_id(),
        from_="assistant",
        kind=reply.kind,
        text=reply.text,
        topic=reply.topic,
        choices=choices,
        sources=reply.sources,
        evidence=reply.evidence,
        review=reply.review,
        data=_with_whole_lines(reply.data, help_lines),
    )
    return Entry(message, offered)


def _with_whole_lines(data: dict[str, Any], help_lines: HelpLines) -> dict[str, Any]:
    """Complete the help lines: Rasa names them, and need not say all about them."""
    lines = data.get("lines")
    if not isinstance(lines, list):
        return data
    language = data.get("language")
    return {**data, "lines": help_lines.complete(lines, language if isinstance(language, str) else "en")}

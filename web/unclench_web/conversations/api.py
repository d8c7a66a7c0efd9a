"""The conversation calls of the public API: reads the request, asks `Conversations`, gives the answer its form."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from unclench_web.conversations.message import Message, Messages
from unclench_web.conversations.service import Conversations, unauthorised
from unclench_web.conversations.typed_text import TEXT_LIMIT, clean, neutralise
from unclench_web.limits import RateLimits
from unclench_web.problems import Problem, describe

KEY_AT_LEAST, KEY_AT_MOST = 8, 200  # characters
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_bearer = HTTPBearer(auto_error=False, description="The token that came with the conversation.")


class Opening(BaseModel):
    """A new conversation."""

    id: str
    token: str = Field(description="Shown once. Send it as a bearer token.")
    messages: list[Message]


class Said(BaseModel):
    """What the visitor says: a text, or the id of a choice that was offered. Exactly one of the two."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    text: str | None = Field(None, description=f"Up to {TEXT_LIMIT} characters.")
    choice: str | None = Field(None, description="The id of a choice that was offered in this conversation.")


class Rating(BaseModel):
    """Whether an answer helped."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    helped: StrictBool


async def bearer_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """The token of the request. Raises `Problem` 401 when there is none."""
    if credentials is None or not credentials.credentials:
        raise unauthorised("no-token")
    return credentials.credentials


async def conversation_id(id: str) -> str:
    """The id of the path. What cannot be an id is unknown."""
    if not ID.fullmatch(id):
        raise Problem("unknown-conversation", 404)
    return id


Token = Annotated[str, Depends(bearer_token)]
Id = Annotated[str, Depends(conversation_id)]


def router(conversations: Conversations, limits: RateLimits) -> APIRouter:
    """The routes, over one set of conversations."""
    routes = APIRouter(prefix="/api/conversations", tags=["conversations"])

    async def may_open(request: Request) -> None:
        await limits.count("conversations", request)

    async def may_say(request: Request) -> None:
        await limits.count("messages", request)

    @routes.post("", status_code=201, dependencies=[Depends(may_open)], responses=describe(429))
    async def open_conversation() -> Opening:
        """Open a conversation. The answer holds the assistant's first message."""
        opened = await conversations.open()
        return Opening(id=opened.id, token=opened.token, messages=opened.messages)

    @routes.post("/{id}/messages", dependencies=[Depends(may_say)], responses=describe(401, 404, 413, 422, 429))
    async def say(
        id: Id,
        token: Token,
        said: Said,
        idempotency_key: Annotated[
            str | None,
            Header(description="What is sent again with the same key is said once, and gets the same answer."),
        ] = None,
    ) -> Messages:
        """Say something. The answer holds the assistant's new messages."""
        if idempotency_key is not None and not KEY_AT_LEAST <= len(idempotency_key) <= KEY_AT_MOST:
            raise Problem("no-idempotency-key", 422)
        if (said.text is None) == (said.choice is None):
            raise Problem("text-or-choice", 422)
        if said.choice is not None:
            if not ID.fullmatch(said.choice):
                raise Problem("unknown-choice", 422)
            return Messages(messages=await conversations.say(id, token, choice=said.choice, key=idempotency_key))
        text = _readable(said.text or "")
        return Messages(messages=await conversations.say(id, token, text=text, key=idempotency_key))

    @routes.put(
        "/{id}/messages/{message_id}/rating",
        status_code=204,
        dependencies=[Depends(may_say)],
        responses=describe(401, 404, 422, 429),
    )
    async def rate(id: Id, token: Token, message_id: str, rating: Rating) -> Response:
        """Say whether an answer helped. It is counted by topic and day, and kept with no conversation."""
        await conversations.rate(id, token, message_id, rating.helped)
        return Response(status_code=204)

    @routes.get("/{id}/messages", responses=describe(401, 404))
    async def transcript(id: Id, token: Token) -> Messages:
        """All messages so far, so that a reload resumes."""
        return Messages(messages=await conversations.transcript(id, token))

    @routes.delete("/{id}", status_code=204, responses=describe(401, 404))
    async def erase(id: Id, token: Token) -> Response:
        """Erase the conversation from every store."""
        await conversations.erase(id, token)
        return Response(status_code=204)

    return routes


def _readable(typed: str) -> str:
    text = clean(typed)
    if len(text) > TEXT_LIMIT:
        raise Problem("text-too-long", 422, limit=TEXT_LIMIT)
    text = neutralise(text)
    if not text:
        raise Problem("text-empty", 422)
    return text

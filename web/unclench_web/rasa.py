"""The client of Rasa: sends one message, gets the replies. It knows the channel's contract, not what is said.

Whatever goes wrong here is one exception, `RasaUnavailable`; the caller then says the static safe reply.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

import aiohttp
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from unclench_web.replicas import Replicas
from unclench_web.request_id import HEADER as REQUEST_HEADER
from unclench_web.request_id import current_request

MESSAGES = "/webhooks/unclench/messages"
CONVERSATION = "/webhooks/unclench/conversations/{id}"
ASSESS = "/webhooks/unclench/assess"
READY = "/webhooks/unclench/ready"

FORGET_TIMEOUT = 2.0  # seconds
READY_TIMEOUT = 1.0  # seconds
ASSESS_TIMEOUT = 2.0  # seconds: somebody waits for a reference
CONNECT_TIMEOUT = 1.0  # seconds: a replica whose machine is gone says nothing at all

Kind = Literal["text", "crisis", "exercise", "body_map", "check_in", "check_in_result", "contact_form", "did_you_mean"]
KINDS = frozenset(get_args(Kind))

type Payload = dict[str, Any]
"""What a choice stands for: {"intent": "ask", "entities": {"topic": "psoas"}}."""


def _known_kind(value: object) -> object:
    """Show a kind that is newer than this process as plain text: a message's text stands alone."""
    return value if not isinstance(value, str) or value in KINDS else "text"


def _web_address(value: str | None) -> str | None:
    return value if value and value.startswith(("https://", "http://")) else None


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class RasaChoice(_Part):
    """A choice with the payload that it stands for."""

    label: Annotated[str, StringConstraints(min_length=1)]
    topic: str | None = None
    payload: Payload


class Source(_Part):
    """Where an answer comes from."""

    title: str
    publisher: str | None = None
    url: Annotated[str | None, AfterValidator(_web_address)] = None


class Review(_Part):
    """Whether a clinician has signed the answer, who, and on which day (ISO date)."""

    status: Literal["draft", "reviewed"] = "draft"
    by: str | None = None
    on: str | None = None


class RasaMessage(_Part):
    """One reply as Rasa gives it."""

    kind: Annotated[Kind, BeforeValidator(_known_kind)] = "text"
    text: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    topic: str | None = None
    choices: list[RasaChoice] = []
    sources: list[Source] = []
    evidence: str | None = None
    review: Review | None = None
    data: dict[str, Any] = {}


class _Replies(_Part):
    messages: Annotated[list[RasaMessage], Field(min_length=1)]


class _Assessed(_Part):
    message: RasaMessage | None


class RasaUnavailable(Exception):
    """Rasa gave no usable reply. `reason`: timeout, unreachable, status, malformed, or busy (contact.crisis)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


type Observe = Callable[[str, str, float], None]
"""Told of each call: what was asked, how it went, and how many seconds it took."""


def _unobserved(call: str, outcome: str, seconds: float) -> None:
    """Nobody counts."""


class Rasa:
    """Rasa at one or several URLs, over kept-alive connections."""

    def __init__(self, urls: str, secret: str, timeout_seconds: float, observe: Observe = _unobserved) -> None:
        self._observe = observe
        self._replicas = Replicas(urls)
        self._headers = {"X-Unclench-Secret": secret}
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def say(
        self, conversation: str, message_id: str, *, text: str | None = None, payload: Payload | None = None
    ) -> list[RasaMessage]:
        """Send a text or a payload; return the replies, at least one. Raises `RasaUnavailable`.

        By its id a message is answered once, however often it is sent.
        """
        said: dict[str, Any] = {"text": text} if payload is None else {"payload": payload}
        asked = {"conversation": conversation, "message_id": message_id, **said}
        return (await self._ask("say", MESSAGES, asked, _Replies, self._timeout)).messages

    async def assess(self, texts: list[str]) -> RasaMessage | None:
        """What the safety filter says to words that are no message; nothing of them is kept. Raises as `say`."""
        return (await self._ask("assess", ASSESS, {"texts": texts}, _Assessed, ASSESS_TIMEOUT)).message

    async def forget(self, conversation: str) -> bool:
        """Have Rasa erase a conversation. False when it did not, so that it must be asked again."""
        return await self._succeeds("DELETE", CONVERSATION.format(id=conversation), 204, FORGET_TIMEOUT, conversation)

    async def is_ready(self) -> bool:
        """Whether Rasa answers and has a model loaded."""
        return await self._succeeds("GET", READY, 200, READY_TIMEOUT)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask[Shape: BaseModel](
        self, call: str, path: str, said: dict[str, Any], shape: type[Shape], seconds: float
    ) -> Shape:
        """Post something; return the answer, which must have a shape. Raises `RasaUnavailable`."""
        began, outcome = time.perf_counter(), "answered"
        try:
            return await self._answer(path, said, shape, seconds)
        except RasaUnavailable as fault:
            outcome = fault.reason
            raise
        finally:
            self._observe(call, outcome, time.perf_counter() - began)

    async def _answer[Shape: BaseModel](
        self, path: str, said: dict[str, Any], shape: type[Shape], seconds: float
    ) -> Shape:
        try:
            async with asyncio.timeout(seconds):
                status, body = await self._call("POST", path, said, said.get("conversation", ""))
        except TimeoutError:
            raise RasaUnavailable("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise RasaUnavailable("unreachable") from None
        if status != 200:
            raise RasaUnavailable("status")
        try:
            return shape.model_validate_json(body)
        except ValidationError:
            raise RasaUnavailable("malformed") from None

    async def _succeeds(self, method: str, path: str, status: int, seconds: float, conversation: str = "") -> bool:
        try:
            async with asyncio.timeout(seconds):
                return (await self._call(method, path, conversation=conversation))[0] == status
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False

    async def _call(
        self, method: str, path: str, said: dict[str, Any] | None = None, conversation: str = ""
    ) -> tuple[int, bytes]:
        """Ask the conversation's own replica (without one, any), and each other one in turn while none can be reached.

        A connection that breaks in the middle may have been heard: it is tried again all the same, as Rasa answers a
        message once.
        """
        urls = await self._replicas.for_conversation(conversation or secrets.token_hex(4))
        for url in urls[:-1]:
            try:
                return await self._send(method, url + path, said)
            except (aiohttp.ClientConnectionError, ConnectionError):
                self._replicas.rests(url)
            except asyncio.CancelledError:  # too slow: the next message asks another one first
                self._replicas.rests(url)
                raise
        return await self._send(method, urls[-1] + path, said)

    async def _send(self, method: str, url: str, said: dict[str, Any] | None) -> tuple[int, bytes]:
        if self._session is None:  # made here, as it belongs to the loop that is running
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=30),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),  # each call has its own
            )
        request = current_request()
        headers = {REQUEST_HEADER: request} if request else None
        async with self._session.request(method, url, json=said, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read()

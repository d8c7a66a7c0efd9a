"""UnclenchChannel: the one way into Rasa, for `web` alone: a shared secret, JSON in, messages out.

`POST /webhooks/unclench/messages`, `POST /webhooks/unclench/assess`,
`DELETE /webhooks/unclench/conversations/{id}`, `GET /webhooks/unclench/ready`, `GET /webhooks/unclench/metrics`.
"""

from __future__ import annotations

import gc
import hmac
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from components import counts
from components.assess import crisis_in
from components.canary import Canary
from components.embedding import shared_embedding
from components.straight_runner import StraightRunner
from components.swift_processor import SwiftProcessor
from components.tracker_rows import StoreFault
from components.turn import NoAnswer, store_of, take_turn
from knowledge import logs

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Unclench-Secret"  # noqa: S105 (the header's name, not the secret)
REQUEST_HEADER = "X-Request-Id"
SECRET_SETTING = "UNCLENCH_RASA_SECRET"  # noqa: S105
CONVERSATION = re.compile(r"[A-Za-z0-9_-]{16,64}")
INTENT = re.compile(r"[a-z_]{1,40}")
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
MAX_TEXT = 1_000
MAX_TEXTS = 8
#: What a visitor's page asks for when it opens: said before anybody has typed.
OPENING = {"intent": "reply", "entities": {"reply": "welcome"}}


class Collector(OutputChannel):
    """Collects what is said during one message."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return "unclench"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the messages of one response; a plain text of Rasa's own becomes one message."""
        spoken = message.get("messages")
        if spoken:
            self.messages.extend(spoken)
        elif message.get("text"):
            self.messages.append({"kind": "text", "text": message["text"], "topic": None, "choices": []})


class UnclenchChannel(InputChannel):
    """The input channel."""

    def __init__(self, secret: str, lines: logs.JsonLines | None = None) -> None:
        self._secret = secret
        self._lines = lines

    @classmethod
    def name(cls) -> str:
        """Return the part of the path under /webhooks."""
        return "unclench"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> UnclenchChannel:
        """Return the channel. Raises RuntimeError while there is no secret."""
        secret = os.environ.get(SECRET_SETTING, "")
        if len(secret) < 16:
            raise RuntimeError(f"Set {SECRET_SETTING} to a random text of 16 or more characters (`make run` does).")
        # Here and not in a launcher: however Rasa is started, from now on its logs hold no text.
        return cls(secret, logs.take_over("rasa"))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("unclench_channel", "components.channel")

        def refused(request: Request) -> bool:
            # As a bearer token too: that is how Prometheus can be told a secret.
            given = request.headers.get(SECRET_HEADER) or request.token or ""
            # Bytes that are no UTF-8 reach us as surrogates, which plain encode() would stumble over.
            return not hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret.encode())

        canary = Canary()

        @routes.listener("after_server_start")
        async def settle(app: Any, _loop: Any) -> None:
            loaded = await is_ready(app)
            if loaded:
                processor = app.ctx.agent.processor = SwiftProcessor.like(app.ctx.agent.processor)
                processor.graph_runner = StraightRunner.like(processor.graph_runner)
                # Asked for every message, and answered by building an empty domain anew: it stays what it is.
                processor.domain.is_empty = partial(bool, processor.domain.is_empty())
                counts.measure(processor)
            logger.info("rasa_started", extra={"ready": loaded})
            if self._lines:
                self._lines.started = True
            # What is loaded now stays: looking through it again and again for garbage took a seventh of a reply.
            gc.collect()
            gc.freeze()

        async def is_ready(app: Any) -> bool:
            agent = app.ctx.agent
            return bool(agent.is_ready()) and await canary.is_raised(agent.parse_message)

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            return response.json({}, status=200 if await is_ready(request.app) else 503)

        @routes.route("/metrics", methods=["GET"])
        async def metrics(request: Request) -> HTTPResponse:
            if refused(request):
                return response.json({}, status=401)
            return response.raw(counts.text(), content_type=counts.CONTENT_TYPE)

        @routes.route("/messages", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if refused(request):
                return response.json({}, status=401)
            try:
                body = json.loads(request.body)
                conversation, text = read_message(body)
                message_id = read_message_id(body)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                return response.json({"problem": str(error)}, status=422)
            if not text.startswith("/"):
                shared_embedding().begin(text.strip())  # while the conversation is fetched
            logs.take_request(request.headers.get(REQUEST_HEADER))
            message = UserMessage(text, Collector(), conversation, input_channel=self.name(), message_id=message_id)
            outcome = "failed"
            try:
                with counts.timed("message"):
                    messages = await take_turn(request.app.ctx.agent, message)
                outcome = "answered" if messages else "silent"
            except NoAnswer as fault:
                logger.error("no_answer: %s", fault.reason)
                return response.json({"problem": fault.reason}, status=503)
            finally:
                counts.messages.labels(outcome).inc()
            return response.json({"messages": messages})

        @routes.route("/assess", methods=["POST"])
        async def assess(request: Request) -> HTTPResponse:
            """Return what the safety filter says to words typed outside a conversation; nothing of them is kept."""
            if refused(request):
                return response.json({}, status=401)
            try:
                texts = read_texts(json.loads(request.body))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                return response.json({"problem": str(error)}, status=422)
            logs.take_request(request.headers.get(REQUEST_HEADER))
            return response.json({"message": await crisis_in(texts, request.app.ctx.agent.parse_message)})

        @routes.route("/conversations/<conversation>", methods=["DELETE"])
        async def delete(request: Request, conversation: str) -> HTTPResponse:
            if refused(request):
                return response.json({}, status=401)
            try:
                await store_of(request.app.ctx.agent).delete(conversation)
            except StoreFault as fault:
                logger.error("not_erased: %s", fault)
                return response.json({}, status=503)
            return response.empty()

        return routes


def read_message(body: dict[str, Any]) -> tuple[str, str]:
    """Return (conversation, text for Rasa) of a request's body. Raises ValueError for what is not one.

    A typed text never starts with "/": Rasa would take it for a command.
    """
    conversation = body["conversation"]
    if not isinstance(conversation, str) or not CONVERSATION.fullmatch(conversation):
        raise ValueError("`conversation` is not an id.")
    payload = body.get("payload")
    if payload is None:
        text = body["text"]
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise ValueError("`text` is not a text of at most 1,000 characters.")
        return conversation, without_command(text)
    if payload == {"intent": "open", "entities": {}}:
        payload = OPENING
    intent, entities = payload["intent"], payload["entities"]
    if not isinstance(intent, str) or not INTENT.fullmatch(intent) or not isinstance(entities, dict):
        raise ValueError("`payload` is not one that was offered.")
    return conversation, f"/{intent}{json.dumps({'misses': 0, **entities}, ensure_ascii=False)}"


def read_message_id(body: dict[str, Any]) -> str | None:
    """Return the message's id, by which it is answered once. Raises ValueError for what is not one."""
    given = body.get("message_id")
    if given is not None and not (isinstance(given, str) and MESSAGE_ID.fullmatch(given)):
        raise ValueError("`message_id` is not an id.")
    return given


def read_texts(body: dict[str, Any]) -> list[str]:
    """Return the texts to assess of a request's body. Raises ValueError for what is not one."""
    texts = body["texts"]
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_TEXTS:
        raise ValueError(f"`texts` is not a list of one to {MAX_TEXTS} texts.")
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
        raise ValueError("`texts` holds something else than texts of at most 1,000 characters.")
    return [without_command(text) for text in texts]


def without_command(text: str) -> str:
    """Return a typed text without the leading "/" that would make it a command."""
    return re.sub(r"^[\s/]+", "", text) or "?"

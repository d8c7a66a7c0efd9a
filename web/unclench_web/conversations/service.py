"""What happens in a conversation: who may speak, what Rasa is asked, what is kept. It knows nothing of HTTP's form."""

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from unclench_web.conversations import ratings, store
from unclench_web.conversations.message import Entry, Message, from_rasa, from_visitor, new_id
from unclench_web.conversations.safe_reply import SafeReply
from unclench_web.conversations.switch import Switch
from unclench_web.database import Database
from unclench_web.help_lines import HelpLines
from unclench_web.metrics import Metrics
from unclench_web.problems import Problem, log_fault
from unclench_web.rasa import Payload, Rasa, RasaUnavailable

log = logging.getLogger(__name__)

OPEN: Payload = {"intent": "open", "entities": {}}

type Clock = Callable[[], float]
"""The time now, in seconds since 1970."""


@dataclass(frozen=True)
class Opened:
    """A new conversation. The token is known to the visitor only; its hash is kept."""

    id: str
    token: str
    messages: list[Message]


@dataclass
class Conversations:
    """All conversations. One message at a time is answered in each, so that answers do not interleave."""

    database: Database
    rasa: Rasa
    safe_reply: SafeReply
    help_lines: HelpLines
    metrics: Metrics
    clock: Clock
    idle_seconds: float
    switch: Switch

    def __post_init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self) -> Opened:
        """Open a conversation, with the assistant's first message. It opens even when Rasa or the database is down."""
        id, token = new_id(), secrets.token_urlsafe(32)
        entries = await self._ask(id, self.safe_reply.opening, payload=OPEN)
        try:
            await self.database.write(store.insert_conversation, id, _hash(token), entries, self._now())
        except SQLAlchemyError as fault:
            log_fault("database_fault", fault)
            entries = [self._safe(self.safe_reply.opening, "database")]
        self.metrics.conversations.inc()
        return Opened(id, token, [entry.message for entry in entries])

    async def say(
        self, id: str, token: str, *, text: str | None = None, choice: str | None = None, key: str | None = None
    ) -> list[Message]:
        """Say a text or take a choice; return the answer. Raises `Problem` 401, 404, or 422 for an unknown choice.

        What is sent again with the same `key` is said once, and gets the answer that it got before.
        """
        key_hash = _hash(key) if key else None
        async with self._lock(id):
            try:
                kept, taken = await self.database.look_up(store.find, id, choice)
                before = await self.database.look_up(store.find_answer, id, key_hash) if key_hash else None
            except SQLAlchemyError as fault:
                log_fault("database_fault", fault)
                return [self._safe(self.safe_reply.answer, "database").message]
            self._admit(kept, token)
            if before is not None:
                return before
            if choice is not None and taken is None:
                raise Problem("unknown-choice", 422)
            if taken is not None:
                said = from_visitor(taken.label)
                answer = await self._ask(id, self.safe_reply.answer, key_hash, payload=taken.payload)
            else:
                said = from_visitor(text or "")
                answer = await self._ask(id, self.safe_reply.answer, key_hash, text=text)
            self._date(said)
            try:
                if not await self.database.write(store.append, id, said, answer, self._now(), key_hash):
                    raise Problem("unknown-conversation", 404)
            except SQLAlchemyError as fault:
                if key_hash and (known := await self._answered_elsewhere(id, key_hash, fault)):
                    return known
                log_fault("database_fault", fault)
                for entry in answer:  # choices that were not kept could not be taken
                    entry.message.choices.clear()
            return [entry.message for entry in answer]

    async def transcript(self, id: str, token: str) -> list[Message]:
        """All messages so far. Raises `Problem` 401 or 404."""
        kept, _ = await self.database.look_up(store.find, id)
        self._admit(kept, token)
        return await self.database.read(store.transcript, id)

    async def rate(self, id: str, token: str, message_id: str, helped: bool) -> None:
        """Count whether an answer helped, once a message; it can be changed. Raises `Problem` 401 or 404."""
        kept, _ = await self.database.look_up(store.find, id)
        self._admit(kept, token)
        day = datetime.fromtimestamp(self._now(), UTC).date()
        rated = await self.database.write(ratings.rate, id, message_id, helped, day)
        if rated is None:
            raise Problem("unknown-message", 404)
        if rated.is_new:
            self.metrics.ratings.labels(rated.topic, "yes" if helped else "no").inc()

    async def erase(self, id: str, token: str) -> None:
        """Erase a conversation everywhere. Raises `Problem` 401 or 404."""
        async with self._lock(id):
            kept, _ = await self.database.look_up(store.find, id)
            self._admit(kept, token)
            await self.database.write(store.erase, [id], self._now())
            self.metrics.erased.labels("asked").inc()
            if await self.rasa.forget(id):
                await self.database.write(store.erased_by_rasa, id)
            else:
                log.warning("rasa_has_not_erased", extra={"then": "tried again"})
            await self.database.wipe()

    def _admit(self, kept: store.Kept | None, token: str) -> None:
        if kept is None:
            raise Problem("unknown-conversation", 404)
        if not hmac.compare_digest(kept.token_hash, _hash(token)):
            raise unauthorised("wrong-token", "invalid_token")
        if self._now() - kept.last_active_at > self.idle_seconds:
            raise unauthorised("conversation-ended", "invalid_token")

    async def _ask(
        self,
        id: str,
        otherwise: Callable[[], Entry],
        key_hash: str | None = None,
        *,
        text: str | None = None,
        payload: Payload | None = None,
    ) -> list[Entry]:
        if self.switch.is_off():
            return [self._safe(self.safe_reply.switched_off, "switched_off")]
        try:
            replies = await self.rasa.say(id, key_hash or new_id(), text=text, payload=payload)
        except RasaUnavailable as fault:
            log.warning("rasa_unavailable", extra={"reason": fault.reason})
            return [self._safe(otherwise, fault.reason)]
        entries = [from_rasa(reply, self.help_lines) for reply in replies]
        for entry in entries:
            said = entry.message
            self.metrics.count_answer(said.kind, said.topic, str(said.data.get("tier", "")))
            if said.data.pop("filter_failed", False):
                self.metrics.filter_failures.inc()
            self._date(entry)
        return entries

    async def _answered_elsewhere(self, id: str, key_hash: str, fault: SQLAlchemyError) -> list[Message] | None:
        """The answer that another replica of `web` has kept meanwhile for the same message, sent to both."""
        if not isinstance(fault, IntegrityError):
            return None
        try:
            return await self.database.read(store.find_answer, id, key_hash)
        except SQLAlchemyError:
            return None

    def _safe(self, make: Callable[[], Entry], reason: str) -> Entry:
        self.metrics.safe_replies.labels(reason).inc()
        return self._date(make())

    def _date(self, entry: Entry) -> Entry:
        entry.message.at = datetime.fromtimestamp(self._now(), UTC).isoformat()
        return entry

    def _now(self) -> int:
        return int(self.clock())

    def _lock(self, id: str) -> asyncio.Lock:
        lock = self._locks.get(id)
        if lock is None:
            lock = self._locks[id] = asyncio.Lock()
        return lock


def unauthorised(name: str, error: str | None = None) -> Problem:
    """A 401 with the challenge that RFC 6750 asks for."""
    challenge = 'Bearer realm="conversation"' + (f', error="{error}"' if error else "")
    return Problem(name, 401, {"WWW-Authenticate": challenge})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

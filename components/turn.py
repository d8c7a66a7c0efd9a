"""One message, answered once: under the conversation's lock, within a bounded time, and never a second time.

A message that comes again (the answer was lost with a process that died) gets the answer that it got before: the
tracker keeps the last turn with the message's id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.events import BotUttered, Event, UserUttered

from components.tracker_rows import StoreFault

#: Seconds for one message. `web` gives up after five; what runs longer is ended, so that the next message finds its
#: conversation free and as it was.
SECONDS = 4.5


class NoAnswer(Exception):
    """The message was not answered, and the conversation stands where it stood. `reason` is one or two words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def take_turn(agent: Any, message: UserMessage) -> list[dict[str, Any]]:
    """Have Rasa's agent answer `message`, whose output channel collects; return the messages. Raises NoAnswer."""
    if not agent.is_ready():
        raise NoAnswer("no model")
    try:
        return await asyncio.wait_for(_locked(agent, message), SECONDS)
    except asyncio.TimeoutError:
        raise NoAnswer("too slow") from None
    except StoreFault:
        raise NoAnswer("tracker store") from None
    except LockError:
        raise NoAnswer("locked") from None


async def _locked(agent: Any, message: UserMessage) -> list[dict[str, Any]]:
    """Do what `agent.handle_message` does, and look between its two steps whether the message was answered before."""
    async with agent.lock_store.lock(message.sender_id):
        before = answer_before(await store_of(agent).look(message.sender_id) or (), message.message_id)
        if before is not None:
            return before
        await agent.processor.handle_message(message)
        collected: list[dict[str, Any]] = message.output_channel.messages
        return collected


def answer_before(events: Sequence[Event], message_id: str) -> list[dict[str, Any]] | None:
    """Return what was said to the message with this id, if it was the last one; else None."""
    starts = [at for at, event in enumerate(events) if isinstance(event, UserUttered)]
    if not starts or getattr(events[starts[-1]], "message_id", None) != message_id:
        return None
    said = [event for event in events[starts[-1] :] if isinstance(event, BotUttered)]
    return [each for event in said for each in event.metadata.get("messages") or []] or None


def store_of(agent: Any) -> Any:
    """Return our tracker store: Rasa wraps it to survive its failures, and the wrapper knows nothing of ours."""
    return getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)

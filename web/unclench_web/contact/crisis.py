"""A crisis or an emergency typed into the form: the person sees where help is, whatever becomes of the request.

The words are read by the safety filter and kept nowhere. While it does not answer, or is not free in time, the request
goes its way without: the lines for an emergency stand under the reference in any case.
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection
from dataclasses import dataclass, field

from unclench_web.contact.contact_request import Faults, one_line
from unclench_web.conversations.message import Message, from_rasa
from unclench_web.help_lines import HelpLines
from unclench_web.metrics import Metrics
from unclench_web.rasa import Rasa, RasaMessage, RasaUnavailable

log = logging.getLogger(__name__)

LONGEST = 500  # characters of one field that are read
#: Rasa reads one text after the other: more at once would queue up there, and who is in the chat would wait behind.
AT_ONCE = 2
#: Seconds that a request waits for its turn to be read. It is being stored meanwhile, so that most wait for nothing.
TURN = 0.15


def words_of(
    *,
    name: str,
    phone: str | None,
    email: str | None,
    best_time: str | None,
    topic: str | None,
    faults: Faults,
    known: Collection[str],
) -> list[str]:
    """What was typed in words of one's own: not what is of a list (`known`), a phone number or an e-mail address.

    `faults` are those of `contact_request.check`: what it did not take for a number or an address may be words.
    """
    typed = [name, best_time, topic]
    typed += [written for field, written in (("phone", phone), ("email", email)) if field in faults]
    return [words[:LONGEST] for words in map(one_line, typed) if words and words not in known]


@dataclass(frozen=True)
class CrisisCheck:
    """Asks the safety filter."""

    rasa: Rasa
    help_lines: HelpLines
    metrics: Metrics
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def while_storing[T](self, words: list[str], storing: Awaitable[T]) -> tuple[T, Message | None]:
        """Read the words while the request is being stored. What storing raises is raised, whatever was read."""
        reading = asyncio.create_task(self(words))
        try:
            stored = await storing
        except BaseException:
            reading.cancel()
            raise
        return stored, await reading

    async def __call__(self, words: list[str]) -> Message | None:
        """The crisis message for these words, or None."""
        if not words:
            return None
        try:
            reply = await self._read(words)
        except RasaUnavailable as fault:
            log.warning("contact_request_not_assessed", extra={"reason": fault.reason})
            return None
        if reply is None or reply.kind != "crisis":
            return None
        said = from_rasa(reply, self.help_lines).message
        self.metrics.count_answer("crisis", "contact", str(said.data.get("tier", "")))
        return said

    async def _read(self, words: list[str]) -> RasaMessage | None:
        try:
            await asyncio.wait_for(self.turns.acquire(), TURN)
        except TimeoutError:
            raise RasaUnavailable("busy") from None
        try:
            return await self.rasa.assess(words)
        finally:
            self.turns.release()

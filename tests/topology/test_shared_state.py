"""What two Rasas share, over the real PostgreSQL and Redis: the rows of the tracker and the locks of conversations."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Awaitable

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.conversation_locks import LEASE, PREFIX, REDIS_PAUSE, ConversationLocks
from components.tracker_rows import SECONDS, StoreFault, TrackerRows
from components.tracker_store import BoundedTrackerStore
from knowledge import places
from tests.topology.stand import Stand

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(places.ROOT / "domain.yml"))


@pytest.fixture
def conversation() -> str:
    return secrets.token_urlsafe(18)


async def turn(store: BoundedTrackerStore, conversation: str, topic: str) -> None:
    """Read the conversation, say something about a topic, and save it, as Rasa does."""
    tracker = await store.retrieve(conversation)
    if tracker is None:
        beginning = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
        tracker = DialogueStateTracker.from_events(conversation, beginning, store.domain.slots)
    happened = (UserUttered(f"about {topic}"), SlotSet("topic", topic), BotUttered("said"))
    for event in (*happened, ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)


async def topic_in(store: BoundedTrackerStore, conversation: str) -> str | None:
    tracker = await store.retrieve(conversation)
    return tracker.get_slot("topic") if tracker else None


# Rows


def test_a_conversation_that_goes_back_and_forth_between_two_rasas_is_always_read_as_it_is(
    topology: Stand, domain: Domain, conversation: str
) -> None:
    async def run() -> None:
        stores = [BoundedTrackerStore(domain, url=topology.database) for _ in range(2)]
        for at in range(10):
            await turn(stores[at * 7 // 4 % 2], conversation, f"topic-{at}")
            for store in stores:
                assert await topic_in(store, conversation) == f"topic-{at}"

    asyncio.run(run())


def test_a_row_that_is_known_is_not_sent_again(topology: Stand, conversation: str) -> None:
    async def run() -> None:
        rows = TrackerRows(topology.database)
        for moment in (time.time(), 1763819000.1234567, 1e9 / 3):
            await rows.write(conversation, moment, "[]")
            assert await rows.read(conversation, moment) == (moment, None)
            assert await rows.read(conversation, moment + 1e-6) == (moment, "[]")
        assert await rows.read(conversation) == (moment, "[]")

    asyncio.run(run())


def test_rasas_that_start_at_once_on_an_empty_database_make_the_table_together(topology: Stand) -> None:
    name = f"empty_{secrets.token_hex(4)}"
    topology.sql(f"CREATE DATABASE {name}")
    url = topology.database.removesuffix("unclench") + name

    async def run() -> None:
        loop = asyncio.get_running_loop()
        opened = await asyncio.gather(*(loop.run_in_executor(None, TrackerRows, url) for _ in range(6)))
        assert [await rows.ids() for rows in opened] == [[]] * 6

    asyncio.run(run())


def test_after_postgresql_has_started_again_the_next_message_is_read_without_a_fault(
    topology: Stand, domain: Domain, conversation: str
) -> None:
    async def run() -> None:
        store = BoundedTrackerStore(domain, url=topology.database)
        await turn(store, conversation, "psoas")
        topology["postgresql"].stop(signal.SIGINT)
        with pytest.raises(StoreFault):
            await store.look(conversation)
        topology["postgresql"].start()
        topology.supervisor.wait_until_ready("postgresql")
        assert await topic_in(store, conversation) == "psoas"

    asyncio.run(run())


def test_a_postgresql_that_hangs_holds_nobody_up_for_longer_than_its_time(
    topology: Stand, domain: Domain, conversation: str
) -> None:
    async def run() -> None:
        store = BoundedTrackerStore(domain, url=topology.database)
        await turn(store, conversation, "psoas")
        ticks = 0

        async def others() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.05)
                ticks += 1

        talking = asyncio.create_task(others())
        topology.send_to_postgresql(signal.SIGSTOP)
        try:
            with pytest.raises(StoreFault):
                await store.look(conversation)
        finally:
            topology.send_to_postgresql(signal.SIGCONT)
        talking.cancel()
        assert ticks >= 5 * SECONDS, "other conversations went on meanwhile"
        assert await topic_in(store, conversation) == "psoas"

    asyncio.run(run())


# Locks


def url_of(topology: Stand) -> str:
    return f"redis://127.0.0.1:{topology.ports['redis']}/2"


async def hold(locks: ConversationLocks, conversation: str, seen: list[str], seconds: float = 0.05) -> None:
    async with locks.lock(conversation):
        seen.append("begins")
        await asyncio.sleep(seconds)
        seen.append("ends")


def test_two_rasas_never_answer_one_conversation_at_the_same_time(topology: Stand, conversation: str) -> None:
    async def run() -> list[str]:
        seen: list[str] = []
        rasas = [ConversationLocks(url=url_of(topology)) for _ in range(2)]
        await asyncio.gather(*(hold(rasas[at % 2], conversation, seen) for at in range(10)))
        return seen

    assert asyncio.run(run()) == ["begins", "ends"] * 10


def test_a_lock_is_kept_for_as_long_as_its_message_takes_and_nothing_is_left_of_it(
    topology: Stand, conversation: str
) -> None:
    async def run() -> list[str]:
        seen: list[str] = []
        here, there = (ConversationLocks(url=url_of(topology)) for _ in range(2))
        await asyncio.gather(hold(here, conversation, seen, 1.6 * LEASE), _later(hold(there, conversation, seen)))
        assert await here._redis.exists(PREFIX + conversation) == 0
        return seen

    assert asyncio.run(run()) == ["begins", "ends"] * 2


def test_a_conversation_whose_rasa_was_killed_is_free_after_the_lease(topology: Stand, conversation: str) -> None:
    async def run() -> None:
        dead, other = (ConversationLocks(url=url_of(topology)) for _ in range(2))
        assert await dead._take(conversation)  # and never renewed or let go of
        seen: list[str] = []
        await hold(other, conversation, seen)
        assert seen == ["begins", "ends"]

    asyncio.run(run())


def test_locks_are_shared_again_after_redis_is_back(topology: Stand, conversation: str) -> None:
    async def run() -> None:
        locks = ConversationLocks(url=url_of(topology))
        topology["redis"].stop()
        async with locks.lock(conversation):
            assert locks._again_at > time.monotonic() + REDIS_PAUSE / 2
        topology["redis"].start()
        topology.supervisor.wait_until_ready("redis")
        locks._again_at = 0.0  # the pause is over
        async with locks.lock(conversation):
            assert await locks._redis.exists(PREFIX + conversation) == 1

    asyncio.run(run())


async def _later(work: Awaitable[None]) -> None:
    await asyncio.sleep(0.1)
    await work

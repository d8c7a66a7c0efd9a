from __future__ import annotations

import asyncio
import socket

import pytest

from components.conversation_locks import REDIS_PAUSE, SETTING, ConversationLocks

ID = "c" * 22


async def hold(locks: ConversationLocks, seen: list[str], name: str, conversation: str = ID) -> None:
    async with locks.lock(conversation):
        seen.append(f"{name} begins")
        await asyncio.sleep(0.01)
        seen.append(f"{name} ends")


def test_messages_of_one_conversation_wait_for_each_other_in_their_order() -> None:
    async def run() -> list[str]:
        locks, seen = ConversationLocks(), []
        await asyncio.gather(*(hold(locks, seen, name) for name in "abc"))
        return seen

    assert asyncio.run(run()) == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_conversations_do_not_wait_for_each_other() -> None:
    async def run() -> list[str]:
        locks, seen = ConversationLocks(), []
        await asyncio.gather(hold(locks, seen, "a", "one-conversation"), hold(locks, seen, "b", "another"))
        return seen

    assert asyncio.run(run())[:2] == ["a begins", "b begins"]


def test_a_message_that_fails_lets_go_of_its_conversation() -> None:
    async def run() -> list[str]:
        locks, seen = ConversationLocks(), []
        with pytest.raises(ValueError, match="ours"):
            async with locks.lock(ID):
                raise ValueError("ours")
        await hold(locks, seen, "a")
        return seen

    assert asyncio.run(run()) == ["a begins", "a ends"]


def test_no_lock_is_kept_in_memory_for_conversations_that_are_over() -> None:
    locks = ConversationLocks()
    asyncio.run(hold(locks, [], "a"))
    assert len(locks._own) == 0


def test_without_redis_each_process_locks_for_itself_and_leaves_redis_alone_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        locks = ConversationLocks(url=f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")

        async def run() -> list[str]:
            seen: list[str] = []
            await asyncio.gather(*(hold(locks, seen, name) for name in "ab"))
            await hold(locks, seen, "c")
            return seen

        assert asyncio.run(run()) == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    assert caplog.text.count("redis_fault") == 1, "asked once, then left alone"
    assert ID not in caplog.text
    assert REDIS_PAUSE > 1


def test_the_environment_names_redis_and_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "http://redis:6379")
    with pytest.raises(RuntimeError, match=SETTING):
        ConversationLocks()

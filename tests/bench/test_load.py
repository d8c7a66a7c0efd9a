from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import aiohttp
import pytest

from bench import load
from bench.load import Load, Say, visit
from bench.turns import AROUND, EARLY, course, growth


class Fake:
    """Opens conversations that answer after a moment; every third message is not answered."""

    def __init__(self) -> None:
        self.opened = 0
        self.said: list[str] = []

    async def open(self, client: aiohttp.ClientSession) -> Say:
        self.opened += 1

        async def say(text: str) -> bool:
            self.said.append(text)
            await asyncio.sleep(0.001)
            return len(self.said) % 3 != 0

        return say


def visited(target: Fake, texts: Sequence[str], visitors: int, thinks: bool = False) -> Load:
    return asyncio.run(visit(target, texts, visitors, 0.2, thinks))


def test_visitors_talk_until_the_time_is_over_and_what_is_no_answer_is_counted_apart() -> None:
    target = Fake()
    found = visited(target, ["a", "b"], 3)
    assert len(found.replies) + found.unanswered == len(target.said)
    assert found.unanswered >= 1
    assert set(target.said) == {"a", "b"}
    assert target.opened >= 3
    assert found.per_second == pytest.approx(len(found.replies) / found.seconds)


class Gone:
    """A system that does not answer at all."""

    async def open(self, client: aiohttp.ClientSession) -> Say:
        raise ConnectionRefusedError


def test_visitors_who_cannot_reach_it_give_up_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="ConnectionRefusedError"):
        load.load(Gone(), ["a"], 1, 30.0, False)
    assert time.monotonic() - began < 30


def test_a_visitor_who_thinks_says_no_more_than_time_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "THINK", (0.05, 0.1))
    target = Fake()
    visited(target, ["a"], 2, thinks=True)
    assert len(target.said) <= 2 * 5


def test_each_turn_of_a_conversation_has_a_time_and_the_last_ones_are_said_in_new_ones_too() -> None:
    target = Fake()
    found = course(target, [str(each) for each in range(100)], 40)
    assert (len(found.turns), len(found.early)) == (40, AROUND)
    assert target.opened == 1 + AROUND // len(EARLY)
    assert len(set(target.said)) == AROUND
    late = [text for text in target.said[40 - AROUND :] if target.said[40 - AROUND :].count(text) > 1]
    assert set(late) == {str(each) for each in range(AROUND)}


def test_a_conversation_shorter_than_the_stretch_is_compared_as_a_whole() -> None:
    found = course(Fake(), ["a", "b"], 4)
    assert (len(found.turns), len(found.early)) == (4, 4)


def test_growth_compares_the_last_turns_with_the_same_in_a_new_conversation() -> None:
    assert growth([10.0] * 30 + [30.0] * 15, [20.0] * 15) == pytest.approx(1.5)

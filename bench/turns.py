"""One long conversation: how long each turn takes, and its last turns beside those of a new conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from bench.load import TIMEOUT, Say, Target

#: Turns whose median stands for one: a text takes as long as it is long.
AROUND = 15
#: The turns of a new conversation that the last ones of the long one are compared with.
EARLY = range(3, 8)


@dataclass
class Course:
    """Milliseconds of each turn of a long conversation, and of a new one's turns with the texts of the last AROUND."""

    turns: list[float] = field(default_factory=list)
    early: list[float] = field(default_factory=list)


def course(target: Target, texts: Sequence[str], turns: int) -> Course:
    """Hold a conversation of so many turns. The texts come round every AROUND turns, so that stretches compare.

    Each of the last AROUND turns is followed by the same text in the third to seventh turn of a new conversation: a
    machine that is slower by then is slower for both.
    """
    return asyncio.run(_course(target, texts[:AROUND], turns))


async def _course(target: Target, texts: Sequence[str], turns: int) -> Course:
    found = Course()
    async with aiohttp.ClientSession(timeout=TIMEOUT) as client:
        old = young = await target.open(client)
        last = turns - min(AROUND, turns)
        for turn in range(turns):
            text = texts[turn % len(texts)]
            found.turns.append(await _timed(old, text))
            if turn >= last:
                if (turn - last) % len(EARLY) == 0:
                    young = await target.open(client)
                    for before in range(1, EARLY.start):
                        await young(texts[before % len(texts)])
                found.early.append(await _timed(young, text))
    return found


async def _timed(say: Say, text: str) -> float:
    began = time.perf_counter()
    await say(text)
    return 1000 * (time.perf_counter() - began)


def growth(turns: Sequence[float], early: Sequence[float]) -> float:
    """Return how many times longer the last turns take than those of a new conversation with the same texts."""
    return median(turns[-len(early) :]) / median(early)

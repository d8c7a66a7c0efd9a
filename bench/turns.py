"""The course of one long conversation: how long each turn takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from statistics import median

import aiohttp

from bench.load import TIMEOUT, Target

#: Turns whose median stands for one: a text takes as long as it is long.
AROUND = 15


def course(target: Target, texts: Sequence[str], turns: int) -> list[float]:
    """Return the milliseconds of each turn. The texts come round every AROUND turns, so that stretches compare."""
    return asyncio.run(_course(target, texts[:AROUND], turns))


async def _course(target: Target, texts: Sequence[str], turns: int) -> list[float]:
    times = []
    async with aiohttp.ClientSession(timeout=TIMEOUT) as client:
        say = await target.open(client)
        for turn in range(turns):
            began = time.perf_counter()
            await say(texts[turn % len(texts)])
            times.append(1000 * (time.perf_counter() - began))
    return times


def growth(times: Sequence[float], turn: int) -> float:
    """Return how many times longer the AROUND turns up to `turn` take than the first AROUND, by their medians."""
    if not AROUND <= turn <= len(times):
        raise ValueError(f"The conversation has {len(times)} turns, at least {AROUND} are needed up to turn {turn}.")
    return median(times[turn - AROUND : turn]) / median(times[:AROUND])

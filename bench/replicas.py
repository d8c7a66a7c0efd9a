"""`make bench-replicas`: messages a second of two replicas against one, through nginx, in the scaled topology.

A replica is one Rasa with one `web`, both pinned to one core. On a machine with four cores or more, everything else
(nginx, PostgreSQL, Redis, the action server, those who send) has the other cores; on a smaller one it is confined to
the cores under test, so that "two against one" is two cores against one core.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import quantiles

import aiohttp

from knowledge import places
from tests.topology.stand import Stand, missing
from tests.topology.visitors import QUESTIONS

GOAL = 1.8
#: Turns of a conversation before another one is opened.
TURNS = 8


@dataclass(frozen=True)
class Measured:
    """What one topology did: milliseconds of each reply, seconds that it took, safe replies among them."""

    replies: Sequence[float]
    seconds: float
    safe: int

    @property
    def a_second(self) -> float:
        """Messages answered a second."""
        return len(self.replies) / self.seconds

    @property
    def p95(self) -> float:
        """Milliseconds that 95 of 100 replies stay under."""
        return quantiles(self.replies, n=20)[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one replica and two in turn, print and write results/replicas.md. Returns the exit code."""
    options = _options(arguments)
    if lacking := missing():
        print(f"Not installed here: {', '.join(lacking)} (Debian: apt-get install).", file=sys.stderr)
        return 1
    if (os.cpu_count() or 1) < 2:
        print("Two replicas need two cores.", file=sys.stderr)
        return 1
    runs: dict[int, list[Measured]] = {1: [], 2: []}
    for _ in range(options.rounds):
        for replicas in runs:
            print(f"{replicas} replica(s), {options.seconds} s", flush=True)
            runs[replicas].append(run(replicas, options.seconds, options.visitors))
    report = write_up(best(runs[1]), best(runs[2]), os.cpu_count() or 1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "replicas.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replicas", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of sending, after a warm-up")
    parser.add_argument("--visitors", type=int, default=4, help="at once for each replica, without think time")
    parser.add_argument("--rounds", type=int, default=1, help="of each topology; the best one counts")
    parser.add_argument("--out", type=Path, default=places.ROOT / "results", help="folder for replicas.md")
    return parser.parse_args(arguments)


def best(runs: Sequence[Measured]) -> Measured:
    """Return the run that was disturbed least."""
    return max(runs, key=lambda each: each.a_second)


def cores_of(name: str, replicas: int, cores: int) -> list[int]:
    """Return the cores that a process may use: `rasa-2` and `web-2` the second one, everything else see above."""
    if name.startswith(("rasa-", "web-")):
        return [int(name.rpartition("-")[2]) - 1]
    return list(range(2, cores)) if cores >= 4 else list(range(replicas))


def run(replicas: int, seconds: float, visitors: int) -> Measured:
    """Start the topology with so many replicas, send, and stop it."""
    cores = os.cpu_count() or 1

    def pinned(name: str) -> list[str]:
        return ["taskset", "-c", ",".join(map(str, cores_of(name, replicas, cores)))]

    with tempfile.TemporaryDirectory(prefix="unclench-replicas-") as folder:
        Path(folder).chmod(0o755)
        stand = Stand(Path(folder), without=() if replicas == 2 else ("rasa-2", "web-2"), prefix=pinned)
        allowed = os.sched_getaffinity(0)
        try:
            stand.start()
            os.sched_setaffinity(0, cores_of("those who send", replicas, cores))
            asyncio.run(send(stand.url, 3.0, visitors * replicas))
            return asyncio.run(send(stand.url, seconds, visitors * replicas))
        finally:
            os.sched_setaffinity(0, allowed)
            stand.stop()


async def send(url: str, seconds: float, visitors: int) -> Measured:
    """Have so many visitors talk at once for so long, each sending as soon as it has its answer."""
    replies: list[float] = []
    safe = 0
    began = time.perf_counter()

    async def talk(http: aiohttp.ClientSession, texts: Sequence[str]) -> None:
        nonlocal safe
        questions = cycle(texts)
        while True:
            async with http.post("/api/conversations") as answer:
                opened = await answer.json()
            headers = {"Authorization": f"Bearer {opened['token']}"}
            for _ in range(TURNS):
                sent = time.perf_counter()
                path = f"/api/conversations/{opened['id']}/messages"
                async with http.post(path, json={"text": next(questions)}, headers=headers) as answer:
                    messages = (await answer.json())["messages"]
                if time.perf_counter() - began > seconds:
                    return
                replies.append(1000 * (time.perf_counter() - sent))
                safe += any((each.get("data") or {}).get("safe_reply") for each in messages)

    texts = list(QUESTIONS.values())
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(talk(http, texts[at % len(texts) :] + texts) for at in range(visitors)))
    return Measured(replies, seconds, safe)


def write_up(one: Measured, two: Measured, cores: int) -> str:
    """Return the report: the ratio first, then the absolute figures."""
    ratio = two.a_second / one.a_second
    lines = ["# Two replicas against one", "", "| what | figure | must be |", "|---|---|---|"]
    lines.append(f"| messages a second, two replicas / one | {ratio:.2f} | ≥ {GOAL} |")
    lines += ["", "| | one replica | two replicas |", "|---|---|---|"]
    lines.append(f"| messages a second | {one.a_second:.0f} | {two.a_second:.0f} |")
    lines.append(f"| reply p95 | {one.p95:.0f} ms | {two.p95:.0f} ms |")
    lines.append(f"| messages answered | {len(one.replies)} | {len(two.replies)} |")
    lines.append(f"| safe replies among them | {one.safe} | {two.safe} |")
    apart = "on the other cores" if cores >= 4 else "on the same cores as the replicas under test"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    lines += ["", f"{cores} cores, load {load:.1f} at the end; a replica is one Rasa and one web on one core; "]
    lines[-1] += f"nginx, PostgreSQL, Redis, the action server and those who send are {apart}."
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

"""How quickly contact requests are stored when many come at once: `make bench-contact URL=…`.

The services run already, with UNCLENCH_CONTACT_REQUESTS_PER_MINUTE=0. Says p50, p95 and how many were stored, and what
this client itself took of the processor: on a machine that it shares with the services that is part of the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import time
import uuid

import aiohttp


async def ask_at_once(url: str, count: int) -> list[tuple[float, str | None]]:
    """Return seconds and reference of each of `count` requests that start together."""
    patience = aiohttp.ClientTimeout(total=60)
    # httpx would search all of its connections for each request: 20 ms of processor apiece with 200 of them
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0), timeout=patience) as http:

        async def ask() -> tuple[float, str | None]:
            body = {"name": "Sam Rivera", "phone": "480 555 0100", "topic": "general", "consent": True}
            began = time.perf_counter()
            key = {"Idempotency-Key": uuid.uuid4().hex}
            async with http.post("/api/contact-requests", json=body, headers=key) as answer:
                reference = (await answer.json()).get("reference") if answer.status == 201 else None
            return time.perf_counter() - began, reference

        return list(await asyncio.gather(*(ask() for _ in range(count))))


def summary(results: list[tuple[float, str | None]]) -> str:
    """Return one line about a burst."""
    seconds = sorted(each for each, _ in results)
    stored = len({reference for _, reference in results if reference})
    p50, p95 = (seconds[int(len(seconds) * share)] * 1000 for share in (0.5, 0.95))
    return f"{len(results)} at once: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {stored} stored"


def main() -> None:
    """Run three bursts and print each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the services, with the limit off")
    asked = parser.parse_args()
    bursts(asked.url, asked.count)


def bursts(url: str, count: int) -> None:
    """Print three bursts against the services at `url`."""
    for _ in range(3):
        began = time.process_time()
        line = summary(asyncio.run(ask_at_once(url, count)))
        print(f"{line}; this client took {(time.process_time() - began) * 1000:.0f} ms of processor", flush=True)


if __name__ == "__main__":
    main()

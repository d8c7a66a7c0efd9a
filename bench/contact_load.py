"""How quickly contact requests are stored when many come at once: `make bench-contact URL=…`.

The services run already, with UNCLENCH_CONTACT_REQUESTS_PER_MINUTE=0. Says p50, p95 and how many were stored.
"""

from __future__ import annotations

import argparse
import asyncio
import time
import uuid

import httpx


async def ask_at_once(url: str, count: int) -> list[tuple[float, str | None]]:
    """Return seconds and reference of each of `count` requests that start together."""
    limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as http:

        async def ask() -> tuple[float, str | None]:
            body = {"name": "Sam Rivera", "phone": "480 555 0100", "topic": "general", "consent": True}
            began = time.perf_counter()
            answer = await http.post("/api/contact-requests", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
            reference = answer.json().get("reference") if answer.status_code == 201 else None
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
        print(summary(asyncio.run(ask_at_once(url, count))), flush=True)


if __name__ == "__main__":
    main()

"""`make bench-widget`: how heavy the chat is, how soon a slow phone can use it, what it costs the clinic's page.

The phone: a processor four times slower than this machine's, 150 ms to the server and back, 1.6 Mbit/s down and
0.75 Mbit/s up, nothing in its cache. "Usable": from opening the launcher until the greeting is there and one can type.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.services import ours
from tools.screenshots import FLAGS
from tools.train import train

SLOWER = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PHONE: ViewportSize = {"width": 390, "height": 844}
OPENED = "() => { window.pressedAt = performance.now(); window.Unclench.open(); }"
TRACED = ["devtools.timeline", "v8", "disabled-by-default-v8.compile"]
SETTLED = 300  # milliseconds after the last request, for layout and paint
USABLE = """
(() => {
  if (window.parent === window || !location.pathname.startsWith('/chat')) return;
  const look = () => {
    const ready = document.querySelector('#log .assistant') && document.querySelector('#composer:not([hidden])');
    if (!ready || window.parent.usableAt) return;
    requestAnimationFrame(() => setTimeout(() => { window.parent.usableAt = window.parent.performance.now(); }));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
})();
"""


class Spent(NamedTuple):
    """Milliseconds of the main thread of a page."""

    script: float
    style: float
    layout: float
    all: float  # paint and what the browser does around it as well


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description="Size and speed of the chat in the browser")
    parser.add_argument("--times", type=int, default=7, help="visits to measure")
    parser.add_argument("--url", help="an assistant that runs already; by default one is started")
    given = parser.parse_args(arguments)
    if given.url:
        print(measure(given.url, given.times))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        services, url = ours(train(), Path(folder))
        with services:
            print(measure(url, given.times))
    return 0


def measure(url: str, times: int) -> str:
    """Return the report on the assistant at an address."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium here: install it (Debian: apt-get install chromium), then run this again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        visits = [visit(browser, url) for _ in range(times)]
        host = [cost_to_the_page(browser, url) for _ in range(times)]
        pairs = [(untraced(browser, url, loader=True), untraced(browser, url, loader=False)) for _ in range(times)]
        browser.close()
    return write_up(
        sizes(url), visits, host, difference([with_it for with_it, _ in pairs], [without for _, without in pairs])
    )


def sizes(url: str) -> dict[str, int]:
    """Bytes of each file as they travel, compressed."""
    page = urllib.request.urlopen(f"{url}/chat").read().decode()  # noqa: S310 (loopback)
    static = page.split('<script src="')[1].split("/chat.js")[0]
    files = {
        "widget.js": "/widget.js",
        "chat.js": f"{static}/chat.js",
        "chat.css": f"{static}/chat.css",
        "/chat": "/chat",
    }
    return {name: _bytes(url + path) for name, path in files.items()}


def _bytes(address: str) -> int:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310 (loopback)
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return len(answer.read())


def visit(browser: Browser, url: str) -> float:
    """Milliseconds from opening the launcher until the chat is usable, on a slow phone that was never here."""
    page = _slow_phone(browser, url)
    page.add_init_script(USABLE)
    page.goto("/")
    page.wait_for_function("() => window.Unclench")
    page.wait_for_load_state("networkidle")
    page.evaluate(OPENED)
    page.wait_for_function("() => window.usableAt", timeout=60_000)
    took = float(page.evaluate("window.usableAt - window.pressedAt"))
    page.context.close()
    return took


def cost_to_the_page(browser: Browser, url: str) -> tuple[float, int]:
    """Return what the loader costs a clinic's page, traced: milliseconds of processor, requests beside its own."""
    page = _slow_phone(browser, url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    browser.start_tracing(page=page, categories=TRACED)
    _shown(page)
    trace = json.loads(browser.stop_tracing())
    page.context.close()
    own = [each for each in asked if "/chat" in each or "/api/" in each]
    return time_of("widget.js", trace["traceEvents"]), len(own)


def time_of(script: str, events: Sequence[dict[str, Any]]) -> float:
    """Return the milliseconds of processor that a script took, callbacks among them, others' share left out."""
    running = [each for each in events if each.get("name") in ("EvaluateScript", "FunctionCall")]
    own = [each for each in running if each.get("ph") == "X" and _address(each).endswith(script)]
    return sum(_took(each) for each in own if not any(_within(each, other) for other in own)) / 1000


def _address(event: dict[str, Any]) -> str:
    return str(event["args"].get("data", {}).get("url"))


def _took(event: dict[str, Any]) -> float:
    """Microseconds of processor, or of the clock where the browser counts no others."""
    return float(event.get("tdur", event["dur"]))


def _within(event: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether an event is part of another one of the same thread."""
    if event is other or event.get("tid") != other.get("tid") or event["ts"] < other["ts"]:
        return False
    return bool(event["ts"] + event["dur"] <= other["ts"] + other["dur"])


def untraced(browser: Browser, url: str, *, loader: bool) -> Spent:
    """Return what the main thread of the clinic's page spends, with the loader or with an empty file in its place."""
    page = _slow_phone(browser, url)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # processor time, not the clock's
    file = urllib.request.urlopen(f"{url}/widget.js").read() if loader else b"window.Unclench = {}"  # noqa: S310
    page.route("**/widget.js", lambda route: route.fulfill(body=file, content_type="text/javascript"))
    _shown(page)
    page.wait_for_timeout(SETTLED)
    counted = {each["name"]: each["value"] * 1000 for each in session.send("Performance.getMetrics")["metrics"]}
    page.context.close()
    return Spent(*(counted[f"{name}Duration"] for name in ("Script", "RecalcStyle", "Layout", "Task")))


def difference(withs: Sequence[Spent], withouts: Sequence[Spent]) -> Spent:
    """Return what the loader adds: the medians with it less those without."""
    return Spent(
        *(
            median(each[of] for each in withs) - median(each[of] for each in withouts)
            for of in range(len(Spent._fields))
        )
    )


def _shown(page: Page) -> None:
    page.goto("/")
    page.wait_for_function("() => window.Unclench")
    page.wait_for_load_state("networkidle")


def _slow_phone(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport=PHONE, base_url=url, has_touch=True).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def write_up(size: dict[str, int], visits: Sequence[float], host: Sequence[tuple[float, int]], added: Spent) -> str:
    """Return the report."""
    traced = median(cost for cost, _ in host)
    everything = size["widget.js"] + size["chat.js"] + size["chat.css"]
    rows = [
        ("loader, gzip", f"{size['widget.js'] / 1024:.1f} KB", "≤ 4 KB"),
        ("all script and style, gzip", f"{everything / 1024:.1f} KB", "≤ 45 KB"),
        ("the chat page's HTML, gzip", f"{size['/chat'] / 1024:.1f} KB", "–"),
        ("open to usable on a slow phone, median", f"{median(visits) / 1000:.2f} s", "≤ 1.5 s"),
        ("the fastest and the slowest visit", f"{min(visits) / 1000:.2f} s, {max(visits) / 1000:.2f} s", "–"),
        ("main thread of the clinic's page: the loader, traced, median", f"{traced:.1f} ms", "≤ 20 ms"),
        ("the same without tracing, against a page with an empty loader: script", f"{added.script:.1f} ms", "≤ 20 ms"),
        ("… and what its button costs: style, layout", f"{added.style:.1f} ms, {added.layout:.1f} ms", "–"),
        ("… all tasks of the main thread, paint among them", f"{added.all:.1f} ms", "–"),
        ("requests beside the loader before it is pressed", str(max(count for _, count in host)), "0"),
    ]
    lines = ["# The chat in the browser", "", "| what | figure | must be |", "|---|---|---|"]
    return "\n".join(
        [
            *lines,
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            f"{len(visits)} visits, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

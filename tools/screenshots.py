"""`make screenshots`: pictures of the running assistant in its states, for the README and for looking, into docs/img.

Needs `make run` in another terminal and a Chromium on the path. Pictures have a palette of 256 colours, to stay small.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from knowledge import places

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
SMALL: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}
#: 200 % on a laptop of 1280 by 800: half as many CSS pixels, each twice the size.
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
DARK: dict[str, Any] = {**PHONE, "color_scheme": "dark"}
#: Milliseconds that an answer may take, drawing included.
PATIENCE = 15_000
COLORS = 256
QUESTION = "is trauma stored in the hips?"
CRISIS = "I want to die"


def clinic(page: Page) -> None:
    """Show a clinic's page with the launcher."""
    page.goto("/")
    page.wait_for_function("() => window.Unclench")


def widget(page: Page) -> None:
    """Show the chat open on a clinic's page, after a question."""
    clinic(page)
    page.evaluate("text => window.Unclench.ask(text)", QUESTION)
    for _ in range(PATIENCE // 100):
        if any("muscles" in frame.locator("#log").inner_text() for frame in page.frames if "/chat" in frame.url):
            return
        page.wait_for_timeout(100)


def greeting(page: Page) -> None:
    """Show the chat as it opens."""
    page.goto("/chat")
    page.locator("#log .choice").first.wait_for(timeout=PATIENCE)


def chat(page: Page) -> None:
    """Show an answer."""
    greeting(page)
    _ask(page, QUESTION)


def sources(page: Page) -> None:
    """Show where an answer comes from."""
    chat(page)
    page.locator(".from summary").last.click()
    page.locator(".foot").last.scroll_into_view_if_needed()


def crisis(page: Page) -> None:
    """Show the reply to a crisis."""
    greeting(page)
    _ask(page, CRISIS)


def pinned(page: Page) -> None:
    """Show the lines that stay after a crisis, unfolded."""
    crisis(page)
    page.locator("#help summary").click()


def form(page: Page) -> None:
    """Show the contact form in the chat."""
    greeting(page)
    _ask(page, "can I talk to a person?")


def offline(page: Page) -> None:
    """Show what was typed without a connection."""
    chat(page)
    page.context.set_offline(True)
    page.locator("#text").fill("and why is my jaw so tight?")
    page.keyboard.press("Enter")
    page.locator("#state").wait_for(timeout=PATIENCE)


def menu(page: Page) -> None:
    """Show the menu."""
    chat(page)
    page.locator("#menu-button").click()


def body_map(page: Page) -> None:
    """Show the check-in at the body map, with two places picked."""
    greeting(page)
    _ask(page, "start the check-in")
    for label in ("Yes, 18 or older", "None of these", "None of these"):
        _tap(page, label)
    for place in ("Neck", "Low back"):
        page.locator("#log > .assistant").last.get_by_role("button", name=place, exact=True).click()


def check_in(page: Page) -> None:
    """Show a question of the check-in that several choices answer."""
    body_map(page)
    for label in ("That's all", "A few weeks", "A little", "Some"):
        _tap(page, label)


def result(page: Page) -> None:
    """Show what the check-in came to."""
    check_in(page)
    for label in ("None of these", "Gentle movement"):
        _tap(page, label)
    to_card = "(log, card) => { log.scrollTop = card.offsetTop - log.offsetTop - 12; }"
    page.locator("#log").evaluate(to_card, page.locator(".result").last.element_handle())


def movement_screen(page: Page) -> None:
    """Show the question before the first movement."""
    greeting(page)
    _ask(page, "give me a stretch")


def player(page: Page) -> None:
    """Show a step of a movement."""
    movement_screen(page)
    _tap(page, "None of these")
    _tap(page, "Marching in a chair", exact=False)  # its time stands behind the name
    _tap(page, "Start")
    page.get_by_role("group", name="Marching in a chair").last.get_by_role("button", name="Next").click()


PICTURES: dict[str, tuple[dict[str, Any], Callable[[Page], None]]] = {
    "clinic-phone": (PHONE, clinic),
    "clinic-desktop": (DESKTOP, clinic),
    "widget-desktop": (DESKTOP, widget),
    "chat-phone": (PHONE, chat),
    "chat-desktop": (DESKTOP, chat),
    "chat-dark": (DARK, chat),
    "chat-small": (SMALL, chat),
    "chat-zoomed": (ZOOMED, chat),
    "sources-phone": (PHONE, sources),
    "crisis-phone": (PHONE, crisis),
    "crisis-desktop": (DESKTOP, crisis),
    "pinned-phone": (PHONE, pinned),
    "form-phone": (PHONE, form),
    "offline-phone": (PHONE, offline),
    "menu-phone": (PHONE, menu),
    "body-map-phone": (PHONE, body_map),
    "body-map-dark": (DARK, body_map),
    "check-in-phone": (PHONE, check_in),
    "result-phone": (PHONE, result),
    "result-desktop": (DESKTOP, result),
    "result-dark": (DARK, result),
    "movement-screen-phone": (PHONE, movement_screen),
    "player-phone": (PHONE, player),
    "player-desktop": (DESKTOP, player),
    "player-dark": (DARK, player),
}


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(description="Pictures of the running assistant")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--into", type=Path, default=places.ROOT / "docs" / "img")
    parser.add_argument("names", nargs="*", help="which pictures; all of them by default")
    given = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium here: install it (Debian: apt-get install chromium), then run this again.")
    given.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in given.names or PICTURES:
            (given.into / f"{name}.png").write_bytes(small(take(browser, given.url, *PICTURES[name])))
        browser.close()
    return 0


def take(browser: Browser, url: str, window: dict[str, Any], bring: Callable[[Page], None]) -> bytes:
    """Bring the assistant into a state and return the picture of it."""
    context = browser.new_context(base_url=url, reduced_motion="reduce", locale="en-US", **window)
    page = context.new_page()
    bring(page)
    page.wait_for_timeout(400)
    picture = page.screenshot()
    context.close()
    return picture


def small(picture: bytes) -> bytes:
    """Return the picture with few colours."""
    packed = io.BytesIO()
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    # this method keeps a colour that few dots have, such as that of "Need help now?"; kmeans mends those that many have
    few = whole.quantize(COLORS, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    few.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _ask(page: Page, text: str) -> None:
    before = page.locator("#log .assistant").count()
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")
    page.locator("#log .assistant").nth(before).wait_for(timeout=PATIENCE)


def _tap(page: Page, label: str, *, exact: bool = True) -> None:
    """Tap a choice of the newest message and wait for the answer to it."""
    before = page.locator("#log > .assistant").count()
    page.locator("#log > .assistant").last.get_by_role("button", name=label, exact=exact).click()
    page.locator("#log > .assistant").nth(before).wait_for(timeout=PATIENCE)
    page.locator(".typing").wait_for(state="detached", timeout=PATIENCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

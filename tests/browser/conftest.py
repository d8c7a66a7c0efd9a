"""A real browser and a visitor in it. Watched all along: foreign requests, policy violations, errors in the console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Frame, Locator, Page, expect, sync_playwright

from knowledge import places
from tests.browser.clinic_site import Site
from tests.services import Running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PHONE = {"width": 390, "height": 844}
PATIENCE = 15_000  # milliseconds
AXE = places.ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WATCH = """
addEventListener('securitypolicyviolation', (event) => console.error('violates the policy: ' + event.violatedDirective))
"""


class Visitor:
    """Somebody with the chat open, in a page or in a frame of one."""

    def __init__(self, room: Page | Frame) -> None:
        self.room = room
        self.log: Locator = room.get_by_role("log")
        self.box: Locator = room.locator("#text")
        self.state: Locator = room.locator("#state")

    def greeted(self) -> Visitor:
        """Wait until the assistant has said hello."""
        expect(self.log).to_contain_text("automated", timeout=PATIENCE)
        return self

    def ask(self, text: str, answer: str | None = None) -> None:
        """Type a text and send it; wait for an answer that has these words."""
        self.box.fill(text)
        self.box.press("Enter")
        if answer:
            expect(self.log).to_contain_text(answer, timeout=PATIENCE)

    def menu(self, name: str) -> None:
        """Choose something from the menu."""
        self.room.get_by_role("button", name="More").click()
        self.room.get_by_role("button", name=name).click()


class Watched:
    """What went wrong in the pages of a context. A test that means to go wrong takes it out."""

    def __init__(self, own: Callable[[str], bool]) -> None:
        self.own = own
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.forgiven: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.own(request.url) or self.foreign.append(request.url))
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def forgive(self, words: str) -> None:
        """Let complaints pass that hold these words, before and from now on."""
        self.forgiven.append(words)

    def unforgiven(self) -> list[str]:
        """The complaints that were not meant to come."""
        return [each for each in self.complaints if not any(words in each for words in self.forgiven)]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no browser: .ci/run installs chromium")
        pytest.skip("no Chromium on this machine: the browser tests are left out (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched(
        lambda url: url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:", "about:"))
    )
    yield watched
    assert (watched.foreign, watched.unforgiven()) == ([], [])


@pytest.fixture
def make_context(browser: Browser, assistant: Running, watched: Watched) -> Iterator[Callable[..., BrowserContext]]:
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        settings = {"viewport": PHONE, "base_url": assistant.url, "reduced_motion": "reduce", **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        context.on("page", watched.watch)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(make_context: Callable[..., BrowserContext]) -> Page:
    return make_context().new_page()


@pytest.fixture
def visitor(page: Page) -> Visitor:
    """Somebody on a phone with the chat page open."""
    page.goto("/chat")
    return Visitor(page).greeted()


def frame_of_chat(page: Page) -> Frame:
    """The frame that the loader opened."""
    for _ in range(100):
        found = [frame for frame in page.frames if "/chat" in frame.url]
        if found:
            return found[0]
        page.wait_for_timeout(50)
    raise AssertionError("the chat did not open")


def faults_by_axe(room: Page | Frame, also: Sequence[str] = ()) -> list[str]:
    """The violations of WCAG 2.2 A and AA that axe-core finds, each with the element; `also`: more of axe's tags."""
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no axe-core: make install-dev brings it")
        pytest.skip("axe-core is not installed: run make install-dev")
    room.evaluate(Path(AXE).read_text(encoding="utf-8") + "\n;undefined")
    # iframes are looked at one by one; text within a scrolled part may be covered by its edge
    run = "axe.run(document, {runOnly: tags, iframes: false, resultTypes: ['violations']})"
    found = room.evaluate(f"(tags) => {run}.then(({{violations}}) => violations)", [*WCAG, *also])
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def has_sideways_scroll(room: Page | Frame) -> bool:
    """Whether something is wider than the window."""
    return bool(room.evaluate("document.scrollingElement.scrollWidth > innerWidth"))


def gone(page: Page) -> bool:
    """Whether a page can no longer be asked."""
    try:
        page.title()
    except Error:
        return True
    return False

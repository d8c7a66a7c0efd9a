"""The main job in a real browser: the clinic's page, the launcher, a question, a reload, the keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from tests.services import Running

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
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
def page(browser: Browser, assistant: Running) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=assistant.url, reduced_motion="reduce")
    page = context.new_page()
    page.foreign = []  # type: ignore[attr-defined]
    page.complaints = []  # type: ignore[attr-defined]
    page.on("request", lambda request: _note_foreign(page, request.url, assistant.url))
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    yield page
    assert page.foreign == [], page.foreign  # type: ignore[attr-defined]
    assert page.complaints == [], page.complaints  # type: ignore[attr-defined]
    context.close()


def _note_foreign(page: Page, url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:", "about:")):
        page.foreign.append(url)  # type: ignore[attr-defined]


def _open_launcher(page: Page) -> Frame:
    """Open the chat with the keyboard: the launcher lives in a closed shadow root, where no selector reaches."""
    for _ in range(30):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)
        found = [frame for frame in page.frames if frame.url.endswith("/chat")]
        if found:
            return found[0]
    raise AssertionError("no launcher can be reached with the keyboard")


def _ask(frame: Frame | Page, text: str) -> None:
    box = frame.get_by_role("textbox").first
    box.fill(text)
    box.press("Enter")


def test_a_visitor_opens_the_launcher_asks_and_follows_up(page: Page) -> None:
    page.goto("/")
    frame = _open_launcher(page)
    log = frame.get_by_role("log")
    expect(log).to_contain_text("automated", timeout=15_000)
    _ask(frame, "is trauma stored in the hips?")
    expect(log).to_contain_text("muscles don't hold memories", timeout=15_000)
    _ask(frame, "why?")
    expect(log).to_contain_text("Memory is the work of the brain", timeout=15_000)


def test_a_reload_resumes_the_chat(page: Page) -> None:
    page.goto("/chat")
    log = page.get_by_role("log")
    expect(log).to_contain_text("automated", timeout=15_000)
    _ask(page, "what is the psoas?")
    expect(log).to_contain_text("long, thick muscle", timeout=15_000)
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("long, thick muscle", timeout=15_000)


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.goto("/chat")
    expect(page.get_by_role("log")).to_contain_text("automated", timeout=15_000)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('textarea, input[type=text], input:not([type])')"):
            break
    page.keyboard.type("why is my jaw always tight?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("jaw", timeout=15_000)
    choice = page.get_by_role("log").get_by_role("button").last
    choice.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").locator(":scope > *")).not_to_have_count(0)


def test_a_crisis_shows_lines_to_tap(page: Page) -> None:
    page.goto("/chat")
    expect(page.get_by_role("log")).to_contain_text("automated", timeout=15_000)
    _ask(page, "i want to kill myself")
    expect(page.get_by_role("log").locator("a[href^='tel:988']").first).to_be_visible(timeout=15_000)
    expect(page.get_by_role("log").locator("a[href^='sms:']").first).to_be_visible()


def test_help_and_the_form_work_without_javascript(browser: Browser, assistant: Running) -> None:
    context = browser.new_context(viewport=PHONE, base_url=assistant.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/crisis")
    expect(page.locator("a[href^='tel:988']").first).to_be_visible()
    page.goto("/contact")
    expect(page.get_by_role("button").first).to_be_visible()
    context.close()


def test_what_a_visitor_types_is_shown_as_text_and_never_run(page: Page) -> None:
    page.goto("/chat")
    expect(page.get_by_role("log")).to_contain_text("automated", timeout=15_000)
    _ask(page, "<img src=x onerror=\"document.title='taken'\">")
    expect(page.get_by_role("log")).to_contain_text("<img src=x", timeout=15_000)
    assert page.title() != "taken"

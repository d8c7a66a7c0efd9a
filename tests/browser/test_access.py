"""For everybody: the keyboard alone, axe-core on every state, small and large, dark, right to left, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, PHONE, Visitor, Watched, faults_by_axe, frame_of_chat, has_sideways_scroll
from tests.services import Running

pytestmark = pytest.mark.slow

SMALL = {"width": 320, "height": 640}
#: 200 % on a laptop of 1280 by 800: half as many CSS pixels, each twice the size.
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
#: 400 % on the same laptop: what WCAG 1.4.10 asks for.
REFLOWED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "320 px": {"viewport": SMALL},
    "zoom 200 %": ZOOMED,
    "zoom 400 %": REFLOWED,
    "more contrast": {"forced_colors": "active"},
}


def walk_through_every_state(visitor: Visitor, page: Page, look: Callable[[str], None], watched: Watched) -> None:
    """Bring the chat into each of its states, and look."""
    look("greeting")
    visitor.ask("is trauma stored in the hips?", "muscles don't hold memories")
    page.locator(".from summary").last.click()
    page.get_by_role("button", name="This helped").last.click()
    look("answer with its sources")
    visitor.ask("zzz qqq xyzzy")
    expect(visitor.log.locator(".assistant")).to_have_count(3, timeout=PATIENCE)
    look("not understood")
    visitor.ask("can i talk to a person")
    form = visitor.log.locator("form")
    expect(form).to_be_visible(timeout=PATIENCE)
    form.get_by_role("button", name="Send").click()
    expect(form.locator("[data-summary]")).to_be_visible()
    look("contact form with faults")
    watched.forgive("422")
    visitor.box.fill("x" * 1001)
    look("too long")
    visitor.box.fill("")
    page.get_by_role("button", name="More").click()
    look("menu")
    page.get_by_role("button", name="Clear this chat").click()
    look("question before clearing")
    page.get_by_role("button", name="Keep it").click()
    page.locator("#help summary").click()
    look("help lines")
    page.locator("#help summary").click()
    visitor.ask("i want to kill myself")
    expect(visitor.log.locator("a[href^='tel:988']").first).to_be_visible(timeout=PATIENCE)
    look("crisis")
    page.locator("#help summary").click()
    look("pinned card, unfolded")
    page.locator("#help summary").click()
    page.context.set_offline(True)
    visitor.ask("what is the psoas?")
    expect(visitor.state).to_be_visible()
    look("offline")
    page.context.set_offline(False)
    watched.forgive("ERR_INTERNET_DISCONNECTED")


@pytest.mark.parametrize("name", LOOKS)
def test_every_state_is_free_of_faults_and_fits_the_window(
    make_context: Callable[..., BrowserContext], watched: Watched, name: str
) -> None:
    page = make_context(**LOOKS[name]).new_page()
    page.goto("/chat")
    visitor = Visitor(page).greeted()
    faults: dict[str, object] = {}

    def look(state: str) -> None:
        # at 400 % the page scrolls under the line with help; what it covers halfway just then can be scrolled out of it
        page.evaluate("scrollTo(0, 0)")
        found = faults_by_axe(page)
        if found or has_sideways_scroll(page):
            faults[state] = found or "wider than the window"

    walk_through_every_state(visitor, page, look, watched)
    assert faults == {}


@pytest.mark.parametrize("path", ["/", "/contact", "/crisis", "/crisis?language=es", "/chat?language=es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_free_of_faults(make_context: Callable[..., BrowserContext], path: str, scheme: str) -> None:
    page = make_context(color_scheme=scheme, viewport=SMALL).new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert faults_by_axe(page) == []
    assert not has_sideways_scroll(page)


def test_the_open_widget_on_a_clinics_page_is_free_of_faults(page: Page) -> None:
    page.goto("/")
    page.evaluate("Unclench.open()")
    frame = frame_of_chat(page)
    Visitor(frame).greeted()
    assert faults_by_axe(page) == []
    assert faults_by_axe(frame) == []


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    frame = frame_of_chat(page)
    visitor = Visitor(frame).greeted()
    expect(visitor.box).to_be_focused()
    page.keyboard.type("why is my jaw always tight?")
    page.keyboard.press("Enter")
    expect(visitor.log).to_contain_text("grind their teeth", timeout=PATIENCE)
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        reached.append(
            frame.evaluate("document.activeElement.textContent.trim() || document.activeElement.ariaLabel || ''")
        )
        if "Need help now?" in reached[-1]:
            break
    seen = " ".join(reached)
    for name in ("This helped", "Where this comes from", "Leave fast", "Need help now?"):
        assert name in seen, f"{name} cannot be reached with the keyboard"
    page.keyboard.press("Enter")
    expect(frame.locator(".help-lines a[href='tel:988']").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.locator(".help-lines a[href='tel:988']").first).to_be_hidden()
    assert frame.evaluate("document.activeElement.tagName") == "SUMMARY"
    choice = visitor.log.locator(".assistant").last.locator(".choice").first
    choice.focus()
    page.keyboard.press("Enter")
    expect(visitor.log.locator(".assistant")).to_have_count(3, timeout=PATIENCE)


def test_a_screen_reader_hears_each_answer_once_and_a_crisis_at_once(visitor: Visitor, page: Page) -> None:
    assert visitor.log.get_attribute("aria-live") == "off"
    visitor.ask("what is the psoas?", "long, thick muscle")
    polite, assertive = page.locator("#announcer"), page.locator("#alarm")
    expect(polite).to_contain_text("long, thick muscle")
    expect(polite).to_contain_text("You could ask: ")
    expect(assertive).to_be_empty()
    visitor.ask("i want to kill myself")
    expect(assertive).to_contain_text("988", timeout=PATIENCE)
    expect(polite).not_to_contain_text("988")


def test_nothing_moves_for_those_who_want_no_motion(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    assert page.evaluate("document.getAnimations().length") == 0


def test_targets_are_large_enough_for_a_finger(visitor: Visitor, page: Page) -> None:
    visitor.ask("is trauma stored in the hips?", "muscles don't hold memories")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a.way, summary')]
          .filter((each) => each.checkVisibility() && !each.closest('.help-lines'))
          .map((each) => [each.textContent.trim() || each.ariaLabel, each.getBoundingClientRect()])
          .filter(([, {width, height}]) => width < 36 || height < 36).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("viewport", [SMALL, PHONE])
def test_right_to_left_the_page_turns_around_and_still_fits(
    make_context: Callable[..., BrowserContext], viewport: dict[str, int]
) -> None:
    page = make_context(viewport=viewport).new_page()
    page.goto("/chat")
    visitor = Visitor(page).greeted()
    page.evaluate("document.documentElement.dir = 'rtl'")
    visitor.ask("what is the psoas?", "long, thick muscle")
    assert not has_sideways_scroll(page)
    said, send = visitor.log.locator(".visitor .bubble"), page.get_by_role("button", name="Send")
    for mine in (said.bounding_box(), send.bounding_box()):
        assert mine and mine["x"] + mine["width"] < viewport["width"] / 2 + 120


def test_text_at_twice_its_size_is_still_whole(page: Page) -> None:
    page.goto("/chat")
    visitor = Visitor(page).greeted()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    visitor.ask("what is the psoas?", "long, thick muscle")
    assert not has_sideways_scroll(page)
    box = visitor.box.bounding_box()
    assert box and box["y"] + box["height"] <= PHONE["height"]


@pytest.mark.parametrize("path", ["/chat", "/crisis", "/contact"])
def test_without_javascript_help_lines_and_the_form_are_there(browser: Browser, assistant: Running, path: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=assistant.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    if path == "/chat":
        expect(page.locator("noscript a[href='tel:988']").first).to_be_visible()
        page.get_by_role("link", name="Contact form").click()
    if path != "/crisis":
        expect(page.get_by_role("button", name="Send")).to_be_visible()
        page.goto("/crisis")
    expect(page.locator("a[href^='tel:988']").first).to_be_visible()
    context.close()

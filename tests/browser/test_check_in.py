"""The check-in in a real browser: by keyboard alone, at 320 px, for a screen reader, nothing kept in an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, PHONE, faults_by_axe, has_sideways_scroll

pytestmark = pytest.mark.slow

NARROW = {"width": 320, "height": 640}


@pytest.fixture(params=[NARROW, PHONE], ids=["320px", "phone"])
def page(request: pytest.FixtureRequest, make_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    page = make_context(viewport=request.param, permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto("/chat")
    expect(page.get_by_role("log")).to_contain_text("automated", timeout=PATIENCE)
    at = page.url
    yield page
    assert page.url == at and at.endswith("/chat"), "an answer must never stand in an address"


def says(page: Page, text: str) -> None:
    box = page.get_by_role("textbox").first
    box.fill(text)
    box.press("Enter")


def newest(page: Page) -> Any:
    return page.locator(".log > .assistant").last


def asks(page: Page, question: str) -> None:
    expect(newest(page).locator(".ask")).to_have_text(question, timeout=PATIENCE)


def tap(page: Page, label: str) -> None:
    newest(page).get_by_role("button", name=label, exact=True).click()


def at_the_map(page: Page) -> None:
    says(page, "start the check-in")
    asks(page, "First: are you 18 or older?")
    tap(page, "Yes, 18 or older")
    asks(page, "Is any of this happening right now?")
    tap(page, "None of these")
    asks(page, "Any of these with your back, hip or leg?")
    tap(page, "None of these")
    asks(page, "Where do you notice tightness? You can pick more than one place.")


def to_the_result(page: Page) -> None:
    at_the_map(page)
    tap(page, "Neck")
    tap(page, "Hips")
    tap(page, "That's all")
    for question, label in [
        ("How long has this been going on?", "A few days"),
        ("How much does it get in the way of your day?", "A little"),
        ("How has stress been, these two weeks?", "Some"),
        ("Anything to know before I offer movement ideas?", "None of these"),
        ("Last one. What would help you most now?", "Gentle movement"),
    ]:
        asks(page, question)
        tap(page, label)
    expect(newest(page).locator(".result h2")).to_have_text("At your own pace", timeout=PATIENCE)


def faults_of_access(page: Page) -> list[str]:
    """What axe-core finds, its advice on good practice among it."""
    return faults_by_axe(page, also=["best-practice"])


def test_the_way_through_fits_a_narrow_screen_and_axe_finds_nothing(page: Page) -> None:
    at_the_map(page)
    assert not has_sideways_scroll(page) and faults_of_access(page) == []
    tap(page, "Neck")
    newest(page).get_by_text("Show as a plain list").click()
    assert not has_sideways_scroll(page) and faults_of_access(page) == []
    tap(page, "That's all")
    asks(page, "How long has this been going on?")
    for label in ("A few days", "A little", "Some", "None of these", "Gentle movement"):
        tap(page, label)
        page.wait_for_timeout(100)
        expect(page.locator(".typing")).to_have_count(0, timeout=PATIENCE)
    expect(newest(page).locator(".result h2")).to_be_visible(timeout=PATIENCE)
    assert not has_sideways_scroll(page) and faults_of_access(page) == []


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    """Tab, space and Enter only, map and all."""

    def press(label: str, key: str = "Enter") -> None:
        page.get_by_role("textbox").first.focus()
        for _ in range(80):
            page.keyboard.press("Shift+Tab")
            label_now = page.evaluate("document.activeElement.textContent.trim()")
            if label_now == label and page.evaluate("!!document.activeElement.closest('.log > .assistant:last-child')"):
                page.keyboard.press(key)
                return
        raise AssertionError(f"{label!r} can't be reached")

    page.get_by_role("textbox").first.focus()
    page.keyboard.type("start the check-in")
    page.keyboard.press("Enter")
    asks(page, "First: are you 18 or older?")
    press("Yes, 18 or older")
    asks(page, "Is any of this happening right now?")
    press("None of these", " ")
    asks(page, "Any of these with your back, hip or leg?")
    press("None of these")
    asks(page, "Where do you notice tightness? You can pick more than one place.")
    press("Shoulders", " ")
    press("Hips", " ")
    assert newest(page).get_by_role("button", name="Hips", exact=True).get_attribute("aria-pressed") == "true"
    press("That's all")
    asks(page, "How long has this been going on?")
    expect(page.locator(".visitor").last).to_contain_text("Shoulders, Hips")
    press("Back")
    asks(page, "Where do you notice tightness? You can pick more than one place.")
    assert newest(page).get_by_role("button", name="Hips", exact=True).get_attribute("aria-pressed") == "true"


def test_the_map_and_the_plain_list_are_the_same(page: Page) -> None:
    at_the_map(page)
    newest(page).get_by_text("Show as a plain list").click()
    newest(page).get_by_role("checkbox", name="Low back").check()
    expect(newest(page).get_by_role("button", name="Low back", exact=True)).to_have_attribute("aria-pressed", "true")
    tap(page, "Jaw")
    expect(newest(page).get_by_role("checkbox", name="Jaw")).to_be_checked()
    expect(newest(page).locator(".picked")).to_have_text("Picked: Jaw, Low back")
    assert newest(page).locator("svg .glow.on").count() == 2
    tap(page, "That's all")
    asks(page, "How long has this been going on?")


def test_nothing_picked_can_not_be_sent(page: Page) -> None:
    at_the_map(page)
    expect(newest(page).get_by_role("button", name="That's all")).to_be_disabled()


def test_progress_is_said_and_seen(page: Page) -> None:
    at_the_map(page)
    expect(newest(page).locator(".progress")).to_have_text("3 of 8")


def test_several_signs_at_once_lead_to_the_emergency_card_with_its_lines(page: Page) -> None:
    says(page, "start the check-in")
    asks(page, "First: are you 18 or older?")
    tap(page, "Yes, 18 or older")
    asks(page, "Is any of this happening right now?")
    tap(page, "Sudden worst headache")
    tap(page, "In danger from someone")
    tap(page, "Continue")
    card = newest(page).locator(".result.urgent")
    expect(card).to_contain_text("Emergency help now", timeout=PATIENCE)
    expect(card).to_contain_text("Because you picked: a sudden worst headache, being in danger from someone.")
    expect(card.locator("a[href='tel:911']")).to_be_visible()
    expect(page.locator("#alarm")).to_contain_text("911")
    assert faults_of_access(page) == []


def test_the_result_is_offered_in_parts_and_can_be_copied_and_printed(page: Page) -> None:
    to_the_result(page)
    result = newest(page)
    expect(result.get_by_role("group", name="Gentle movement")).to_be_visible()
    expect(result.get_by_role("group", name="Something to read").get_by_role("button")).to_have_count(3)
    result.get_by_role("button", name="Copy").click()
    expect(result.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "At your own pace" in copied and "may miss things" in copied
    page.evaluate("window.print = () => { window.printed = document.querySelector('[data-printing]') !== null; }")
    result.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") is True
    assert page.locator("[data-printing]").count() == 0


def test_on_paper_stands_the_card_and_nothing_else(page: Page) -> None:
    to_the_result(page)
    page.emulate_media(media="print")
    page.evaluate("document.querySelector('.result').dataset.printing = ''")
    expect(page.locator(".result h2")).to_be_visible()
    expect(page.locator(".visitor").first).to_be_hidden()
    expect(page.get_by_role("textbox").first).to_be_hidden()


def test_a_reload_in_the_middle_goes_on_with_the_same_question(page: Page) -> None:
    at_the_map(page)
    page.reload()
    asks(page, "Where do you notice tightness? You can pick more than one place.")
    tap(page, "Neck")
    tap(page, "That's all")
    asks(page, "How long has this been going on?")


def test_answers_are_not_kept_on_the_device(page: Page) -> None:
    at_the_map(page)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert not any(words in kept for words in ("None of these", "18 or older", "check-in", "tightness"))

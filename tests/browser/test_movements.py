"""The player in a real browser: by the keyboard alone, without the network, after a reload, and as axe sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Watched, faults_by_axe

pytestmark = pytest.mark.slow

WAIT = 15_000


@pytest.fixture(params=["light", "dark"])
def chat(request: pytest.FixtureRequest, make_context: Callable[..., BrowserContext]) -> Page:
    page = make_context(color_scheme=request.param).new_page()
    page.goto("/chat")
    expect(page.get_by_role("log")).to_contain_text("automated", timeout=WAIT)
    return page


def ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox").first
    box.fill(text)
    box.press("Enter")


def player(page: Page) -> Locator:
    return page.get_by_role("group", name="Marching in a chair").last


def start(page: Page) -> Locator:
    """Find and start the movement in a chair."""
    ask(page, "give me a stretch")
    page.get_by_role("button", name="None of these").click(timeout=WAIT)
    page.get_by_role("button", name="Marching in a chair").click(timeout=WAIT)
    page.get_by_role("button", name="Start", exact=True).click(timeout=WAIT)
    expect(player(page)).to_contain_text("Step 1 of 5", timeout=WAIT)
    return player(page)


def test_axe_finds_nothing_from_the_screen_to_the_last_question(chat: Page) -> None:
    ask(chat, "give me a stretch")
    expect(chat.get_by_role("button", name="None of these")).to_be_visible(timeout=WAIT)
    assert faults_by_axe(chat) == []
    chat.get_by_role("button", name="None of these").click()
    expect(chat.get_by_role("button", name="Marching in a chair")).to_be_visible(timeout=WAIT)
    assert faults_by_axe(chat) == []
    chat.get_by_role("button", name="Marching in a chair").click()
    expect(chat.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=WAIT)
    assert faults_by_axe(chat) == []
    chat.get_by_role("button", name="Start", exact=True).click()
    expect(player(chat)).to_contain_text("Step 1 of 5", timeout=WAIT)
    player(chat).get_by_role("button", name="Next").click()
    expect(player(chat).get_by_role("button", name="Start the timer")).to_be_visible()
    assert faults_by_axe(chat) == []


def test_several_answers_to_the_screen_are_picked_and_said_at_once(chat: Page) -> None:
    ask(chat, "give me a stretch")
    end = chat.locator(".screen .done")
    expect(end).to_have_text("None of these", timeout=WAIT)
    chat.locator(".screen-more summary").click()
    for label in ("Knee trouble, or a new knee", "Shaky balance"):
        chat.get_by_role("button", name=label).click()
        expect(chat.get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")
    expect(end).to_have_text("That's all")
    assert faults_by_axe(chat) == []
    end.click()
    expect(chat.locator(".visitor").last).to_contain_text("Knee trouble, or a new knee, Shaky balance")
    expect(chat.get_by_role("button", name="Marching in a chair")).to_be_visible(timeout=WAIT)
    expect(chat.get_by_role("button", name="kneeling")).to_have_count(0)


def test_what_was_picked_and_taken_back_is_not_said(chat: Page) -> None:
    ask(chat, "give me a stretch")
    falls = chat.get_by_role("button", name="Falls")
    falls.click(timeout=WAIT)
    falls.click()
    chat.get_by_role("button", name="None of these").click()
    expect(chat.get_by_role("button", name="Marching in a chair")).to_be_visible(timeout=WAIT)


def test_the_keyboard_alone_leads_through_a_movement(chat: Page) -> None:
    card = start(chat)
    following = card.get_by_role("button", name="Next")
    following.focus()
    for at in range(2, 6):
        chat.keyboard.press("Enter")
        expect(card).to_contain_text(f"Step {at} of 5")
        expect(card.get_by_role("button", name="I'm done" if at == 5 else "Next")).to_be_focused()
    chat.keyboard.press("Shift+Tab")
    chat.keyboard.press("Enter")
    expect(card).to_contain_text("Step 4 of 5")
    for _ in range(2):
        chat.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Stop")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("log")).to_contain_text("we stop here", timeout=WAIT)


def test_the_timer_is_paused_and_goes_on_as_the_visitor_likes(chat: Page) -> None:
    card = start(chat)
    card.get_by_role("button", name="Next").click()
    timer = card.get_by_role("button", name="Start the timer")
    timer.click()
    expect(card.get_by_role("button", name="Pause")).to_be_visible()
    expect(card.locator(".timer-left")).not_to_have_text("5", timeout=WAIT)
    card.get_by_role("button", name="Pause").click()
    left = card.locator(".timer-left").inner_text()
    card.get_by_role("button", name="Go on").click()
    expect(card).to_contain_text("That was the time", timeout=WAIT)
    assert int(left) < 5


def test_the_player_keeps_on_without_the_network_and_finishes_when_it_is_back(chat: Page, watched: Watched) -> None:
    watched.forgive("ERR_INTERNET_DISCONNECTED")
    card = start(chat)
    chat.context.set_offline(True)
    for at in range(2, 6):
        card.get_by_role("button", name="Next").click()
        expect(card).to_contain_text(f"Step {at} of 5")
        expect(card.locator("svg").first).to_be_visible()
    card.get_by_role("button", name="I'm done").click()
    expect(card).to_contain_text("There is no connection")
    chat.context.set_offline(False)
    expect(chat.get_by_role("log")).to_contain_text("How do you feel now", timeout=WAIT)


def test_a_reload_comes_back_to_the_same_step_and_shows_it_once(chat: Page) -> None:
    card = start(chat)
    card.get_by_role("button", name="Next").click()
    card.get_by_role("button", name="Next").click()
    expect(card).to_contain_text("Step 3 of 5")
    ask(chat, "why?")
    expect(chat.get_by_role("log")).to_contain_text("Long sitting keeps", timeout=WAIT)
    expect(player(chat)).to_contain_text("Step 3 of 5", timeout=WAIT)
    chat.reload()
    expect(player(chat)).to_contain_text("Step 3 of 5", timeout=WAIT)
    expect(chat.get_by_text("Step 1 of 5")).to_have_count(0)


def test_a_step_is_said_once_to_a_screen_reader_and_the_timer_never(chat: Page) -> None:
    card = start(chat)
    card.get_by_role("button", name="Next").click()
    said = chat.locator("#announcer")
    expect(said).to_contain_text("Step 2 of 5")
    before = said.inner_text()
    card.get_by_role("button", name="Start the timer").click()
    expect(card.locator(".timer-left")).not_to_have_text("5", timeout=WAIT)
    assert said.inner_text() == before


def test_this_hurts_shows_the_stop_rule_at_once_and_asks_for_red_flags(chat: Page) -> None:
    card = start(chat)
    card.get_by_role("button", name="This hurts").click()
    expect(chat.get_by_role("log")).to_contain_text("Don't push through", timeout=WAIT)
    expect(chat.get_by_role("button", name="None of these").last).to_be_visible()

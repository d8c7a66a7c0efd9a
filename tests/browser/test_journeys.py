"""The three journeys of a visitor: a question and what follows, a crisis in the middle, the hand-over to a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.clinic_site import web_for
from tests.browser.conftest import PATIENCE, Visitor, frame_of_chat
from tests.services import Running

pytestmark = pytest.mark.slow


def open_by_keyboard(page: Page) -> None:
    """Open the chat as somebody without a mouse: the launcher is the last thing on the page."""
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")


def test_a_visitor_opens_the_launcher_asks_and_follows_up(page: Page) -> None:
    page.goto("/")
    open_by_keyboard(page)
    visitor = Visitor(frame_of_chat(page)).greeted()
    visitor.ask("is trauma stored in the hips?", "muscles don't hold memories")
    visitor.ask("why?", "Memory is the work of the brain")
    visitor.log.get_by_text("Where this comes from").last.click()
    expect(visitor.log.get_by_text("Draft, not yet reviewed by a clinician").last).to_be_visible()


def test_choices_can_be_tapped_and_typed(visitor: Visitor) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    choice = visitor.log.get_by_role("button", name="What does stress do to the psoas?").last
    words = choice.inner_text()
    visitor.ask(words.upper().rstrip("?"))
    expect(visitor.log.locator(".visitor").last).to_contain_text(words)
    expect(visitor.log.locator(".assistant")).to_have_count(3, timeout=PATIENCE)
    visitor.log.locator(".assistant").last.locator(".choice").first.click()
    expect(visitor.log.locator(".assistant")).to_have_count(4, timeout=PATIENCE)


def test_a_crisis_shows_lines_to_tap_and_stays_pinned_whatever_is_said_next(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    quick = page.locator("[data-quick]")
    expect(quick).to_be_hidden()
    visitor.ask("i want to kill myself")
    expect(visitor.log.locator("a[href^='tel:988']").first).to_be_visible(timeout=PATIENCE)
    expect(visitor.log.locator("a[href^='sms:']").first).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("988")
    for text in ("no, you misunderstood me", "what is the psoas?"):
        before = visitor.log.locator(".assistant").count()
        visitor.ask(text)
        expect(visitor.log.locator(".assistant")).not_to_have_count(before, timeout=PATIENCE)
        expect(quick.get_by_role("link", name="Call 988")).to_be_visible()
    page.get_by_text("Need help now?").click()
    expect(page.get_by_role("heading", name="For you, right now")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="For you, right now")).to_be_hidden()
    page.reload()
    expect(quick.get_by_role("link", name="Call 988")).to_be_visible(timeout=PATIENCE)


def test_help_lines_are_one_tap_away_before_anything_is_said(visitor: Visitor, page: Page) -> None:
    page.get_by_text("Need help now?").click()
    expect(page.locator(".help-lines a[href='tel:988']").first).to_be_visible()
    page.mouse.click(200, 800)
    expect(page.locator(".help-lines a[href='tel:988']").first).to_be_hidden()


def test_a_visitor_is_handed_over_to_a_person(visitor: Visitor, page: Page) -> None:
    visitor.ask("can i talk to a person")
    form = visitor.log.locator("form")
    expect(form).to_be_visible(timeout=PATIENCE)
    form.get_by_label("Your name").fill("Sam Rivera")
    form.get_by_label("E-mail address", exact=True).fill("sam@example.com")
    form.get_by_label("The clinic may contact me").check()
    form.get_by_role("button", name="Send").click()
    reference = visitor.log.locator(".reference")
    expect(reference).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"), timeout=PATIENCE)
    known = reference.inner_text()
    page.reload()
    expect(visitor.log.locator(".reference")).to_have_text(known, timeout=PATIENCE)


def test_an_answer_can_be_rated_with_one_tap_and_the_tap_can_be_changed(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    helped, not_helped = (
        page.get_by_role("button", name=name, exact=True) for name in ("This helped", "This did not help")
    )
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "true")
    not_helped.click()
    expect(not_helped).to_have_attribute("aria-pressed", "true")
    expect(helped).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(not_helped).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)


def test_clearing_erases_the_chat_on_the_server_too(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    with page.expect_response(lambda response: response.request.method == "DELETE") as erased:
        visitor.menu("Clear this chat")
        page.get_by_role("button", name="Yes, clear it").click()
    assert erased.value.status == 204
    expect(visitor.log).not_to_contain_text("psoas")
    expect(visitor.state).to_contain_text("cleared")
    visitor.greeted()


def test_the_chat_can_be_saved_as_text_on_the_visitors_own_device(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    with page.expect_download() as download:
        visitor.menu("Save it as a text file")
    assert download.value.suggested_filename == "chat.txt"
    saved = download.value.path().read_text(encoding="utf-8")
    assert "You said" in saved and "what is the psoas?" in saved and "long, thick muscle" in saved


def test_printing_shows_the_whole_conversation_and_no_buttons(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    page.emulate_media(media="print")
    expect(visitor.log.locator(".visitor")).to_be_visible()
    for hidden in ("#composer", ".choices", "#leave", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
    height, shown = visitor.log.evaluate("(log) => [log.scrollHeight, log.clientHeight]")
    assert height == shown


def test_what_a_visitor_types_is_shown_as_text_and_never_run(visitor: Visitor, page: Page) -> None:
    visitor.ask("<img src=x onerror=\"document.title='taken'\">", "<img src=x")
    assert page.title() != "taken"


def test_while_answers_are_switched_off_there_are_the_help_lines_and_the_form_in_the_chat(
    assistant: Running, make_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    with web_for(assistant, tmp_path / "off") as url:
        page = make_context(base_url=url).new_page()
        off = tmp_path / "off" / "var" / "off"
        off.parent.mkdir(exist_ok=True)
        off.touch()  # as `make off` does
        page.goto("/chat")
        visitor = Visitor(page)
        expect(visitor.log).to_contain_text("switched off for now", timeout=PATIENCE)
        expect(visitor.log.get_by_role("link", name="Call 988").first).to_be_visible(timeout=PATIENCE)
        visitor.ask("I want to die", "call or text 988")
        visitor.log.get_by_role("button", name="Open the contact form").last.click()
        form = visitor.log.locator("form")
        expect(form.get_by_label("Your name")).to_be_focused(timeout=PATIENCE)
        expect(form.get_by_label("Your name")).to_be_in_viewport(timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollTop") == 0, "the page around the log stays where it is"
        form.get_by_label("Your name").fill("Sam Rivera")
        form.get_by_label("E-mail address", exact=True).fill("sam@example.com")
        form.get_by_label("The clinic may contact me").check()
        form.get_by_role("button", name="Send").click()
        expect(visitor.log.locator(".reference")).to_be_visible(timeout=PATIENCE)
        off.unlink()
        visitor.ask("what is the psoas?", "long, thick muscle")

"""Reload, second tab, lost network: the chat goes on, and what was typed is said once."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import PATIENCE, Visitor, Watched

pytestmark = pytest.mark.slow


def said(page: Page) -> list[str]:
    """What the server knows that the visitor said."""
    kept = json.loads(page.evaluate("sessionStorage.getItem('unclench.session')"))
    address = f"/api/conversations/{kept['id']}/messages"
    transcript = page.request.get(address, headers={"Authorization": f"Bearer {kept['token']}"}).json()
    return [message["text"] for message in transcript["messages"] if message["from"] == "visitor"]


def test_a_reload_resumes_the_chat(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    page.reload()
    expect(visitor.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    expect(visitor.log.locator(".visitor")).to_have_count(1)


def test_a_second_tab_of_the_visit_shows_the_same_chat_and_both_follow_each_other(visitor: Visitor, page: Page) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    second = page.context.new_page()
    second.goto("/chat")
    other = Visitor(second)
    expect(other.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    other.ask("why is my jaw always tight?", "grind their teeth")
    expect(visitor.log).to_contain_text("grind their teeth", timeout=PATIENCE)
    assert said(page) == said(second)


def test_clearing_in_one_tab_ends_the_chat_in_the_other(visitor: Visitor, page: Page) -> None:
    second = page.context.new_page()
    second.goto("/chat")
    Visitor(second).greeted().menu("Clear this chat")
    second.get_by_role("button", name="Yes, clear it").click()
    expect(visitor.state).to_contain_text("cleared in another tab", timeout=PATIENCE)
    page.get_by_role("button", name="Start a new chat").click()
    visitor.greeted()


def test_a_visit_of_somebody_else_begins_anew(visitor: Visitor, make_context: Callable[..., BrowserContext]) -> None:
    visitor.ask("what is the psoas?", "long, thick muscle")
    stranger = make_context().new_page()
    stranger.goto("/chat")
    expect(Visitor(stranger).greeted().log).not_to_contain_text("psoas")


def test_what_is_typed_offline_is_kept_and_sent_once_when_the_network_is_back(
    visitor: Visitor, page: Page, watched: Watched
) -> None:
    page.context.set_offline(True)
    visitor.ask("what is the psoas?")
    visitor.ask("why is my jaw always tight?")
    expect(visitor.state).to_contain_text("There is no connection")
    expect(visitor.log.get_by_text("Not sent yet")).to_have_count(2)
    page.context.set_offline(False)
    expect(visitor.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    expect(visitor.log).to_contain_text("grind their teeth", timeout=PATIENCE)
    expect(visitor.state).to_be_hidden()
    assert said(page) == ["what is the psoas?", "why is my jaw always tight?"]
    watched.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_lost_answer_and_a_reload_do_not_say_a_message_twice(visitor: Visitor, page: Page, watched: Watched) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # it arrives, and its answer does not
        route.abort()

    page.route("**/messages", lose)
    visitor.ask("what is the psoas?")
    expect(visitor.state).to_contain_text("There is no connection", timeout=PATIENCE)
    page.unroute("**/messages")
    page.reload()
    expect(visitor.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    assert said(page) == ["what is the psoas?"]
    expect(visitor.log.locator(".visitor")).to_have_count(1)
    watched.forgive("ERR_FAILED")


def test_a_chat_that_has_ended_says_so_and_goes_on_with_what_was_typed(
    visitor: Visitor, page: Page, watched: Watched
) -> None:
    kept = json.loads(page.evaluate("sessionStorage.getItem('unclench.session')"))
    page.request.delete(f"/api/conversations/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"})
    visitor.ask("what is the psoas?")
    expect(visitor.state).to_contain_text("has ended", timeout=PATIENCE)
    expect(visitor.box).to_have_value("what is the psoas?")
    visitor.box.press("Enter")
    expect(visitor.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    expect(visitor.state).to_be_hidden()
    watched.forgive("404")


def test_the_chat_works_where_the_browser_blocks_storage(page: Page) -> None:
    page.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('blocked', 'SecurityError'); }});"
        "window.BroadcastChannel = class { constructor() { throw new DOMException('blocked', 'SecurityError'); } };"
    )
    page.goto("/chat")
    Visitor(page).greeted().ask("what is the psoas?", "long, thick muscle")

"""The clinic's inbox in a real browser: two people at once, the keyboard alone, live updates, axe on every state."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.clinic_desk import PASSWORD, Desk
from tests.browser.clinic_site import web_for
from tests.browser.conftest import PATIENCE, Watched, faults_by_axe, has_sideways_scroll
from tests.services import Running

pytestmark = pytest.mark.slow

DESKTOP = {"width": 1280, "height": 800}
#: Where pictures of the states are put, for looking at them; nothing is written without it.
PICTURES = os.environ.get("UNCLENCH_TEST_PICTURES")


@pytest.fixture(scope="module")
def clinic(assistant: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("clinic")
    with web_for(assistant, root, reply_time="within two days") as url:
        desk = Desk(url.replace("127.0.0.1", "localhost"), root)
        desk.hire("ana", "admin")
        desk.hire("ben")
        yield desk


@pytest.fixture
def desk(clinic: Desk) -> Desk:
    return clinic.empty()


@pytest.fixture
def enter(desk: Desk, make_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Signs somebody in, in a browser of their own."""

    def sign_in(name: str, **options: object) -> Page:
        page = make_context(**{"base_url": desk.url, "viewport": DESKTOP, **options}).new_page()
        page.goto("/staff")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Requests")).to_be_visible(timeout=PATIENCE)
        return page

    return sign_in


def ask(desk: Desk, name: str = "Sam Rivera", key: str = "a-key-of-a-test") -> str:
    """A visitor asks for contact; the reference."""
    body = {"name": name, "phone": "480 555 0100", "topic": "appointment", "consent": True}
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    request = urllib.request.Request(f"{desk.url}/api/contact-requests", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["reference"])


def look_again(page: Page) -> None:
    """What the page does when somebody comes back to its tab, and every ten seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def is_in_order(page: Page, name: str) -> None:
    """axe finds nothing in this state, and nothing is wider than the window, on a screen and on a phone."""
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        assert faults_by_axe(page) == [], (name, width)
        assert not has_sideways_scroll(page), (name, width)
    page.set_viewport_size(DESKTOP)


def test_a_request_is_taken_noted_and_done(desk: Desk, enter: Callable[..., Page]) -> None:
    reference = ask(desk)
    page = enter("ana")
    page.get_by_role("link", name="Sam Rivera").click()
    expect(page.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+14805550100")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("main")).to_contain_text("ana took this request")
    page.get_by_label("Add a note").fill("Called, will call again.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("article")).to_contain_text("Called, will call again.")
    page.get_by_role("button", name="Mark as done").click()
    page.goto("/staff?show=done")
    expect(page.locator("main")).to_contain_text(reference)
    page.goto("/staff")
    expect(page.get_by_role("heading", name="Nothing new")).to_be_visible()


def test_of_two_who_take_the_same_one_the_second_is_told_who_has_it(
    desk: Desk, enter: Callable[..., Page], watched: Watched
) -> None:
    watched.forgive("409")
    reference = ask(desk)
    ana, ben = enter("ana"), enter("ben")
    for page in (ana, ben):
        page.goto(f"/staff/requests/{reference}")
    ana.get_by_role("button", name="Take it").click()
    expect(ana.locator("main")).to_contain_text("ana took this request")
    ben.get_by_role("button", name="Take it").click()
    expect(ben.get_by_role("alert")).to_contain_text("Somebody else was faster")
    expect(ben.get_by_role("alert")).to_contain_text("ana has changed this request")
    expect(ben.get_by_role("button", name="Take it over from ana")).to_be_visible()
    is_in_order(ben, "changed")


def test_a_new_request_appears_by_itself_and_is_announced(desk: Desk, enter: Callable[..., Page]) -> None:
    page = enter("ben")
    expect(page.get_by_role("heading", name="Nothing new")).to_be_visible()
    ask(desk)
    look_again(page)
    expect(page.get_by_role("link", name="Sam Rivera")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#live")).to_have_text("1 new request")
    assert page.title().startswith("(1) ")


def test_what_somebody_else_took_leaves_the_list_and_the_focus_stays(desk: Desk, enter: Callable[..., Page]) -> None:
    ask(desk, "Sam Rivera", "first-key")
    taken = ask(desk, "Alex Kim", "second-key")
    ben, ana = enter("ben"), enter("ana")
    ben.locator("#tab-done").focus()
    ana.goto(f"/staff/requests/{taken}")
    ana.get_by_role("button", name="Take it").click()
    expect(ana.locator("main")).to_contain_text("ana took this request")
    look_again(ben)
    expect(ben.get_by_role("link", name="Alex Kim")).to_have_count(0, timeout=PATIENCE)
    expect(ben.get_by_role("link", name="Sam Rivera")).to_be_visible()
    expect(ben.locator("#tab-done")).to_be_focused()


def test_without_a_connection_the_list_says_that_it_may_be_old(
    desk: Desk, enter: Callable[..., Page], watched: Watched
) -> None:
    watched.forgive("ERR_INTERNET_DISCONNECTED")
    ask(desk)
    page = enter("ben")
    page.context.set_offline(True)
    look_again(page)
    expect(page.locator("#lost")).to_contain_text("may be out of date")
    expect(page.get_by_role("link", name="Sam Rivera")).to_be_visible()
    page.context.set_offline(False)
    look_again(page)
    expect(page.locator("#lost")).to_be_hidden()


def test_the_keyboard_alone_is_enough(desk: Desk, enter: Callable[..., Page]) -> None:
    def press(page: Page, words: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("[document.activeElement.innerText, document.activeElement.id].join(' ')")
            if words in focused:
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                return
        raise AssertionError(f"{words!r} can't be reached")

    ask(desk)
    page = enter("ben")
    press(page, "Sam Rivera")
    press(page, "Take it")
    expect(page.locator("main")).to_contain_text("ben took this request")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "note":
            break
    page.keyboard.type("Left a message.")
    press(page, "Save the note")
    expect(page.locator("article")).to_contain_text("Left a message.")
    press(page, "Mark as done")
    expect(page.get_by_role("button", name="Open it again")).to_be_visible()
    press(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_axe_finds_nothing_in_any_state(desk: Desk, enter: Callable[..., Page], watched: Watched) -> None:
    watched.forgive("404")
    page = enter("ana")
    for show in ("new", "in_progress", "done"):
        page.goto(f"/staff?show={show}")
        expect(page.locator(".empty")).to_be_visible()
        is_in_order(page, f"empty-{show}")
    reference = ask(desk)
    page.goto("/staff")
    expect(page.get_by_role("link", name="Sam Rivera")).to_be_visible()
    is_in_order(page, "list")
    page.get_by_role("link", name="Sam Rivera").click()
    for details in page.locator("summary").all():
        details.click()
    is_in_order(page, "request")
    for search, name in ((reference, "found"), ("nobody@example.org", "found-nothing")):
        page.goto("/staff")
        page.get_by_role("searchbox").fill(search)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Requests")).to_have_count(0)
        is_in_order(page, name)
    for path, name in (("/staff/log", "log"), ("/staff/account", "account"), ("/staff/requests/AAAA-AAAA", "unknown")):
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        is_in_order(page, name)


def test_signing_in_says_what_went_wrong_and_axe_finds_nothing(
    desk: Desk, make_context: Callable[..., BrowserContext], watched: Watched
) -> None:
    watched.forgive("401")
    watched.forgive("403")
    page = make_context(base_url=desk.url, viewport=DESKTOP).new_page()
    page.goto("/staff")
    is_in_order(page, "sign-in")
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That didn't work")
    expect(page.get_by_label("Password")).to_have_value("")
    is_in_order(page, "sign-in-failed")


def test_dark_colours_are_readable_too(desk: Desk, enter: Callable[..., Page]) -> None:
    reference = ask(desk)
    page = enter("ana", color_scheme="dark")
    is_in_order(page, "dark-list")
    page.goto(f"/staff/requests/{reference}")
    is_in_order(page, "dark-request")

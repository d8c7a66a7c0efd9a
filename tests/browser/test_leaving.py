"""Leaving fast, for somebody who is watched."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clinic_site import Site, web_for
from tests.browser.conftest import Visitor, Watched, frame_of_chat
from tests.services import Running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def neutral() -> Iterator[str]:
    """A neutral site, as it would be elsewhere: an https address that the browser is told to answer by itself."""
    yield "https://neutral.test/"


@pytest.fixture(scope="module")
def clinics_web(assistant: Running, tmp_path_factory: pytest.TempPathFactory, neutral: str) -> Iterator[str]:
    with web_for(assistant, tmp_path_factory.mktemp("clinic"), leave_to=neutral) as url:
        yield url


@pytest.fixture
def arrived(page: Page, neutral: str, watched: Watched, site: Site) -> Page:
    """Somebody who came from another page, so that there is a way back to take."""
    page.context.route(
        f"{neutral}**", lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html")
    )
    own = watched.own
    watched.own = lambda url: own(url) or url.startswith(neutral)
    page.goto(site.page("/", "Where the visitor came from"))
    return page


def is_erased(page: Page, web: str, kept: dict[str, str]) -> bool:
    """Whether the server has erased the conversation; the request to do so outlives the page that sent it."""
    for _ in range(50):
        headers = {"Authorization": f"Bearer {kept['token']}"}
        if page.request.get(f"{web}/api/conversations/{kept['id']}/messages", headers=headers).status == 404:
            return True
        page.wait_for_timeout(100)
    return False


@pytest.mark.parametrize("way", ["button", "escapes"])
def test_leaving_opens_a_neutral_site_erases_the_chat_and_the_back_key_does_not_lead_here(
    arrived: Page, clinics_web: str, neutral: str, site: Site, way: str
) -> None:
    arrived.goto(f"{clinics_web}/chat")
    Visitor(arrived).greeted().ask("what is the psoas?", "long, thick muscle")
    kept = json.loads(arrived.evaluate("sessionStorage.getItem('unclench.session')"))
    if way == "button":
        arrived.get_by_role("button", name="Leave fast").click()
    else:
        for _ in range(3):
            arrived.keyboard.press("Escape")
    arrived.wait_for_url(neutral)
    assert is_erased(arrived, clinics_web, kept)
    arrived.go_back()
    assert arrived.url == f"{site.url}/"
    arrived.goto(f"{clinics_web}/chat")
    expect(Visitor(arrived).greeted().log).not_to_contain_text("psoas")


@pytest.mark.parametrize("way", ["button", "escapes"])
def test_leaving_from_the_frame_takes_the_clinics_page_away_too(
    arrived: Page, clinics_web: str, neutral: str, site: Site, way: str
) -> None:
    arrived.goto(f"{clinics_web}/")
    arrived.get_by_role("link", name="Open the chat").click()
    frame = frame_of_chat(arrived)
    Visitor(frame).greeted().ask("what is the psoas?", "long, thick muscle")
    if way == "button":
        frame.get_by_role("button", name="Leave fast").click()
    else:
        for _ in range(3):  # the first one closes the chat, and the page hears the others
            arrived.keyboard.press("Escape")
    arrived.wait_for_url(neutral)
    arrived.go_back()
    assert arrived.url == f"{site.url}/"


def test_escape_on_a_page_whose_chat_is_closed_leaves_nothing(arrived: Page, clinics_web: str) -> None:
    arrived.goto(f"{clinics_web}/")
    for _ in range(4):
        arrived.keyboard.press("Escape")
    arrived.wait_for_timeout(500)
    assert arrived.url == f"{clinics_web}/"

"""The contact form in a real browser: what is shared, what is kept while it cannot be sent, and no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.clinic_desk import Desk
from tests.browser.clinic_site import web_for
from tests.browser.conftest import PATIENCE, Visitor, Watched, faults_by_axe, has_sideways_scroll
from tests.services import Running

pytestmark = pytest.mark.slow

REFERENCE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$")
CALM = ["Yes, 18 or older", "None of these", "None of these"]
AFTER_THE_MAP = ["A few weeks", "A little", "Some", "None of these", "Talk to the clinic"]


@pytest.fixture(scope="module")
def clinic(assistant: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("clinic")
    with web_for(assistant, root, contact_form=None) as url:
        yield Desk(url.replace("127.0.0.1", "localhost"), root)


@pytest.fixture
def desk(clinic: Desk) -> Desk:
    return clinic.empty()


@pytest.fixture
def visitor(desk: Desk, make_context: Callable[..., BrowserContext]) -> Visitor:
    page = make_context(base_url=desk.url).new_page()
    page.goto("/chat")
    return Visitor(page).greeted()


def form_of(visitor: Visitor) -> Locator:
    visitor.ask("can i talk to a person")
    form = visitor.log.locator("form").last
    expect(form).to_be_visible(timeout=PATIENCE)
    return form


def fill(form: Locator, name: str = "Sam Rivera") -> None:
    form.get_by_label("Your name").fill(name)
    form.get_by_label("E-mail address", exact=True).fill("sam@example.com")
    form.get_by_label("The clinic may contact me").check()


def tap(visitor: Visitor, label: str) -> None:
    newest = visitor.log.locator(":scope > .assistant").last
    count = visitor.log.locator(":scope > .assistant").count()
    newest.get_by_role("button", name=label, exact=True).click()
    expect(visitor.log.locator(":scope > .assistant").nth(count)).to_be_visible(timeout=PATIENCE)
    expect(visitor.log.locator(".typing")).to_have_count(0, timeout=PATIENCE)


def after_a_check_in(visitor: Visitor) -> Locator:
    """The form that is offered after a check-in was done."""
    visitor.ask("start the check-in", "18 or older")
    for label in CALM:
        tap(visitor, label)
    visitor.log.locator(":scope > .assistant").last.get_by_role("button", name="Neck", exact=True).click()
    for label in ["That's all", *AFTER_THE_MAP]:
        tap(visitor, label)
    return form_of(visitor)


def sent(visitor: Visitor) -> str:
    reference = visitor.log.locator(".reference").last
    expect(reference).to_have_text(REFERENCE, timeout=PATIENCE)
    return reference.inner_text()


def test_the_check_ins_answers_are_off_at_first_shown_and_just_these_arrive(visitor: Visitor, desk: Desk) -> None:
    form = after_a_check_in(visitor)
    box = form.get_by_label("Share my answers from the check-in")
    expect(box).not_to_be_checked()
    questions, answers = form.locator(".shared dt").all_inner_texts(), form.locator(".shared dd").all_inner_texts()
    assert "Neck" in answers and len(questions) == len(answers) >= 8
    assert faults_by_axe(visitor.room) == []
    fill(form)
    box.check()
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    [stored] = desk.stored()
    shown = [{"question": one, "answer": other} for one, other in zip(questions, answers, strict=True)]
    assert stored["answers"] == shown
    assert (stored["name"], stored["email"], stored["phone"]) == ("Sam Rivera", "sam@example.com", None)


def test_without_the_tick_no_answer_of_the_check_in_arrives(visitor: Visitor, desk: Desk) -> None:
    form = after_a_check_in(visitor)
    fill(form)
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    [stored] = desk.stored()
    assert stored["answers"] == [] and "Neck" not in str(stored)


def test_without_a_check_in_nothing_is_offered_for_sharing(visitor: Visitor) -> None:
    expect(form_of(visitor).locator("[name=share_answers]")).to_have_count(0)


def test_what_was_typed_outlives_a_reload_and_goes_with_the_request(visitor: Visitor, desk: Desk) -> None:
    fill(form_of(visitor))
    assert isinstance(visitor.room, Page)
    visitor.room.reload()
    form = visitor.log.locator("form").last
    expect(form.get_by_label("Your name")).to_have_value("Sam Rivera", timeout=PATIENCE)
    expect(form.get_by_label("The clinic may contact me")).to_be_checked()
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    assert [each["name"] for each in desk.stored()] == ["Sam Rivera"]
    kept = visitor.room.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Sam Rivera" not in kept and "sam@example.com" not in kept


def test_without_a_connection_it_is_kept_said_so_and_sent_once_when_it_is_back(
    visitor: Visitor, desk: Desk, watched: Watched
) -> None:
    watched.forgive("ERR_INTERNET_DISCONNECTED")
    assert isinstance(visitor.room, Page)
    form = form_of(visitor)
    fill(form)
    visitor.room.context.set_offline(True)
    for _ in range(3):
        form.get_by_role("button", name="Send").click()
        expect(form.locator("[data-summary]")).to_be_visible()
    expect(form.get_by_label("Your name")).to_have_value("Sam Rivera")
    assert desk.stored() == []
    visitor.room.context.set_offline(False)
    sent(visitor)
    assert [each["name"] for each in desk.stored()] == ["Sam Rivera"]


def test_an_answer_that_was_lost_on_the_way_makes_no_second_request(
    visitor: Visitor, desk: Desk, watched: Watched
) -> None:
    watched.forgive("ERR_FAILED")
    assert isinstance(visitor.room, Page)
    form = form_of(visitor)
    fill(form)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    visitor.room.route("**/api/contact-requests", lose, times=1)
    form.get_by_role("button", name="Send").click()
    expect(form.locator("[data-summary]")).to_be_visible(timeout=PATIENCE)
    assert len(desk.stored()) == 1
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    assert len(desk.stored()) == 1


def test_the_lines_for_an_emergency_stand_under_the_reference(visitor: Visitor) -> None:
    form = form_of(visitor)
    fill(form)
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    expect(visitor.log.locator(".thanks")).to_contain_text("988")


def test_a_crisis_typed_into_the_form_shows_where_help_is_and_the_request_goes_its_way(
    visitor: Visitor, desk: Desk
) -> None:
    form = form_of(visitor)
    fill(form, name="I want to die")
    form.get_by_role("button", name="Send").click()
    sent(visitor)
    expect(visitor.log.locator(".sheet .alarm a[href='tel:988']").first).to_be_visible()
    assert len(desk.stored()) == 1
    assert faults_by_axe(visitor.room) == []


def test_the_page_works_without_javascript(
    desk: Desk, make_context: Callable[..., BrowserContext], watched: Watched
) -> None:
    watched.forgive("422")
    page = make_context(base_url=desk.url, java_script_enabled=False).new_page()
    page.goto("/contact")
    page.get_by_label("Your name").fill("Sam Rivera")
    page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link").first).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Sam Rivera")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    summary.get_by_role("link").first.click()
    assert page.url.split("#")[1] in ("phone", "consent")
    page.get_by_label("Phone number").fill("480 555 0123")
    page.get_by_label("The clinic may contact me").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".reference")).to_have_text(REFERENCE)
    expect(page.locator("main")).to_contain_text("988")
    assert [each["phone"] for each in desk.stored()] == ["+14805550123"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_fits_and_axe_finds_nothing_with_and_without_faults(
    desk: Desk, make_context: Callable[..., BrowserContext], watched: Watched, width: int
) -> None:
    watched.forgive("422")
    page = make_context(base_url=desk.url, viewport={"width": width, "height": 800}).new_page()
    page.goto("/contact")
    assert faults_by_axe(page) == [] and not has_sideways_scroll(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_by_axe(page) == [] and not has_sideways_scroll(page)

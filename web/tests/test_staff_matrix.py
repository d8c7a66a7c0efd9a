"""Every address of the inbox against everybody who may knock: anonymous, with a made-up cookie, each role, shut out."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import Clock, StartWeb, Web
from tests.staff import ASKED, Browser, ask, hidden, signed_in
from unclench_web.staff.door import COOKIE

PLANTED = (ASKED["name"], "555-0123", "5550123", ASKED["email"], "Planted note")
ADMIN_ONLY = {
    ("GET", "/staff/log"),
    ("POST", "/staff/export"),
    ("POST", "/staff/requests/{reference}/erase"),
}
OPEN = {("GET", "/staff/sign-in"), ("POST", "/staff/sign-in")}
FORMS: dict[str, dict[str, str]] = {
    "/staff/search": {"search": ASKED["email"]},
    "/staff/requests/{reference}/move": {"move": "take", "version": "0"},
    "/staff/requests/{reference}/notes": {"note": "Another note"},
    "/staff/requests/{reference}/erase": {"reason": "test"},
    "/staff/account/password": {"old": "wrong", "new": "x" * 12, "again": "x" * 12},
}


def routes(web: Web) -> list[tuple[str, str]]:
    found = {
        (method, route.path)
        for route in _all(web.app.routes)
        for method in getattr(route, "methods", None) or ()
        if getattr(route, "path", "").startswith("/staff")
    }
    assert len(found) > 15
    return sorted(found)


def _all(routes: list[Any]) -> list[Any]:
    """Every route, also those that FastAPI keeps inside an included router."""
    found = []
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        found += _all(inner) if inner else [route]
    return found


@dataclass
class House:
    web: Web
    reference: str
    before: list[tuple[object, ...]]

    def state(self) -> list[tuple[object, ...]]:
        tables = ("contact_request", "contact_note", "outbox", "staff_user")
        return [row for table in tables for row in self.web.sql(f"SELECT * FROM {table}")]  # noqa: S608

    def knock(self, browser: Browser, method: str, path: str, csrf: str) -> httpx.Response:
        address = path.format(reference=self.reference)
        data = {"csrf": csrf, **FORMS.get(path, {})} if method == "POST" else None
        return browser.request(method, address, data=data)


@pytest.fixture
def house(start_web: StartWeb) -> House:
    web = start_web()
    reference = ask(web)
    writer = signed_in(web, "writer")
    writer.post(f"/staff/requests/{reference}/notes", {"note": "Planted note"})
    house = House(web, reference, [])
    house.before = house.state()
    return house


def nothing_leaks(answer: httpx.Response, method: str, path: str) -> None:
    assert answer.status_code < 500, (method, path)
    for planted in PLANTED:
        assert planted not in answer.text and planted not in str(answer.headers), (method, path, planted)


@pytest.mark.parametrize("cookie", [None, "", "made-up", "x" * 5000])
def test_who_is_not_signed_in_sees_nothing_and_changes_nothing(house: House, cookie: str | None) -> None:
    for method, path in routes(house.web):
        browser = Browser(house.web)
        if cookie is not None:
            browser.cookies[COOKIE] = cookie
        answer = house.knock(browser, method, path, "x")
        nothing_leaks(answer, method, path)
        if (method, path) in OPEN:
            assert answer.status_code in (200, 403)
        elif path == "/staff/updates":
            assert answer.status_code == 401
        else:
            assert answer.status_code == 303 and answer.headers["location"].startswith("/staff/sign-in"), (method, path)
    assert house.state() == house.before


@pytest.mark.parametrize("how", ["signed out", "shut", "idle"])
def test_who_is_not_signed_in_any_more_sees_nothing_and_changes_nothing(house: House, clock: Clock, how: str) -> None:
    browser = signed_in(house.web, "ana", "admin")
    token, csrf = browser.cookies[COOKIE], browser.csrf()
    if how == "signed out":
        browser.post("/staff/sign-out")
    elif how == "shut":
        house.web.sql("UPDATE staff_user SET active = 0 WHERE name = 'ana'")
    else:
        clock.forward(hours=1)
    before = house.state()
    for method, path in routes(house.web):
        browser.cookies = {COOKIE: token}
        answer = house.knock(browser, method, path, csrf)
        nothing_leaks(answer, method, path)
        assert answer.status_code in (303, 401) or (method, path) in OPEN, (method, path)
    assert house.state() == before


def test_the_front_desk_does_what_it_may_and_nothing_else(house: House) -> None:
    browser = signed_in(house.web, "ana")
    for method, path in routes(house.web):
        if path == "/staff/sign-out":
            continue
        answer = house.knock(browser, method, path, browser.csrf())
        if (method, path) in ADMIN_ONLY:
            assert answer.status_code == 403, (method, path)
            nothing_leaks(answer, method, path)
        elif (method, path) not in OPEN:
            assert answer.status_code in (200, 303, 422), (method, path, answer.status_code)
    assert house.web.sql("SELECT reference FROM contact_request") == [(house.reference,)]


def test_an_administrator_reaches_everything(house: House) -> None:
    browser = signed_in(house.web, "ana", "admin")
    last = [("POST", "/staff/requests/{reference}/erase"), ("POST", "/staff/sign-out")]
    for method, path in [route for route in routes(house.web) if route not in last] + last:
        if (method, path) in OPEN:
            continue
        answer = house.knock(browser, method, path, browser.csrf())
        assert answer.status_code in (200, 303, 422), (method, path, answer.status_code)
        assert not answer.headers.get("location", "").startswith("/staff/sign-in") or path == "/staff/sign-out"
    assert house.web.sql("SELECT reference FROM contact_request") == []


def test_without_the_token_of_the_session_no_form_changes_anything(house: House) -> None:
    browser, other = signed_in(house.web, "ana", "admin"), signed_in(house.web, "ben", "admin")
    before = house.state()
    for method, path in routes(house.web):
        if method != "POST" or (method, path) in OPEN:
            continue
        for csrf in ("", "x", other.csrf(), "é"):
            answer = house.knock(browser, method, path, csrf)
            assert answer.status_code == 403, (path, csrf)
            nothing_leaks(answer, method, path)
    assert house.state() == before
    assert hidden(browser.get("/staff/account"), "csrf")

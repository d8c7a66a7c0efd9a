"""Signing in to the inbox: who gets in, who does not, and for how long."""

import re
import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.conftest import Clock, StartWeb, Web
from tests.staff import PASSWORD, Browser, hidden, hire, signed_in
from unclench_web.staff.door import COOKIE
from unclench_web.staff.second_factor import new_secret, step_of
from unclench_web.staff.sessions import FREE_TRIES, LONGEST_PAUSE, pause_after


@pytest.fixture
def web(start_web: StartWeb, each_database: str) -> Web:
    return start_web(database_url=each_database)


def test_with_name_and_password_one_is_let_in_and_out_again(web: Web) -> None:
    hire(web, "ana")
    browser = Browser(web)
    assert browser.get("/staff").headers["location"] == "/staff/sign-in"
    entered = browser.sign_in("ana")
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff")
    assert browser.is_signed_in and not browser.has_sign_in_cookie
    token = browser.cookies[COOKIE]
    assert browser.post("/staff/sign-out").status_code == 303
    browser.cookies[COOKIE] = token
    assert browser.get("/staff").status_code == 303, "a cookie that was kept opens nothing"


def test_the_cookie_is_for_tls_only_and_for_no_script_and_no_other_site(web: Web) -> None:
    hire(web, "ana")
    [cookie] = [line for line in Browser(web).sign_in("ana").headers.get_list("set-cookie") if line.startswith(COOKIE)]
    assert COOKIE.startswith("__Host-")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)


def test_the_database_holds_neither_password_nor_cookie(web: Web) -> None:
    browser = signed_in(web, "ana")
    kept = str(web.sql("SELECT * FROM staff_user") + web.sql("SELECT * FROM staff_session"))
    assert "$argon2id$" in kept
    assert PASSWORD not in kept and browser.cookies[COOKIE] not in kept


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong"), ("ana", ""), ("nobody", PASSWORD), ("", ""), ("ANA", PASSWORD)]
)
def test_whatever_is_wrong_the_answer_is_the_same(web: Web, name: str, password: str) -> None:
    hire(web, "ana")
    answer = Browser(web).sign_in(name, password)
    assert answer.status_code == 401 and COOKIE not in str(answer.headers)
    assert re.search(r'role="alert">That didn.+t work', answer.text)


def test_after_several_failures_even_the_right_password_has_to_wait(web: Web, clock: Clock) -> None:
    hire(web, "ana")
    for _ in range(FREE_TRIES):
        assert Browser(web).sign_in("ana", "wrong").status_code == 401
    assert Browser(web).sign_in("ana").status_code == 401
    clock.forward(seconds=pause_after(FREE_TRIES) + 1)
    assert Browser(web).sign_in("ana").status_code == 303
    assert Browser(web).sign_in("ana", "wrong").status_code == 401
    assert Browser(web).sign_in("ana").status_code == 303, "the count began anew"


def test_the_pause_grows_up_to_a_limit() -> None:
    pauses = [pause_after(count) for count in range(1, 40)]
    assert pauses[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert pauses == sorted(pauses) and pauses[FREE_TRIES] == 2 * pauses[FREE_TRIES - 1] > 0
    assert pauses[-1] == LONGEST_PAUSE


def test_names_that_nobody_has_get_the_same_pauses(web: Web) -> None:
    for _ in range(FREE_TRIES + 1):
        Browser(web).sign_in("nobody", "wrong")
    [(times, until)] = web.sql("SELECT count, locked_until FROM sign_in_failure")
    assert times == FREE_TRIES and until > 0


def test_one_is_signed_out_after_doing_nothing_for_a_while(web: Web, clock: Clock) -> None:
    browser = signed_in(web, "ana")
    clock.forward(seconds=29 * 60)
    assert browser.is_signed_in
    clock.forward(seconds=29 * 60)
    assert browser.is_signed_in
    clock.forward(seconds=31 * 60)
    answer = browser.get("/staff")
    assert answer.headers["location"] == "/staff/sign-in?expired=1"
    assert "nothing happened for a while" in browser.get(answer.headers["location"]).text


def test_the_page_that_updates_itself_does_not_count_as_doing_something(web: Web, clock: Clock) -> None:
    browser = signed_in(web, "ana")
    for _ in range(4):
        clock.forward(seconds=10 * 60)
        browser.get("/staff/updates")
    assert browser.get("/staff/updates").status_code == 401
    assert not browser.is_signed_in


def test_one_is_signed_out_at_the_end_of_the_day_whatever_one_does(web: Web, clock: Clock) -> None:
    browser = signed_in(web, "ana")
    for _ in range(10 * 3):
        clock.forward(seconds=20 * 60)
        browser.get("/staff")
    clock.forward(seconds=20 * 60)
    assert not browser.is_signed_in


def test_a_new_session_is_a_new_cookie(web: Web) -> None:
    first, second = signed_in(web, "ana"), signed_in(web, "ben")
    again = Browser(web)
    again.sign_in("ben")
    assert len({each.cookies[COOKIE] for each in (first, second, again)}) == 3


def test_whoever_is_shut_out_is_out_at_once(web: Web) -> None:
    browser = signed_in(web, "ana")
    web.sql("UPDATE staff_user SET active = (1 = 0)")
    assert browser.get("/staff").status_code == 303
    assert Browser(web).sign_in("ana").status_code == 401


def test_a_link_from_a_notice_leads_on_after_signing_in_and_nowhere_else(web: Web) -> None:
    hire(web, "ana")
    browser = Browser(web)
    asked_for = browser.get("/staff/requests/AAAA-BBBB").headers["location"]
    assert asked_for == "/staff/sign-in?next=/staff/requests/AAAA-BBBB"
    assert browser.sign_in("ana", path=asked_for).headers["location"] == "/staff/requests/AAAA-BBBB"
    for elsewhere in ("https://evil.example", "//evil.example", "/staff/requests/../../x", "/staff/log"):
        answer = Browser(web).sign_in("ana", path=f"/staff/sign-in?next={elsewhere}")
        assert answer.headers["location"] == "/staff"


def test_a_sign_in_that_another_site_sends_is_refused(web: Web) -> None:
    hire(web, "ana")
    browser = Browser(web)
    key = hidden(browser.get("/staff/sign-in"), "csrf")
    form = {"name": "ana", "password": PASSWORD, "csrf": key}
    elsewhere = browser.request("POST", "/staff/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    without_key = browser.request("POST", "/staff/sign-in", data={**form, "csrf": "x"})
    without_cookie = Browser(web).request("POST", "/staff/sign-in", data=form)
    assert {answer.status_code for answer in (elsewhere, without_key, without_cookie)} == {403}


def test_too_many_tries_from_one_address_are_stopped(start_web: StartWeb) -> None:
    web = start_web(staff_sign_ins_per_minute=2)
    answers = [Browser(web).sign_in(f"name-{each}", "wrong") for each in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert int(answers[-1].headers["retry-after"]) > 0 and "Please wait" in answers[-1].text


class TestTheAccount:
    def test_another_password_signs_out_everywhere_else(self, web: Web) -> None:
        here = signed_in(web, "ana")
        there = Browser(web)
        there.sign_in("ana")
        new = "another quiet bicycle"
        form = {"old": PASSWORD, "new": new, "again": new}
        assert "was changed" in here.post("/staff/account/password", form).text
        assert here.is_signed_in and not there.is_signed_in
        assert Browser(web).sign_in("ana").status_code == 401
        assert Browser(web).sign_in("ana", new).status_code == 303

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"old": "wrong"}, "not your password"),
            ({"new": "short", "again": "short"}, "at least 12"),
            ({"again": "something else"}, "not the same"),
            ({"new": "x" * 201, "again": "x" * 201}, "at most 200"),
        ],
    )
    def test_a_password_that_will_not_do_is_said_beside_its_field(
        self, start_web: StartWeb, change: dict[str, str], says: str
    ) -> None:
        browser = signed_in(start_web(), "ana")
        form = {"old": PASSWORD, "new": "a long enough one", "again": "a long enough one", **change}
        answer = browser.post("/staff/account/password", form)
        assert answer.status_code == 422 and says in answer.text and 'aria-invalid="true"' in answer.text

    def test_with_a_second_factor_a_code_is_needed_and_works_once(self, web: Web, clock: Clock) -> None:
        browser = signed_in(web, "ana")
        page = browser.post("/staff/account/second-factor")
        assert "<svg" in page.text
        secret = hidden(page, "secret")
        wrong = browser.post("/staff/account/second-factor", {"secret": secret, "code": "000000"})
        assert wrong.status_code == 422 and hidden(wrong, "secret") == secret
        turned_on = browser.post("/staff/account/second-factor", {"secret": secret, "code": code_of(secret, clock())})
        assert "second factor is on" in turned_on.text
        assert secret not in str(web.sql("SELECT totp_sealed FROM staff_user"))
        assert Browser(web).sign_in("ana").status_code == 401
        clock.forward(seconds=60)
        code = code_of(secret, clock())
        assert Browser(web).sign_in("ana", code=f"{code[:3]} {code[3:]}").status_code == 303
        assert Browser(web).sign_in("ana", code=code).status_code == 401, "a code that was seen is of no use"

    def test_the_second_factor_goes_with_the_password_only(self, start_web: StartWeb, clock: Clock) -> None:
        web = start_web()
        browser = signed_in(web, "ana")
        secret = hidden(browser.post("/staff/account/second-factor"), "secret")
        browser.post("/staff/account/second-factor", {"secret": secret, "code": code_of(secret, clock())})
        assert browser.post("/staff/account/second-factor/off", {"password": "wrong"}).status_code == 422
        assert "is off" in browser.post("/staff/account/second-factor/off", {"password": PASSWORD}).text
        assert Browser(web).sign_in("ana").status_code == 303


def code_of(secret: str, now: float) -> str:
    import base64

    return TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False).generate(int(now)).decode()  # noqa: S303


def test_a_code_is_good_for_its_half_minute_and_its_neighbours() -> None:
    secret, now = new_secret(), float(int(time.time()) // 30 * 30)
    code = code_of(secret, now)
    assert step_of(code, secret, now) == step_of(code, secret, now + 30) == step_of(code, secret, now - 30) == now // 30
    assert step_of(code, secret, now + 90) is None and step_of(code, secret, now - 90) is None
    for nonsense in ("", "12345", "1234567", "abcdef", "１２３４５６"):
        assert step_of(nonsense, secret, now) is None

"""The inbox: what staff see and do, that nobody takes what another has, and that every look leaves a line."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet

from tests.conftest import CLINIC, Clock, StartWeb, Web
from tests.staff import ASKED, Browser, ask, hidden, signed_in, version_of
from unclench_web.places import Places
from unclench_web.staff.export import harmless
from unclench_web.staff.moves import MOVES, ROLES, STATUSES, Place, after, moves_of


@pytest.fixture
def web(start_web: StartWeb, each_database: str) -> Web:
    return start_web(database_url=each_database)


def move(browser: Browser, reference: str, what: str) -> httpx.Response:
    page = browser.get(f"/staff/requests/{reference}")
    return browser.post(f"/staff/requests/{reference}/move", {**version_of(page), "move": what})


def log(web: Web) -> list[tuple[object, ...]]:
    return web.sql("SELECT actor, action, reference FROM audit ORDER BY id")


def test_a_request_is_there_with_all_that_is_needed_to_answer_it(web: Web) -> None:
    reference = ask(web, text_consent=True)
    browser = signed_in(web, "ana")
    listed = browser.get("/staff").text
    assert reference in listed and "Ann Planted-Name" in listed and "An appointment" in listed
    page = browser.get(f"/staff/requests/{reference}").text
    for shown in ('href="tel:+14805550123"', "(480) 555-0123", 'href="sms:+14805550123"', "Morning", "An appointment"):
        assert shown in page, shown
    assert 'href="mailto:planted.address%40example.org?subject=Your%20request%20' in page


def test_without_consent_to_texts_there_is_no_link_to_text(web: Web) -> None:
    page = signed_in(web, "ana").get(f"/staff/requests/{ask(web)}").text
    assert "sms:" not in page and "Texts were not agreed to" in page


def test_a_request_goes_from_new_to_taken_to_done_and_back(web: Web) -> None:
    reference, browser = ask(web), signed_in(web, "ana")
    for what, tab in (("take", "in_progress"), ("finish", "done"), ("reopen", "in_progress"), ("release", "new")):
        assert move(browser, reference, what).status_code == 303
        assert reference in browser.get(f"/staff?show={tab}").text
    assert [row[1] for row in log(web) if row[2] == reference and row[1] in MOVES] == [
        "take",
        "finish",
        "reopen",
        "release",
    ]


def test_of_two_who_take_the_same_one_at_once_one_gets_it_and_the_other_is_told(web: Web) -> None:
    reference = ask(web)
    browsers = [signed_in(web, name) for name in ("ana", "ben", "cleo", "dan")]
    page = browsers[0].get(f"/staff/requests/{reference}")
    tokens = [browser.csrf() for browser in browsers]

    def take(at: int) -> httpx.Response:
        form = {**version_of(page), "move": "take", "csrf": tokens[at]}
        return browsers[at].request("POST", f"/staff/requests/{reference}/move", data=form)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(take, range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    [(owner,)] = web.sql("SELECT taken_by FROM contact_request")
    assert (["ana", "ben", "cleo", "dan"][[answer.status_code for answer in answers].index(303)]) == owner
    for answer in answers:
        assert answer.status_code == 303 or f"{owner} has changed this request" in answer.text


def test_what_another_has_is_taken_over_knowingly_or_not_at_all(web: Web) -> None:
    reference = ask(web)
    ana, ben = signed_in(web, "ana"), signed_in(web, "ben")
    move(ana, reference, "take")
    page = ben.get(f"/staff/requests/{reference}")
    assert "Take it over from ana" in page.text and 'value="finish"' not in page.text
    assert move(ben, reference, "finish").status_code == 409
    assert move(ben, reference, "take_over").status_code == 303
    assert web.sql("SELECT taken_by, status FROM contact_request") == [("ben", "in_progress")]


def test_every_move_from_every_place_leads_to_a_place_or_nowhere() -> None:
    for status in STATUSES:
        for taken_by in (None,) if status == "new" else ("ana", "ben"):
            for role in ROLES:
                place = Place(status, taken_by)
                open_moves = moves_of(place, "ana", role)
                assert open_moves, "nobody is stuck"
                for what in MOVES:
                    to = after(place, what, "ana", role)
                    assert (to is not None) == (what in open_moves)
                    assert to is None or (to.status == "new") == (to.taken_by is None)


def test_notes_are_kept_encrypted_and_in_order(web: Web) -> None:
    reference, browser = ask(web), signed_in(web, "ana")
    for written in ("Planted note one <b>", "Planted note two"):
        assert browser.post(f"/staff/requests/{reference}/notes", {"note": written}).status_code == 303
    page = browser.get(f"/staff/requests/{reference}").text
    assert page.index("Planted note one &lt;b&gt;") < page.index("Planted note two")
    assert "Planted" not in str(web.sql("SELECT * FROM contact_note"))
    assert browser.post(f"/staff/requests/{reference}/notes", {"note": "x" * 2001}).status_code == 422
    browser.post(f"/staff/requests/{reference}/notes", {"note": "   "})
    assert len(web.sql("SELECT id FROM contact_note")) == 2


@pytest.mark.parametrize(
    "typed", ["+1 (480) 555-0123", "480.555.0123", "Planted.Address@example.org", "reference", "reference in lower"]
)
def test_a_request_is_found_by_reference_phone_and_e_mail_however_written(start_web: StartWeb, typed: str) -> None:
    web = start_web()
    reference = ask(web)
    other = ask(web, "another-key", name="Somebody Else", phone="480 555 0199", email=None)
    browser = signed_in(web, "ana")
    wanted = {"reference": reference, "reference in lower": reference.lower().replace("-", " ")}.get(typed, typed)
    answer = browser.post("/staff/search", {"search": wanted})
    assert reference in answer.text and other not in answer.text


def test_what_is_not_there_is_not_found_kindly(start_web: StartWeb) -> None:
    browser = signed_in(start_web(), "ana")
    for typed in ("Planted", "", "%", "0000-0000", "' OR 1=1"):
        answer = browser.post("/staff/search", {"search": typed})
        assert answer.status_code == 200 and "Nothing was found" in answer.text
    assert browser.get("/staff/requests/AAAA-AAAA").status_code == 404
    assert browser.get("/staff/requests/%27%20OR%201").status_code == 404


def test_the_age_is_held_against_the_reply_time_that_was_promised(
    places: Places, start_web: StartWeb, clock: Clock
) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "reply_time": "within a day", "reply_hours": 24}))
    web = start_web()
    ask(web)
    browser = signed_in(web, "ana")
    clock.forward(hours=3)
    browser.sign_in("ana")
    page = browser.get("/staff").text
    assert "waiting 3 hours" in page and "answer due in 21 hours" in page and "within a day" in page
    clock.forward(hours=46)
    browser.sign_in("ana")
    page = browser.get("/staff").text
    assert "waiting 2 days" in page and "late by 25 hours" in page


def test_the_list_tells_the_open_page_when_something_is_new(web: Web) -> None:
    browser = signed_in(web, "ana")
    empty = browser.get("/staff/updates")
    assert "Nothing new" in empty.text and empty.headers["x-new-requests"] == "0"
    same = browser.get("/staff/updates", headers={"If-None-Match": empty.headers["etag"]})
    assert same.status_code == 304 and same.content == b""
    reference = ask(web)
    fuller = browser.get("/staff/updates", headers={"If-None-Match": empty.headers["etag"]})
    assert fuller.status_code == 200 and reference in fuller.text and fuller.headers["x-new-requests"] == "1"


def test_a_long_list_comes_in_pages_and_nothing_is_left_out(start_web: StartWeb) -> None:
    web = start_web()
    references = {ask(web, f"key-number-{each}") for each in range(120)}
    browser = signed_in(web, "ana")
    seen: list[str] = []
    path = "/staff"
    while path:
        page = browser.get(path).text
        seen += re.findall(r'id="open-([0-9A-Z-]+)"', page)
        more = re.search(r'href="(/staff\?show=new&amp;start=\d+)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 120 and set(seen) == references


def test_every_view_and_change_leaves_a_line_and_no_line_holds_what_somebody_wrote(web: Web) -> None:
    reference = ask(web)
    admin = signed_in(web, "ana", "admin")
    admin.get("/staff")
    admin.post("/staff/search", {"search": "planted.address@example.org"})
    move(admin, reference, "take")
    admin.post(f"/staff/requests/{reference}/notes", {"note": "Planted note"})
    admin.post("/staff/export")
    admin.get("/staff/log")
    admin.post(f"/staff/requests/{reference}/erase", {"reason": "asked"})
    admin.post("/staff/sign-out")
    actions = [action for actor, action, _ in log(web) if actor == "ana"]
    assert actions == [
        "sign_in", "list_viewed", "searched", "viewed", "take", "note_added", "exported", "audit_viewed", "erased",
        "sign_out",
    ]  # fmt: skip
    assert "lanted" not in str(web.sql("SELECT * FROM audit"))


def test_the_log_can_be_read_page_by_page(start_web: StartWeb) -> None:
    web = start_web()
    browser = signed_in(web, "ana", "admin")
    for _ in range(105):
        browser.get("/staff")
    page = browser.get("/staff/log").text
    older = re.search(r"/staff/log\?before=\d+", page)
    assert page.count("<tr>") == 101 and older
    assert "signed in" in browser.get(older[0]).text


def test_erasing_takes_notes_and_notices_with_it_and_the_log_keeps_the_reason(web: Web) -> None:
    reference = ask(web)
    admin = signed_in(web, "ana", "admin")
    admin.post(f"/staff/requests/{reference}/notes", {"note": "Planted note"})
    assert admin.post(f"/staff/requests/{reference}/erase", {"reason": ""}).status_code == 422
    answer = admin.post(f"/staff/requests/{reference}/erase", {"reason": "spam"})
    assert f"Request {reference} was erased" in admin.get(answer.headers["location"]).text
    for table in ("contact_request", "contact_note", "outbox"):
        assert web.sql(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    assert web.sql("SELECT detail FROM audit WHERE action = 'erased'") == [("spam",)]
    assert admin.get(f"/staff/requests/{reference}").status_code == 404


class TestTheExport:
    def test_it_holds_every_request_and_no_formula(self, web: Web) -> None:
        evil = ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", " =1", "\t=1", 'Ann "quoted", with comma']
        for at, name in enumerate(evil):
            ask(web, f"key-number-{at}", name=name)
        answer = signed_in(web, "ana", "admin").post("/staff/export")
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == len(evil)
        for row in rows:
            assert not any(value[:1] in "=+-@\t\r" for value in row.values() if value)
        assert rows[0]["name"] == "'=HYPERLINK(1)" and rows[0]["phone"] == "'+14805550123"
        assert rows[6]["name"] == 'Ann "quoted", with comma'

    def test_what_begins_a_formula_is_made_harmless_and_the_rest_is_left_alone(self) -> None:
        for beginning in "=+-@\t\r\n":
            assert harmless(f"{beginning}x").startswith("'")
        assert harmless("\u00a0=x").startswith("'")
        assert harmless("Ann") == "Ann" and harmless("") == ""


def test_a_request_that_no_key_opens_is_listed_and_says_so(start_web: StartWeb, each_database: str) -> None:
    first = start_web(database_url=each_database, contact_keys=Fernet.generate_key().decode())
    reference = ask(first)
    first.stop()
    second = start_web(database_url=each_database, contact_keys=Fernet.generate_key().decode())
    browser = signed_in(second, "ana", "admin")
    for path in ("/staff", f"/staff/requests/{reference}"):
        page = browser.get(path)
        assert page.status_code == 200 and "opened with the keys" in page.text and reference in page.text
    assert reference in browser.post("/staff/export").text


def test_when_the_database_fails_the_page_says_so_and_shows_nothing(start_web: StartWeb) -> None:
    web = start_web()
    browser = signed_in(web, "ana")
    web.break_database()
    page = browser.get("/staff")
    assert page.status_code == 503 and "database does not answer" in page.text and "Traceback" not in page.text


def test_empty_lists_say_what_will_be_there(start_web: StartWeb) -> None:
    browser = signed_in(start_web(), "ana")
    for tab, says in (("new", "Nothing new"), ("in_progress", "Nobody is on anything"), ("done", "30 days")):
        assert says in browser.get(f"/staff?show={tab}").text
    assert browser.get("/staff?show=nonsense&start=x").status_code == 200


def test_a_form_that_is_not_of_this_session_changes_nothing(web: Web) -> None:
    reference = ask(web)
    ana, ben = signed_in(web, "ana"), signed_in(web, "ben")
    version = hidden(ana.get(f"/staff/requests/{reference}"), "version")
    for csrf in ("", "x", ben.csrf()):
        form = {"csrf": csrf, "version": version, "move": "take"}
        assert ana.request("POST", f"/staff/requests/{reference}/move", data=form).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    form = {"version": version, "move": "take"}
    assert ana.post(f"/staff/requests/{reference}/move", form, headers=elsewhere).status_code == 403
    assert web.sql("SELECT status FROM contact_request") == [("new",)]


def test_no_page_may_be_kept_or_framed_and_none_loads_anything_from_elsewhere(start_web: StartWeb) -> None:
    web = start_web()
    browser = signed_in(web, "ana", "admin")
    reference = ask(web)
    for path in ("/staff", f"/staff/requests/{reference}", "/staff/log", "/staff/account", "/staff/sign-in"):
        page = browser.get(path)
        assert page.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)
        assert ASKED["name"] not in str(page.headers)

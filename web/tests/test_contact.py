"""Contact requests: checked by field, encrypted, stored once for each key, never lost."""

import re
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from tests.conftest import CLINIC, Clock, StartWeb, Web, assert_problem
from tests.fake_rasa import FakeRasa
from tests.staff import ASKED, signed_in
from unclench_web.contact.contact_request import check
from unclench_web.contact.sealing import Seal, make_seal
from unclench_web.faults import StartFault
from unclench_web.places import Places

REFERENCE = re.compile(r"^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$")
FORM: dict[str, str] = {
    "name": "Ann",
    "phone": "480 555 0123",
    "best_time": "any",
    "topic": "general",
    "consent": "yes",
}


def send(http: httpx.Client, body: Any, key: str | None = "a-key-of-a-test") -> httpx.Response:
    return http.post("/api/contact-requests", json=body, headers={} if key is None else {"Idempotency-Key": key})


def rows(web: Web) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(web.places.var / "web.sqlite")
    try:
        return connection.execute("SELECT reference, key_hash, sealed FROM contact_request").fetchall()
    finally:
        connection.close()


def key_in(page: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return found[1]


@pytest.fixture
def own(web: Web) -> Web:
    """`web` with no contact request in it."""
    connection = sqlite3.connect(web.places.var / "web.sqlite")
    connection.execute("DELETE FROM contact_request")
    connection.commit()
    connection.close()
    return web


def test_a_request_gets_a_reference(own: Web, rasa: FakeRasa) -> None:
    answer = send(own.http, ASKED)
    assert answer.status_code == 201
    assert set(answer.json()) == {"reference"}
    assert REFERENCE.match(answer.json()["reference"])
    assert len(rows(own)) == 1
    assert rasa.received == [], "contact details never pass through Rasa"


def test_the_same_key_gives_the_same_reference_and_stores_nothing_twice(own: Web) -> None:
    first = send(own.http, ASKED).json()
    assert send(own.http, ASKED).json() == first
    assert send(own.http, {**ASKED, "name": "Another"}).json() == first
    assert send(own.http, ASKED, "another-key").json() != first
    assert len(rows(own)) == 2


def test_fifty_equal_requests_at_once_are_stored_once(own: Web) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: send(own.http, ASKED), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert len(rows(own)) == 1


@pytest.mark.parametrize("key", [None, "", "short", "x" * 201])
def test_without_a_proper_key_nothing_is_stored(own: Web, key: str | None) -> None:
    assert_problem(send(own.http, ASKED, key), 422, "no-idempotency-key")
    assert rows(own) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": None, "email": None}, "phone"),
        ({"email": "ann"}, "email"),
        ({"email": "ann@nowhere"}, "email"),
        ({"email": "a@b@c.org"}, "email"),
        ({"consent": False}, "consent"),
        ({"consent": "yes"}, "consent"),
        ({"consent": 1}, "consent"),
        ({"phone": None, "text_consent": True}, "text_consent"),
        ({"best_time": "x" * 101}, "best_time"),
    ],
)
def test_a_fault_is_named_by_its_field_and_nothing_is_stored(own: Web, change: dict[str, Any], field: str) -> None:
    problem = assert_problem(send(own.http, {**ASKED, **change}), 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert problem["errors"][0]["detail"].endswith(".")
    assert "Planted" not in str(problem)
    assert rows(own) == []


def test_consent_must_be_there(own: Web) -> None:
    problem = assert_problem(send(own.http, {"name": "Ann", "phone": "4805550123"}), 422, "contact-request")
    assert [fault["field"] for fault in problem["errors"]] == ["consent"]


def test_all_faults_come_at_once(own: Web) -> None:
    problem = assert_problem(send(own.http, {}), 422)
    assert [fault["field"] for fault in problem["errors"]] == ["name", "phone", "consent"]


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_what_is_no_request_is_a_problem(own: Web, body: Any) -> None:
    assert_problem(send(own.http, body), 422)


def test_nothing_of_a_request_can_be_read_in_the_files(start_web: StartWeb) -> None:
    web = start_web()
    send(web.http, ASKED, "planted-idempotency-key")
    kept = web.database_bytes()
    for marker in (
        "Planted-Name",
        "planted.address",
        "5550123",
        "4805550123",
        "morning",
        "appointment",
        "planted-idem",
    ):
        assert marker.encode() not in kept, marker


def test_what_is_stored_can_be_opened_with_the_key(start_web: StartWeb) -> None:
    key = Fernet.generate_key().decode()
    web = start_web(contact_keys=key)
    send(web.http, ASKED)
    assert Seal([key]).open(rows(web)[0][2]) == {
        **ASKED,
        "phone": "+14805550123",
        "answers": [],
        "hasty": False,
    }
    with pytest.raises(InvalidToken):
        Seal([Fernet.generate_key().decode()]).open(rows(web)[0][2])


def test_an_old_key_still_opens_after_a_new_one_is_put_before_it() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Seal([old]).close({"name": "Ann"})
    assert Seal([new, old]).open(sealed) == {"name": "Ann"}
    assert Seal([new]).open(Seal([new, old]).close({"name": "Ben"})) == {"name": "Ben"}


def test_a_key_that_is_none_stops_the_start() -> None:
    with pytest.raises(StartFault, match="UNCLENCH_CONTACT_KEYS must be Fernet keys"):
        Seal(["nonsense"])


def test_the_development_key_is_made_once_is_private_and_is_said(
    places: Places, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = make_seal((), places.var).close({"name": "Ann"})
    file = places.var / "contact.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "development_key_for_contact_requests" in caplog.text
    assert make_seal((), places.var).open(sealed) == {"name": "Ann"}
    assert make_seal((SecretStr(file.read_text()),), places.var).open(sealed) == {"name": "Ann"}


def test_a_database_that_fails_is_said(start_web: StartWeb) -> None:
    web = start_web()
    web.break_database()
    problem = assert_problem(send(web.http, ASKED), 503, "storage")
    assert "Nothing was stored" in problem["detail"]


def test_a_phone_number_is_understood_as_people_write_it() -> None:
    for typed in ("4805550123", "(480) 555-0123", "480.555.0123", "+1 480 555 0123", "1-480-555-0123"):
        request, _ = checked(phone=typed)
        assert request and request["phone"] == "+14805550123", typed
    request, _ = checked(phone="+34 600 123 123")
    assert request and request["phone"] == "+34600123123"


def test_a_topic_that_is_not_on_the_list_becomes_other() -> None:
    request, faults = checked(topic="my health story")
    assert request and request["topic"] == "other" and not faults


def test_control_and_direction_characters_are_taken_out() -> None:
    request, _ = checked(name="An\u202en\x00\r\nBcc: x")
    assert request and request["name"] == "Ann Bcc: x"


def checked(**change: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    request, faults = check(**{**ASKED, **change}, region="US", topics=("general", "appointment"))
    return (request.fields() if request else None), faults


CRISIS = {**ASKED, "name": "planted crisis"}


class TestACrisisTypedIntoTheForm:
    def test_it_shows_where_help_is_and_the_request_is_sent_all_the_same(self, own: Web, rasa: FakeRasa) -> None:
        answer = send(own.http, CRISIS)
        assert answer.status_code == 201 and len(rows(own)) == 1
        crisis = answer.json()["crisis"]
        assert crisis["kind"] == "crisis" and crisis["data"]["tier"] == "T2" and "988" in crisis["text"]
        assert crisis["data"]["lines"][0]["tel"] == "tel:988"

    def test_it_shows_where_help_is_when_the_form_has_faults_too(self, own: Web) -> None:
        problem = assert_problem(send(own.http, {**CRISIS, "consent": False}), 422)
        assert problem["crisis"]["data"]["tier"] == "T2"

    def test_the_page_without_javascript_shows_it_first(self, own: Web) -> None:
        for data, status in (({**FORM, "name": "planted crisis"}, 201), ({"name": "planted crisis"}, 422)):
            page = own.http.post("/contact", data={**data, "key": "k" * 20})
            assert page.status_code == status
            assert page.text.index("glad you told me") < page.text.index("<h1>") and 'href="tel:988"' in page.text

    @pytest.mark.parametrize("fault", [{"status": 500}, {"body": b"nonsense"}, {"seconds": 4.0}])
    def test_while_the_filter_does_not_answer_the_request_is_sent(
        self, own: Web, rasa: FakeRasa, fault: dict[str, Any]
    ) -> None:
        for name, value in fault.items():
            setattr(rasa, name, value)
        answer = send(own.http, CRISIS)
        assert answer.status_code == 201 and "crisis" not in answer.json() and len(rows(own)) == 1

    def test_while_rasa_is_down_the_request_is_sent(self, own: Web, rasa: FakeRasa) -> None:
        rasa.stop()
        assert send(own.http, CRISIS).status_code == 201 and len(rows(own)) == 1

    def test_only_words_of_ones_own_are_read_and_they_are_part_of_no_conversation(
        self, own: Web, rasa: FakeRasa
    ) -> None:
        send(own.http, {**ASKED, "topic": "my own words", "best_time": "after three"})
        assert rasa.assessed == ["Ann Planted-Name", "after three", "my own words"]
        send(own.http, {**ASKED, "phone": "not a number"}, "another-key")
        assert rasa.assessed[3:] == ["Ann Planted-Name", "not a number"]
        assert rasa.received == []


class TestSpam:
    def test_what_is_sent_as_quickly_as_programs_do_is_kept_and_marked(self, start_web: StartWeb, clock: Clock) -> None:
        web = start_web()
        key = key_in(web.http.get("/contact"))
        assert web.http.post("/contact", data={**FORM, "key": key}).status_code == 201
        key = key_in(web.http.get("/contact"))
        clock.forward(seconds=3)
        assert web.http.post("/contact", data={**FORM, "key": key}).status_code == 201
        changes: list[dict[str, Any]] = [
            {"open_seconds": 0.3},
            {"website": "http://spam.example"},
            {"open_seconds": 30},
        ]
        for at, change in enumerate(changes):
            assert send(web.http, {**ASKED, **change}, f"key-number-{at}").status_code == 201
        page = signed_in(web, "ana").get("/staff").text
        assert [("perhaps spam" in row) for row in page.split('<li class="row')[1:]] == [True, False, True, True, False]


class TestSharedAnswers:
    ANSWERS = [{"question": "Where do you notice tightness?", "answer": "Jaw, planted neck"}]

    def test_what_the_person_chose_to_share_is_kept_encrypted_and_shown_to_staff(self, start_web: StartWeb) -> None:
        web = start_web()
        reference = send(web.http, {**ASKED, "answers": self.ANSWERS}).json()["reference"]
        assert b"planted neck" not in web.database_bytes()
        page = signed_in(web, "ana").get(f"/staff/requests/{reference}").text
        assert "Where do you notice tightness?" in page and "Jaw, planted neck" in page

    @pytest.mark.parametrize(
        "answers", [ANSWERS * 21, [{"question": "q", "answer": "x" * 700}], [{"question": "q"}], 5]
    )
    def test_answers_that_will_not_do_are_said(self, own: Web, answers: Any) -> None:
        problem = assert_problem(send(own.http, {**ASKED, "answers": answers}), 422)
        assert problem["errors"][0]["field"] == "answers" and rows(own) == []


def test_a_clinic_with_a_form_of_its_own_gets_people_there_with_a_neutral_topic_alone(
    places: Places, start_web: StartWeb
) -> None:
    own_form = "https://clinic.example/contact?about={topic}"
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "contact_form": own_form}))
    web = start_web()
    assert web.http.get("/contact?topic=cost").headers["location"] == "https://clinic.example/contact?about=cost"
    strange = web.http.get("/contact?topic=my+health").headers["location"]
    assert strange == "https://clinic.example/contact?about=general"


class TestTheForm:
    def test_it_works_without_javascript(self, own: Web) -> None:
        page = own.http.get("/contact")
        assert page.status_code == 200
        assert "<script" not in page.text
        thanks = own.http.post("/contact", data={**FORM, "key": key_in(page)})
        assert thanks.status_code == 201
        assert "Thank you" in thanks.text
        [(reference, _, _)] = rows(own)
        assert reference in thanks.text

    def test_sending_it_twice_stores_it_once(self, own: Web) -> None:
        data = {**FORM, "key": key_in(own.http.get("/contact"))}
        first, second = own.http.post("/contact", data=data), own.http.post("/contact", data=data)
        assert first.status_code == second.status_code == 201
        assert len(rows(own)) == 1

    def test_each_form_has_a_key_of_its_own(self, own: Web) -> None:
        assert key_in(own.http.get("/contact")) != key_in(own.http.get("/contact"))

    def test_faults_are_summarised_and_what_was_typed_stays(self, own: Web) -> None:
        typed = {
            "name": '"><script>alert(1)</script>',
            "phone": "12",
            "email": "typed@",
            "topic": "cost",
            "key": "k" * 20,
        }
        page = own.http.post("/contact", data=typed)
        assert page.status_code == 422
        assert 'role="alert"' in page.text and 'href="#phone"' in page.text and 'href="#consent"' in page.text
        assert 'value="12"' in page.text and 'value="typed@"' in page.text
        assert '<option value="cost" selected>' in page.text
        assert "&#34;&gt;&lt;script&gt;" in page.text and "<script" not in page.text
        assert key_in(page) == "k" * 20
        assert 'id="phone-fault"' in page.text and 'aria-invalid="true"' in page.text
        assert rows(own) == []

    def test_a_filled_trap_asks_again_and_loses_nothing(self, own: Web) -> None:
        key = key_in(own.http.get("/contact"))
        page = own.http.post("/contact", data={**FORM, "key": key, "website": "http://spam.example"})
        assert page.status_code == 422 and rows(own) == []
        assert 'value="480 555 0123"' in page.text and "spam.example" not in page.text
        assert own.http.post("/contact", data={**FORM, "key": key_in(page)}).status_code == 201

    def test_when_the_store_fails_what_was_typed_stays(self, start_web: StartWeb) -> None:
        web = start_web()
        web.break_database()
        page = web.http.post("/contact", data={**FORM, "key": "k" * 20})
        assert page.status_code == 503
        assert "not sent" in page.text and 'value="480 555 0123"' in page.text

    def test_an_empty_or_odd_post_is_a_form_again(self, own: Web) -> None:
        assert own.http.post("/contact").status_code == 422
        assert own.http.post("/contact", content=b"{}").status_code == 422
        assert own.http.post("/contact", data={"name": "x" * 20_000}).status_code == 413
        answer = own.http.post("/contact", files={"name": b"a file"})
        assert answer.status_code in (400, 422)

    def test_it_says_that_it_is_not_for_emergencies_and_shows_the_lines(self, own: Web) -> None:
        page = own.http.get("/contact").text
        assert "not for emergencies" in page and 'href="tel:911"' in page and 'href="tel:988"' in page

    def test_it_says_when_the_reply_time_is_not_known(self, own: Web) -> None:
        thanks = own.http.post("/contact", data={**FORM, "key": "k" * 20})
        assert "know how soon" in thanks.text

    def test_it_names_the_reply_time_and_the_phone_when_they_are_known(
        self, places: Places, start_web: StartWeb
    ) -> None:
        known = {**CLINIC, "reply_time": "within one working day", "phone": "+14805550100"}
        places.clinic.write_text(yaml.safe_dump(known))
        web = start_web()
        thanks = web.http.post("/contact", data={**FORM, "key": "k" * 20})
        assert "within one working day" in thanks.text and "(480) 555-0100" in thanks.text
        assert 'href="tel:+14805550100"' in web.http.get("/contact").text

    def test_a_topic_can_be_named_in_the_address(self, own: Web) -> None:
        assert '<option value="cost" selected>' in own.http.get("/contact?topic=cost").text
        assert "planted" not in own.http.get("/contact?topic=planted").text

"""Opening a conversation, saying something, taking a choice, reloading, erasing."""

import re
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import Clock, StartWeb, Visitor, Web, assert_problem
from tests.fake_rasa import SECRET, FakeRasa

MESSAGE_KEYS = {"id", "from", "kind", "text", "topic", "choices", "sources", "evidence", "review", "at", "data"}


def test_opening_gives_an_id_a_token_and_the_greeting(web: Web, rasa: FakeRasa) -> None:
    visitor = web.visitor()
    assert len(visitor.id) >= 22 and len(visitor.token) >= 43
    assert [message["text"] for message in visitor.first] == ["Hello. I'm automated."]
    assert set(visitor.first[0]) == MESSAGE_KEYS
    assert rasa.received == [{"conversation": visitor.id, "payload": {"intent": "open", "entities": {}}}]


def test_rasa_gets_the_shared_secret(visitor: Visitor, rasa: FakeRasa) -> None:
    visitor.say("what is the psoas")
    assert set(rasa.secrets) == {SECRET}


def test_an_answer_has_the_whole_shape(visitor: Visitor) -> None:
    [answer] = visitor.say("what is the psoas")
    assert set(answer) == MESSAGE_KEYS
    assert answer["from"] == "assistant"
    assert answer["text"] == "An answer to: what is the psoas"
    assert answer["topic"] == "psoas"
    assert answer["sources"] == [{"title": "A page", "publisher": "A publisher", "url": "https://example.org/page"}]
    assert answer["evidence"] == "well supported"
    assert answer["review"] == {"status": "draft", "by": None, "on": None}


def test_a_message_that_asks_two_things_comes_back_as_two_messages(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.messages = [{"text": "One.", "topic": "psoas"}, {"text": "Two.", "topic": "tight-hips"}]
    answers = visitor.say("two things")
    assert [answer["topic"] for answer in answers] == ["psoas", "tight-hips"]
    assert answers[0]["id"] != answers[1]["id"]


def test_a_choice_is_given_out_as_a_random_id_and_its_payload_stays_here(visitor: Visitor, rasa: FakeRasa) -> None:
    choice = visitor.first[0]["choices"][0]
    assert set(choice) == {"id", "label", "topic"}
    assert choice["label"] == "What is the psoas?" and choice["topic"] == "psoas"
    [answer] = visitor.choose(choice)
    assert answer["text"] == "About psoas"
    assert rasa.last == {"conversation": visitor.id, "payload": {"intent": "ask", "entities": {"topic": "psoas"}}}


def test_choices_of_earlier_messages_stay_valid(visitor: Visitor) -> None:
    early = visitor.first[0]["choices"][0]
    for _ in range(3):
        visitor.say("something else")
    assert visitor.choose(early)[0]["text"] == "About psoas"
    assert visitor.choose(early)[0]["text"] == "About psoas"


def test_a_choice_that_was_never_offered_is_refused(visitor: Visitor, rasa: FakeRasa) -> None:
    asked = len(rasa.received)
    for unknown in ("nonsense", "", "x" * 500, "a\x00b", "../../etc", "/ask{}"):
        assert_problem(visitor.post({"choice": unknown}), 422, "unknown-choice")
    assert len(rasa.received) == asked
    assert visitor.say("still here?")


def test_a_choice_of_another_conversation_is_refused(web: Web) -> None:
    mine, theirs = web.visitor(), web.visitor()
    assert_problem(mine.post({"choice": theirs.first[0]["choices"][0]["id"]}), 422, "unknown-choice")


def test_a_reload_finds_the_whole_transcript_in_order(visitor: Visitor) -> None:
    [answer] = visitor.say("what is the psoas")
    [about] = visitor.choose(visitor.first[0]["choices"][0])
    transcript = visitor.transcript()
    assert [message["from"] for message in transcript] == [
        "assistant",
        "visitor",
        "assistant",
        "visitor",
        "assistant",
    ]
    assert transcript[1]["text"] == "what is the psoas"
    assert transcript[3]["text"] == "What is the psoas?"
    assert transcript[2] == answer and transcript[4] == about
    assert set(transcript[1]) == MESSAGE_KEYS


def test_answers_of_one_conversation_do_not_interleave(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.seconds = 0.03
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(visitor.say, [f"question {number}" for number in range(6)]))
    assert rasa.most_at_once == 1
    said = visitor.transcript()[1:]
    for question, answer in zip(said[::2], said[1::2], strict=True):
        assert answer["text"] == f"An answer to: {question['text']}"


def test_different_conversations_are_answered_at_the_same_time(web: Web, rasa: FakeRasa) -> None:
    visitors = [web.visitor() for _ in range(4)]
    rasa.seconds = 1.0
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda visitor: visitor.say("hello"), visitors))
    assert rasa.most_at_once == 4


def test_an_unknown_kind_is_shown_as_text(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.messages = [{"kind": "hologram", "text": "A text that stands alone."}]
    [answer] = visitor.say("hello")
    assert answer["kind"] == "text" and answer["text"] == "A text that stands alone."


def test_a_source_keeps_no_address_that_is_not_a_web_address(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.messages = [{"text": "An answer.", "sources": [{"title": "A page", "url": "javascript:alert(1)"}]}]
    [answer] = visitor.say("hello")
    assert answer["sources"] == [{"title": "A page", "publisher": None, "url": None}]


def test_help_lines_named_by_id_are_spelled_out(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.messages = [{"kind": "crisis", "text": "Call 988.", "data": {"tier": "T2", "lines": ["988", "poison"]}}]
    [answer] = visitor.say("hello")
    assert answer["kind"] == "crisis" and answer["data"]["tier"] == "T2"
    assert [line["call"] for line in answer["data"]["lines"]] == ["988", "800-222-1222"]
    assert answer["data"]["lines"][0]["text"] == {"to": "988", "body": "AYUDA"}
    assert answer["data"]["lines"][1]["tel"] == "tel:+18002221222"


def test_a_failure_of_the_safety_filter_is_counted_and_not_shown(web: Web, visitor: Visitor, rasa: FakeRasa) -> None:
    def failures() -> float:
        found = re.search(r"^unclench_safety_filter_failures_total (\S+)", web.http.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else -1.0

    before = failures()
    rasa.messages = [{"kind": "crisis", "text": "Call 988.", "data": {"tier": "T3", "filter_failed": True}}]
    [answer] = visitor.say("hello")
    assert answer["kind"] == "crisis" and "filter_failed" not in answer["data"]
    assert failures() == before + 1


def test_help_lines_that_rasa_describes_are_completed_and_unknown_ones_are_kept(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    given = [{"id": "988", "label": "988 as Rasa says it", "tel": "tel:988"}, {"id": "local", "label": "A local line"}]
    rasa.messages = [{"kind": "crisis", "text": "Call 988.", "data": {"tier": "T2", "lines": given, "language": "es"}}]
    [answer] = visitor.say("hello")
    first, second = answer["data"]["lines"]
    assert (
        first["label"] == "988 as Rasa says it"
        and first["sms"] == "sms:988?&body=AYUDA"
        and first["hours"] == "Siempre"
    )
    assert second == {"id": "local", "label": "A local line"}


def test_conversations_outlive_a_restart(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    visitor.say("before")
    web.stop()
    again = start_web()
    visitor.http = again.http
    assert [message["text"] for message in visitor.transcript()][1] == "before"
    assert visitor.choose(visitor.first[0]["choices"][0])[0]["text"] == "About psoas"


def test_a_message_sent_again_with_its_key_is_said_once_and_gets_the_same_answer(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    key = {"Idempotency-Key": "one message's own key"}
    path = f"{visitor.path}/messages"
    answers = [visitor.http.post(path, json={"text": "once"}, headers=visitor.key | key).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert [asked["text"] for asked in rasa.received if "text" in asked] == ["once"]
    assert [message["text"] for message in visitor.transcript()][1:] == ["once", "An answer to: once"]
    choice = answers[0]["messages"][0]["choices"][0]
    assert visitor.choose(choice), "its choices can be taken"


def test_the_same_message_sent_twice_at_once_with_one_key_is_said_once(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.seconds = 0.2
    headers = visitor.key | {"Idempotency-Key": "one key for both"}
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(visitor.http.post, f"{visitor.path}/messages", json={"text": "x"}, headers=headers)
            for _ in range(2)
        ]
    assert both[0].result().json() == both[1].result().json()
    assert len(visitor.transcript()) == 3


def test_a_key_counts_in_its_own_conversation_only(web: Web) -> None:
    key = {"Idempotency-Key": "the same in two chats"}
    one, two = web.visitor(), web.visitor()
    first = one.http.post(f"{one.path}/messages", json={"text": "first"}, headers=one.key | key).json()
    second = two.http.post(f"{two.path}/messages", json={"text": "second"}, headers=two.key | key).json()
    assert first["messages"][0]["text"] == "An answer to: first"
    assert second["messages"][0]["text"] == "An answer to: second"


def test_a_key_that_is_too_short_or_too_long_is_refused(visitor: Visitor) -> None:
    for key in ("short", "x" * 201):
        headers = visitor.key | {"Idempotency-Key": key}
        answer = visitor.http.post(f"{visitor.path}/messages", json={"text": "hello"}, headers=headers)
        assert_problem(answer, 422, "no-idempotency-key")


def test_every_message_says_when_it_was_said(start_web: StartWeb, clock: Clock) -> None:
    clock.now = 1_700_000_000
    visitor = start_web().visitor()
    visitor.say("hello")
    assert [message["at"] for message in visitor.transcript()] == ["2023-11-14T22:13:20+00:00"] * 3

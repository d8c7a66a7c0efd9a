"""A conversation is gone from every store when the visitor says so, or after two idle hours."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import Clock, StartWeb, Visitor, assert_problem
from tests.fake_rasa import FakeRasa

MARKER = "planted-marker-of-a-visitor"


def test_erasing_a_conversation_erases_it_here_and_in_rasa(visitor: Visitor, rasa: FakeRasa) -> None:
    visitor.say("hello")
    answer = visitor.erase()
    assert answer.status_code == 204 and answer.content == b""
    assert rasa.forgotten == [visitor.id]
    assert_problem(visitor.http.get(f"{visitor.path}/messages", headers=visitor.key), 404, "unknown-conversation")
    assert_problem(visitor.post({"text": "hello"}), 404, "unknown-conversation")
    assert_problem(visitor.post({"choice": visitor.first[0]["choices"][0]["id"]}), 404, "unknown-conversation")
    assert_problem(visitor.erase(), 404, "unknown-conversation")


def test_nothing_of_an_erased_conversation_is_left_in_the_file(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitor = web.visitor()
    rasa.messages = [
        {
            "text": f"{MARKER}-answer",
            "choices": [{"label": f"{MARKER}-label", "payload": {"intent": f"{MARKER}-payload", "entities": {}}}],
        }
    ]
    visitor.say(MARKER)
    assert MARKER.encode() in web.database_bytes()
    visitor.erase()
    left = web.database_bytes()
    assert MARKER.encode() not in left
    assert visitor.id.encode() not in left


def test_erasing_while_rasa_is_down_is_made_good_later(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitor = web.visitor()
    visitor.say(MARKER)
    rasa.stop()
    assert visitor.erase().status_code == 204
    assert MARKER.encode() not in web.database_bytes()
    web.sweep()
    rasa.start()
    assert rasa.forgotten == []
    web.sweep()
    assert rasa.forgotten == [visitor.id]
    web.sweep()
    assert rasa.forgotten == [visitor.id]
    assert visitor.id.encode() not in web.database_bytes()


def test_a_rasa_that_refuses_is_asked_again_and_holds_up_no_other(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitors = [web.visitor() for _ in range(5)]
    rasa.status = 500
    for visitor in visitors:
        assert visitor.erase().status_code == 204
    web.sweep()
    rasa.status = 200
    web.sweep()
    assert sorted(rasa.forgotten) == sorted(visitor.id for visitor in visitors)


def test_what_waits_for_rasa_outlives_a_restart(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    visitor = web.visitor()
    rasa.stop()
    visitor.erase()
    web.stop()
    rasa.start()
    start_web().sweep()
    assert set(rasa.forgotten) == {visitor.id}, "by this sweep, or by the one that its start began"


def test_idle_conversations_are_erased_by_themselves(start_web: StartWeb, rasa: FakeRasa, clock: Clock) -> None:
    web = start_web()
    idle = web.visitor()
    idle.say(MARKER)
    clock.forward(hours=1.5)
    busy = web.visitor()
    clock.forward(hours=0.6)
    web.sweep()
    assert rasa.forgotten == [idle.id]
    assert MARKER.encode() not in web.database_bytes()
    assert_problem(idle.post({"text": "hello"}), 404, "unknown-conversation")
    assert busy.say("hello")


def test_an_answer_that_comes_after_the_erasure_is_not_kept(start_web: StartWeb, rasa: FakeRasa, clock: Clock) -> None:
    web = start_web()
    visitor = web.visitor()
    rasa.seconds = 0.4
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(visitor.post, {"text": MARKER})
        time.sleep(0.15)
        clock.forward(hours=3)  # as if the idle time ended while Rasa was thinking
        web.sweep()
        assert_problem(answer.result(), 404, "unknown-conversation")
    assert MARKER.encode() not in web.database_bytes()

"""Whether an answer helped."""

import sqlite3
from typing import Any

import httpx

from tests.conftest import StartWeb, Visitor, Web, assert_problem
from tests.fake_rasa import FakeRasa


def rate(visitor: Visitor, message_id: str, helped: Any) -> httpx.Response:
    path = f"{visitor.path}/messages/{message_id}/rating"
    return visitor.http.put(path, json={"helped": helped}, headers=visitor.key)


def counts(web: Web) -> list[tuple[str, bool, int]]:
    with sqlite3.connect(web.places.var / "web.sqlite") as connection:
        return connection.execute("SELECT topic, helped, count FROM rating_count ORDER BY helped").fetchall()


def test_ratings_are_counted_by_topic_and_answer_and_not_by_whom(start_web: StartWeb) -> None:
    web = start_web()
    for helped in (True, True, False):
        visitor = web.visitor()
        [answer] = visitor.say("what is the psoas")
        assert rate(visitor, answer["id"], helped).status_code == 204
    assert counts(web) == [("psoas", 0, 1), ("psoas", 1, 2)]
    metrics = web.http.get("/metrics").text
    assert 'unclench_ratings_total{helped="yes",topic="psoas"} 2.0' in metrics


def test_an_answer_counts_once_and_a_second_tap_can_change_it(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    [answer] = visitor.say("what is the psoas")
    for helped in (True, True, False):
        rate(visitor, answer["id"], helped)
    assert counts(web) == [("psoas", 0, 1), ("psoas", 1, 0)]


def test_counts_outlive_the_conversation_and_the_rating_does_not(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    [answer] = visitor.say("what is the psoas")
    rate(visitor, answer["id"], True)
    visitor.erase()
    assert counts(web) == [("psoas", 1, 1)]
    with sqlite3.connect(web.places.var / "web.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM rated").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM answered").fetchone() == (0,)
    assert answer["id"].encode() not in web.database_bytes()


def test_only_answers_of_the_own_conversation_that_have_a_topic_can_be_rated(web: Web, rasa: FakeRasa) -> None:
    mine, theirs = web.visitor(), web.visitor()
    [answer] = theirs.say("what is the psoas")
    mine.say("hello")
    said = mine.transcript()[1]["id"]
    rasa.messages = [{"text": "No topic here."}]
    [without] = mine.say("something")
    for message_id in (answer["id"], said, without["id"], "nothing"):
        assert_problem(rate(mine, message_id, True), 404, "unknown-message")


def test_a_rating_is_yes_or_no_and_needs_the_token(visitor: Visitor) -> None:
    [answer] = visitor.say("what is the psoas")
    for helped in ("yes", 1, None):
        assert_problem(rate(visitor, answer["id"], helped), 422, "invalid")
    path = f"{visitor.path}/messages/{answer['id']}/rating"
    assert_problem(visitor.http.put(path, json={"helped": True}), 401, "no-token")

import pytest

from bench import outcome
from bench.outcome import Outcome, Said
from bench.rows import FollowUp, TwoQuestions
from components.routing import Decision

CARDS = frozenset({"psoas", "emdr"})
AREAS = {"neck": "neck-and-shoulders"}
WHY = FollowUp("psoas", "but why", "why")
NECK = FollowUp("psoas", "and my neck?", "other_area")
TWO = TwoQuestions("what is it and where are you", (frozenset({"psoas"}), frozenset({"clinic-location"})))


def test_a_decision_to_answer_says_the_card():
    assert outcome.said(Decision("ask", {"topic": "psoas"}), "ask/psoas", 0.9).answered == ("psoas",)


def test_a_decision_to_answer_two_says_both():
    decision = Decision("ask", {"topics": ["psoas", "emdr"], "topic": "emdr"})
    assert outcome.said(decision, "ask/emdr", 0.5).answered == ("psoas", "emdr")


def test_candidates_are_offered_and_not_answered():
    decision = Decision("reply", {"reply": "did-you-mean", "candidates": ["ask/psoas", "follow_up/why"]})
    it = outcome.said(decision, "ask/psoas", 0.2)
    assert (it.answered, it.offered) == ((), ("psoas", "why"))


def test_a_reply_without_candidates_is_an_answer():
    it = outcome.said(Decision("reply", {"reply": "out-of-scope", "candidates": []}), "ask/psoas", 0.2)
    assert it.answered == ("out-of-scope",)


@pytest.mark.parametrize(
    ("it", "expected"),
    [
        (Said(answered=("psoas",)), Outcome.ANSWERED),
        (Said(answered=("emdr", "psoas")), Outcome.ANSWERED),
        (Said(offered=("emdr", "cbt", "psoas")), Outcome.OFFERED),
        (Said(offered=("emdr", "cbt", "art", "psoas")), Outcome.MISSED),
        (Said(answered=("emdr",)), Outcome.WRONG),
        (Said(answered=("no-medication",)), Outcome.WRONG),
        (Said(answered=("out-of-scope",)), Outcome.MISSED),
        (Said(aspect="why"), Outcome.MISSED),
        (Said(), Outcome.MISSED),
    ],
)
def test_a_question_is_answered_offered_wrong_or_missed(it, expected):
    assert outcome.of_question(it, {"psoas"}) is expected


def test_a_question_taken_for_a_follow_up_is_wrong_only_when_there_is_a_card_to_follow_up():
    assert outcome.of_question(Said(aspect="why"), {"psoas"}, on_card=True) is Outcome.WRONG


@pytest.mark.parametrize(
    ("it", "expected"),
    [
        (Said(answered=("psoas",)), Outcome.WRONG),
        (Said(offered=("psoas",)), Outcome.OFFERED),
        (Said(answered=("small-talk",)), Outcome.HANDLED),
        (Said(aspect="why"), Outcome.HANDLED),
        (Said(), Outcome.HANDLED),
    ],
)
def test_an_off_topic_message_is_wrong_only_with_a_health_card(it, expected):
    assert outcome.of_off_topic(it, CARDS) is expected


def test_an_off_topic_message_taken_for_a_follow_up_says_the_card_again():
    assert outcome.of_off_topic(Said(aspect="why"), CARDS, on_card=True) is Outcome.WRONG


def test_a_question_without_a_known_right_card_is_answered_by_any_health_card():
    assert outcome.of_unlabelled(Said(answered=("psoas",)), CARDS) is Outcome.ANSWERED
    assert outcome.of_unlabelled(Said(answered=("spanish",)), CARDS) is Outcome.HANDLED
    assert outcome.of_unlabelled(Said(answered=("out-of-scope",)), CARDS) is Outcome.MISSED


@pytest.mark.parametrize(
    ("it", "row", "expected", "stays"),
    [
        (Said(aspect="why"), WHY, Outcome.ANSWERED, True),
        (Said(aspect="how"), WHY, Outcome.WRONG, True),
        (Said(answered=("psoas",)), WHY, Outcome.WRONG, True),
        (Said(answered=("emdr",)), WHY, Outcome.WRONG, False),
        (Said(offered=("emdr", "why")), WHY, Outcome.OFFERED, False),
        (Said(answered=("out-of-scope",)), WHY, Outcome.MISSED, False),
        (Said(answered=("neck-and-shoulders",)), NECK, Outcome.ANSWERED, True),
    ],
)
def test_a_follow_up_counts_by_what_was_asked_and_by_the_card(it, row, expected, stays):
    assert outcome.of_follow_up(it, row, AREAS) is expected
    assert outcome.stays_on_card(it, row, AREAS) is stays


@pytest.mark.parametrize(
    ("it", "expected"),
    [
        (Said(answered=("psoas", "clinic-location")), Outcome.ANSWERED),
        (Said(offered=("emdr", "clinic-location", "psoas")), Outcome.OFFERED),
        (Said(answered=("psoas",)), Outcome.MISSED),
        (Said(answered=("emdr",)), Outcome.WRONG),
    ],
)
def test_two_questions_are_found_only_together(it, expected):
    assert outcome.of_two_questions(it, TWO) is expected

"""What a message means beside a check-in: an answer only while one is open, and never taken from the safety filter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from components.check_in_routing import CRISIS, INTENT, State, Turn, Understood, tapped, typed
from knowledge.check_in.content import Question, load_check_in
from knowledge.check_in.course import Progress, Said
from knowledge.check_in.reading import Reader

CHECK_IN = load_check_in()
READER = Reader(CHECK_IN)
TODAY = date(2026, 11, 22)
HALFWAY = Progress(answers={"age": ("adult",), "now": ("none",), "body": ("none",)}, question="where")
OPEN = State(progress=HALFWAY, is_open=True)
LEFT = State(progress=HALFWAY)


def nothing(question: Question, text: str) -> None:
    return None


def says(
    text: str, intent: str, state: State, reply: str | None = None, share: float = 0.9, guess: Any = nothing
) -> Turn | None:
    return typed(READER, CHECK_IN, text, Understood(intent, reply, share), state, TODAY, guess)


def progress(turn: Turn | None) -> Progress:
    assert turn is not None
    return Progress.from_values(turn.entities["check_in_progress"])


@pytest.mark.parametrize("text", ["no", "my neck", "skip", "stop", "let's continue", "like three weeks", "why?"])
@pytest.mark.parametrize("intent", ["ask", "deny", "reply", "stop", "follow_up"])
def test_without_a_check_in_no_message_is_touched(text: str, intent: str) -> None:
    assert says(text, intent, State()) is None


def test_asking_for_a_check_in_starts_one() -> None:
    assert progress(says("start the check-in", INTENT, State())).question == "age"


@pytest.mark.parametrize("state", [State(), OPEN, LEFT, State(progress=HALFWAY, outcome="C")])
def test_what_the_safety_filter_raised_is_never_touched(state: State) -> None:
    assert says("my neck", CRISIS, state) is None


def test_an_answer_in_an_open_check_in_is_taken_whatever_the_classifier_thought() -> None:
    turn = says("my neck", "ask", OPEN)
    assert turn is not None and turn.intent == INTENT
    assert progress(turn).answers["where"] == ("neck",)


def test_a_question_in_an_open_check_in_is_left_to_be_answered() -> None:
    assert says("what is the psoas?", "ask", OPEN) is None
    assert says("emdr", "ask", OPEN, share=0.9) is None
    assert says("can somebody from the clinic ring me", "contact", OPEN) is None
    assert says("thank you so much", "reply", OPEN, reply="thanks") is None


def test_a_statement_that_is_only_nearly_like_a_question_is_asked_again() -> None:
    assert progress(says("the purple thing", "ask", OPEN, share=0.3)).note == "unclear"
    assert progress(says("blah", "reply", OPEN, reply="out-of-scope")).note == "unclear"


def test_what_no_phrase_fits_may_be_guessed_but_not_a_question() -> None:
    def jaw(question: Question, text: str) -> Said:
        return Said("answer", ("jaw",), question.id)

    assert progress(says("the chewing part", "reply", OPEN, reply="did-you-mean", guess=jaw)).answers["where"] == (
        "jaw",
    )
    assert progress(says("what do you mean?", "reply", OPEN, reply="did-you-mean", guess=jaw)).note == "unclear"


def test_what_a_message_takes_back_is_never_guessed() -> None:
    asked = State(
        progress=Progress(answers={**HALFWAY.answers, "where": ("chest",)}, question="pressure"), is_open=True
    )

    def pain(question: Question, text: str) -> Said:
        return Said("answer", ("yes_now",), question.id)

    assert progress(says("a dull one", "reply", asked, reply="did-you-mean", guess=pain)).answers["pressure"] == (
        "yes_now",
    )
    assert progress(says("no pain", "reply", asked, reply="did-you-mean", guess=pain)).note == "unclear"


def test_after_the_end_a_plain_correction_changes_an_answer_and_brings_the_result_anew() -> None:
    answers = {
        "age": ("adult",), "now": ("none",), "body": ("none",), "where": ("neck",), "how_long": ("days",),
        "impact": ("a_little",), "stress": ("some",), "movement": ("none",), "help": ("read",),
    }  # fmt: skip
    turn = says("wait, it was my left leg", "ask", State(progress=Progress(answers=answers), outcome="D"))
    assert turn is not None and turn.entities["check_in_outcome"] == "D"
    assert progress(turn).parts == {"other": "left leg"}


def test_stop_closes_without_losing_the_answers() -> None:
    assert says("stop", "stop", OPEN) == Turn("stop", {"reply": "stop", "misses": 0})
    assert says("halt it all", "stop", OPEN) is None


def test_a_left_check_in_goes_on_when_it_is_asked_for_and_by_no_other_message() -> None:
    assert progress(says("let's continue", "reply", LEFT)).question == "where"
    assert progress(says("start the check-in", INTENT, LEFT)).question == "where"
    assert says("my neck", "ask", LEFT) is None


def test_after_the_end_an_answer_can_be_changed_in_words() -> None:
    through = State(progress=Progress(answers={"age": ("minor",)}), outcome="minor")
    assert progress(says("change my answer", "reply", through)).question == "age"
    assert says("my neck", "ask", through) is None


def test_starting_again_after_the_end_begins_from_the_first_question() -> None:
    through = State(progress=Progress(answers={"age": ("minor",)}), outcome="minor")
    turn = tapped(CHECK_IN, None, through)
    assert progress(turn) == Progress(question="age")
    assert turn.entities["check_in_outcome"] is None


def test_a_tapped_answer_leads_to_the_next_question() -> None:
    turn = tapped(CHECK_IN, {"move": "answer", "question": "where", "choices": ["jaw"]}, OPEN)
    assert progress(turn).question == "how_long"


def test_a_tapped_answer_of_an_earlier_message_changes_it_even_after_the_end() -> None:
    said = {"move": "answer", "question": "age", "choices": ["adult"]}
    through = State(progress=Progress(answers={"age": ("minor",)}), outcome="minor")
    assert progress(tapped(CHECK_IN, said, through)).question == "now"


def test_an_urgent_answer_brings_the_outcome_and_pins_nothing() -> None:
    turn = tapped(CHECK_IN, {"move": "answer", "question": "body", "choices": ["fever"]}, OPEN)
    assert turn.entities["check_in_outcome"] == "B"
    assert not any(name.startswith("safety") for name in turn.entities)


def test_thoughts_of_suicide_are_a_crisis_like_any_other_and_stay_pinned() -> None:
    turn = tapped(CHECK_IN, {"move": "answer", "question": "now", "choices": ["thoughts"]}, OPEN)
    assert turn.entities["check_in_outcome"] == "crisis"
    assert (turn.entities["safety_pinned"], turn.entities["safety_tier"], turn.entities["safety_step"]) == (
        "T2",
        "T2",
        "due",
    )


def test_a_more_urgent_tier_stays_pinned() -> None:
    state = State(progress=HALFWAY, is_open=True, pinned="T1")
    assert tapped(CHECK_IN, {"move": "resume"}, state).entities["safety_pinned"] == "T1"


def test_with_an_emergency_pinned_a_check_in_ends_before_it_begins() -> None:
    assert tapped(CHECK_IN, None, State(pinned="M1")).entities["check_in_outcome"] == "A"

"""Rasa's side of the check-in: messages in, intent and entities out, and what the speaker says from the slots."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.shared.core.events import ActiveLoop
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.card_speaker import say, situation_of
from components.check_in_reader import CheckInReader, pinned_of, state_of
from components.check_in_routing import FORM
from knowledge.cards import Library
from knowledge.check_in.course import Progress

HALFWAY = Progress(answers={"age": ("adult",), "now": ("none",), "body": ("none",)}, question="where").as_values()


def reader() -> CheckInReader:
    return CheckInReader(None, None)  # type: ignore[arg-type]


def read(text: str, tracker: Any, intent: str = "ask", entities: Any = ()) -> Message:
    [message] = reader().process(
        [Message({TEXT: text, INTENT: {"name": intent, "confidence": 0.9}, ENTITIES: list(entities)})], tracker
    )
    return message


def values(message: Message) -> dict[str, Any]:
    return {each["entity"]: each["value"] for each in message.get(ENTITIES) or ()}


@pytest.fixture
def in_the_form(make_tracker: Any) -> Any:
    tracker = make_tracker({"check_in_progress": HALFWAY})
    tracker.update(ActiveLoop(FORM))
    return tracker


def test_outside_a_check_in_a_message_passes_untouched(make_tracker: Any) -> None:
    message = read("my neck", make_tracker())
    assert (message.get(TEXT), message.get(INTENT)["name"], values(message)) == ("my neck", "ask", {})


def test_an_answer_becomes_the_new_state(in_the_form: Any) -> None:
    message = read("my neck", in_the_form, entities=[{"entity": "topic", "value": "x", "extractor": "CardClassifier"}])
    assert message.get(INTENT)["name"] == "check_in"
    assert values(message)["check_in_progress"]["answers"]["where"] == ["neck"]
    assert "topic" not in values(message), "what the classifier made of it must not stay"


def test_what_the_safety_filter_added_stays(in_the_form: Any) -> None:
    added = [{"entity": "safety_asked", "value": "none", "extractor": "SafetyFilter"}]
    assert values(read("my neck", in_the_form, entities=added))["safety_asked"] == "none"


def test_a_tapped_choice_is_completed_and_no_command_any_more(in_the_form: Any) -> None:
    said = {"misses": 0, "check_in_said": {"move": "answer", "question": "where", "choices": ["jaw"]}}
    message = read(f"/check_in{json.dumps(said)}", in_the_form)
    assert message.get(TEXT) == "check_in"
    assert values(message)["check_in_progress"]["question"] == "how_long"


@pytest.mark.parametrize("command", ['/ask{"topic": "psoas"}', '/stop{"reply": "stop"}', "/check_in_other"])
def test_other_commands_are_left_to_rasa(in_the_form: Any, command: str) -> None:
    message = read(command, in_the_form)
    assert (message.get(TEXT), values(message)) == (command, {})


def test_a_crisis_passes_untouched(in_the_form: Any) -> None:
    assert values(read("i want to die", in_the_form, intent="crisis")) == {}


def test_an_untrained_reader_refuses_to_guess(in_the_form: Any) -> None:
    with pytest.raises(RuntimeError, match="trained"):
        read("floating purple", in_the_form, intent="reply", entities=[{"entity": "reply", "value": "out-of-scope"}])


def test_the_state_is_read_from_the_slots(in_the_form: Any, make_tracker: Any) -> None:
    assert state_of(in_the_form).is_open
    assert state_of(make_tracker({"check_in_outcome": "C"})).outcome == "C"
    assert state_of(None).progress is None


@pytest.mark.parametrize(
    ("pinned", "answer", "counts"),
    [("M1", None, "M1"), ("M1", "no", None), ("T3", "no", None), ("T2", "no", "T2"), (None, "no", None)],
)
def test_a_tier_whose_question_was_answered_no_does_not_count(
    make_tracker: Any, pinned: str | None, answer: str | None, counts: str | None
) -> None:
    slots = {"safety_pinned": pinned, "safety_answer": answer}
    assert pinned_of(make_tracker({name: value for name, value in slots.items() if value})) == counts


# What is said


def test_the_open_question_is_said_with_its_note_when_the_message_moved_it(library: Library, make_tracker: Any) -> None:
    now = {**HALFWAY, "note": "corrected", "last": "age"}
    tracker = make_tracker({"check_in_progress": now}, {"check_in_progress": now})
    [message] = say("utter_ask_check_in_outcome", library, tracker) or []
    assert (message["kind"], message["data"]["note"]) == ("body_map", "Changed. Age: Yes, 18 or older.")


def test_after_another_answer_it_is_said_that_one_is_back(library: Library, make_tracker: Any) -> None:
    tracker = make_tracker({"check_in_progress": {**HALFWAY, "note": "corrected"}})
    [message] = say("utter_ask_check_in_outcome", library, tracker) or []
    assert message["data"]["note"] == "Back to the check-in."


def test_a_stopped_check_in_says_how_to_go_on(library: Library, make_tracker: Any) -> None:
    [message] = say("utter_check_in_stopped", library, make_tracker({"check_in_progress": HALFWAY})) or []
    assert [choice["label"] for choice in message["choices"]] == ["Go on with the check-in"]


def test_the_result_comes_from_the_answers_in_the_slot(library: Library, make_tracker: Any) -> None:
    through = Progress(answers={"age": ("adult",), "now": ("chest",)}).as_values()
    tracker = make_tracker({"check_in_progress": through, "check_in_outcome": "A"})
    [message] = say("utter_check_in_result", library, tracker) or []
    assert (message["data"]["level"], message["data"]["pinned"]) == ("A", "M1")


@pytest.mark.parametrize(("pinned", "answer", "level"), [("T3", "no", "D"), ("M1", "no", "D"), ("T3", "none", "C")])
def test_after_a_question_about_safety_no_movement_is_offered_by_itself_whatever_was_answered(
    library: Library, make_tracker: Any, pinned: str, answer: str, level: str
) -> None:
    calm = {"age": "adult", "now": "none", "body": "none", "where": "neck", "how_long": "days", "impact": "a_little"}
    calm |= {"stress": "some", "movement": "none", "help": "move"}
    through = Progress(answers={name: (choice,) for name, choice in calm.items()}).as_values()
    slots = {"check_in_progress": through, "check_in_outcome": level, "safety_pinned": pinned, "safety_answer": answer}
    [message] = say("utter_check_in_result", library, make_tracker(slots)) or []
    assert message["data"]["level"] == level
    assert "earlier in this chat" in message["data"]["movement"]
    assert not {choice["topic"] for choice in message["choices"]} & {"stretch-menu", "seated-marching"}


def test_thoughts_of_suicide_are_answered_by_the_fixed_reply(library: Library, make_tracker: Any) -> None:
    through = Progress(answers={"age": ("adult",), "now": ("thoughts",)}).as_values()
    slots = {"check_in_progress": through, "check_in_outcome": "crisis", "safety_pinned": "T2", "safety_kind": "self"}
    [message] = say("utter_check_in_result", library, make_tracker(slots)) or []
    assert (message["kind"], message["data"]["tier"], message["data"]["reply"]) == ("crisis", "T2", "t2-self")


@pytest.mark.parametrize(
    ("outcome", "pinned", "wanted"), [("A", None, "M1"), ("B", "T2", "T2"), ("C", None, None), ("C", "T3", "T3")]
)
def test_an_urgent_outcome_holds_movements_back_like_a_tier(
    library: Library, make_tracker: Any, outcome: str, pinned: str | None, wanted: str | None
) -> None:
    slots = {"check_in_outcome": outcome, **({"safety_pinned": pinned} if pinned else {})}
    assert situation_of(make_tracker(slots), library).pinned == wanted

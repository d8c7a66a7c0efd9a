from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from components.movement_reader import MovementReader, movement_cards
from knowledge.cards import load_library

STEP = {"state": "step", "card": "half-kneel", "form": "usual", "at": 1}


@pytest.fixture(scope="module")
def reader() -> MovementReader:
    return MovementReader()


def message(text: str, intent: str, **entities: Any) -> Message:
    found = [{"entity": name, "value": value, "extractor": "CardClassifier"} for name, value in entities.items()]
    return Message({"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": found})


def read(reader: MovementReader, tracker: Any, said: Message) -> tuple[str, dict[str, Any]]:
    reader.process([said], tracker)
    return said.get("intent")["name"], {each["entity"]: each["value"] for each in said.get("entities")}


def test_a_command_takes_the_place_of_what_was_understood(reader: MovementReader, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "half-kneel", "exercise": STEP, "movement_screen": "passed"})
    intent, entities = read(reader, tracker, message("next", "follow_up", aspect="next", misses=0))
    assert intent == "exercise"
    assert entities["exercise_do"] == "next" and "aspect" not in entities and entities["misses"] == 0
    assert entities["exercise"] == {**STEP, "at": 2}
    assert entities["exercise_say"] == [{"what": "step", "at": 2}]


def test_entities_of_the_safety_filter_stay(reader: MovementReader, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "half-kneel", "exercise": STEP, "movement_screen": "passed"})
    _, entities = read(reader, tracker, message("next", "reply", reply="yes", safety_asked="none"))
    assert entities["safety_asked"] == "none" and "reply" not in entities


def test_a_raised_message_closes_what_is_open_and_is_left_as_it_is(reader: MovementReader, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "half-kneel", "exercise": STEP})
    intent, entities = read(reader, tracker, message("i want to die", "crisis", safety_tier="T2"))
    assert (intent, entities) == ("crisis", {"safety_tier": "T2", "exercise": {}})


def test_a_fact_in_passing_is_added_to_what_is_known(reader: MovementReader, make_tracker: Any) -> None:
    tracker = make_tracker({"movement_facts": ["knee"]})
    said = message("what is emdr, and can I do it while I'm pregnant?", "ask", topic="emdr")
    intent, entities = read(reader, tracker, said)
    assert (intent, entities) == ("ask", {"topic": "emdr", "movement_facts": ["knee", "pregnant"]})


def test_a_message_about_something_else_is_left_alone(reader: MovementReader, make_tracker: Any) -> None:
    assert read(reader, make_tracker(), message("what is emdr", "ask", topic="emdr")) == ("ask", {"topic": "emdr"})


def test_a_tapped_step_is_taken_and_not_taken_apart_again_by_rasa(reader: MovementReader, make_tracker: Any) -> None:
    said = message('/exercise{"exercise_do": "next"}', "")
    tracker = make_tracker({"exercise": STEP, "movement_screen": "passed"})
    intent, entities = read(reader, tracker, said)
    assert (intent, entities["exercise"], said.get("text")) == ("exercise", {**STEP, "at": 2}, "exercise")


def test_what_this_message_says_about_safety_counts_for_the_step(reader: MovementReader, make_tracker: Any) -> None:
    slots = {"topic": "half-kneel", "exercise": STEP, "movement_screen": "passed", "safety_pinned": "T3"}
    tracker = make_tracker(slots)
    held = read(reader, tracker, message("next", "follow_up", aspect="next"))[1]
    assert held["exercise_say"] == [{"what": "held"}]
    cleared = read(reader, tracker, message("next", "follow_up", aspect="next", safety_answer="no"))[1]
    assert cleared["exercise"] == {**STEP, "at": 2}


@pytest.mark.parametrize("text", ['/ask{"topic": "psoas"}', "/exercise{broken", '/exercise["x"]', "/exercised{}"])
def test_any_other_command_is_left_to_rasa(reader: MovementReader, make_tracker: Any, text: str) -> None:
    said = message(text, "")
    assert read(reader, make_tracker({"exercise": STEP}), said) == ("", {})
    assert said.get("text") == text


def test_the_movements_are_the_cards_that_can_be_done_and_are_no_practice() -> None:
    found = movement_cards(load_library())
    assert "half-kneel" in found
    assert not {"grounding", "stretch-menu", "psoas"} & found


def test_a_choice_that_was_taken_by_typing_its_place_is_taken(reader: MovementReader, make_tracker: Any) -> None:
    offers = {"state": "offers", "card": "stretch-menu", "form": "", "at": 0}
    tracker = make_tracker({"topic": "stretch-menu", "exercise": offers, "movement_screen": "passed"})
    taken = {"exercise_do": "start", "exercise_card": "seated-marching", "exercise_form": "usual"}
    _, entities = read(reader, tracker, message("1", "exercise", **taken))
    assert entities["exercise_say"] == [{"what": "ready"}] and entities["topic"] == "seated-marching"

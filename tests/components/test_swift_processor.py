from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core.actions.action import (
    Action,
    ActionBotResponse,
    ActionExecutionRejection,
    ActionListen,
    RemoteAction,
)
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from components.swift_processor import CheckedAction, SwiftProcessor, plain_slots
from knowledge import places

DOMAIN = Domain.load(places.ROOT / "domain.yml")
ENTITIES = sorted(DOMAIN.entities)
VALUES = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.just({"part": 1}))


class Speaker:
    """Says the action's name; `utter_contact` breaks."""

    async def generate(self, utter_action: str, tracker: DialogueStateTracker, *_: Any, **__: Any) -> dict[str, Any]:
        if utter_action == "utter_contact":
            raise RuntimeError("broken")
        return {"text": f"{utter_action} {tracker.get_slot('topic')}"}


class Does(Action):
    """An action that is not Rasa's: gives these events, or refuses."""

    def __init__(self, events: list[Event] | None) -> None:
        self._events = events

    def name(self) -> str:
        return "action_start_over"

    async def run(self, *_: Any, **__: Any) -> list[Event]:
        if self._events is None:
            raise ActionExecutionRejection(self.name())
        return self._events


def processors() -> tuple[MessageProcessor, MessageProcessor]:
    """Return Rasa's processor and ours, around the project's domain, with no model."""
    rasas = MessageProcessor.__new__(MessageProcessor)
    rasas.__dict__.update(domain=DOMAIN, nlg=Speaker(), action_endpoint=None, max_number_of_predictions=10)
    return rasas, SwiftProcessor.like(rasas)


def conversation(entities: list[dict[str, Any]], before: list[Event]) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events("someone", [], DOMAIN.slots)
    said = UserUttered("words", {"name": "ask"}, entities)
    tracker.update_with_events([*before, said], DOMAIN)
    return tracker


def told(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """Return all events, without when they happened."""
    return [{name: value for name, value in each.as_dict().items() if name != "timestamp"} for each in tracker.events]


entity = st.fixed_dictionaries(
    {"entity": st.sampled_from([*ENTITIES, "not_in_the_domain"]), "value": VALUES},
    optional={"role": st.sampled_from([None, "other"]), "group": st.sampled_from([None, "2"])},
)
before = st.lists(
    st.one_of(
        st.builds(SlotSet, st.sampled_from([slot.name for slot in DOMAIN.slots]), VALUES),
        st.builds(ActiveLoop, st.sampled_from(["check_in_form", None])),
    ),
    max_size=4,
)


@given(entities=st.lists(entity, max_size=6), events=before)
def test_slots_are_filled_as_rasa_fills_them(entities: list[dict[str, Any]], events: list[Event]) -> None:
    rasas, ours = processors()
    trackers = [conversation(entities, events) for _ in range(2)]
    for processor, tracker in zip((rasas, ours), trackers, strict=True):
        asyncio.run(processor.run_action_extract_slots(CollectingOutputChannel(), tracker))
    assert told(trackers[0]) == told(trackers[1])
    assert trackers[0].current_slot_values() == trackers[1].current_slot_values()


ACTIONS = {
    "says something": ActionBotResponse("utter_answer"),
    "breaks": ActionBotResponse("utter_contact"),
    "waits": ActionListen(),
    "refuses": Does(None),
    "sets a slot": Does([SlotSet("topic", "jaw"), BotUttered("and says so")]),
    "hears somebody": Does([UserUttered("more", {"name": "ask"}, [{"entity": "topic", "value": "hips"}])]),
    "does nothing": Does([]),
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    "predicted", [[], [DefinePrevUserUtteredFeaturization(False)], [SlotSet("topic", "seen by the action")]]
)
def test_an_action_leaves_the_conversation_as_rasa_leaves_it(name: str, predicted: list[Event]) -> None:
    left, said, goes_on = [], [], []
    for processor in processors():
        tracker, channel = conversation([], [SlotSet("topic", "psoas")]), CollectingOutputChannel()
        prediction = PolicyPrediction.for_action_name(DOMAIN, ACTIONS[name].name())
        prediction.events = list(predicted)
        goes_on.append(asyncio.run(processor._run_action(ACTIONS[name], tracker, channel, processor.nlg, prediction)))
        left.append(told(tracker))
        said.append(channel.messages)
    assert left[0] == left[1] and said[0] == said[1] and goes_on[0] == goes_on[1]


@pytest.mark.parametrize("name", DOMAIN.action_names_or_texts)
def test_the_next_action_is_the_one_that_rasa_would_take(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for processor in processors():
        monkeypatch.setattr(
            processor, "_predict_next_with_tracker", lambda _: PolicyPrediction.for_action_name(DOMAIN, name), False
        )
        for _ in range(2):
            action, prediction = processor.predict_next_with_tracker_if_should(conversation([], []))
            kind = RemoteAction if isinstance(action, CheckedAction) else type(action)
            found.append((action.name(), kind, prediction.max_confidence_index))
    assert len(set(found)) == 1


def test_what_asks_for_more_than_an_entity_is_left_to_rasa() -> None:
    assert plain_slots(DOMAIN) is not None
    condition = {"type": "from_entity", "entity": "topic", "conditions": [{"active_loop": "check_in_form"}]}
    for mappings in ([condition], [{"type": "from_text"}], [{"type": "from_entity", "entity": "unknown"}]):
        slots = {"topic": {"type": "text", "mappings": mappings}}
        assert plain_slots(Domain.from_dict({"version": "3.1", "entities": ["topic"], "slots": slots})) is None
    validated = {"version": "3.1", "entities": [], "slots": {}, "actions": ["action_validate_slot_mappings"]}
    assert plain_slots(Domain.from_dict(validated)) is None


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        ({"events": [], "responses": []}, True),
        ({"events": [{"event": "slot", "name": "topic", "value": None}]}, True),
        ({"events": "none"}, False),
        ({"events": [{"event": "slot"}]}, False),
        ({"responses": ["words"]}, False),
        ([], False),
    ],
)
def test_an_answer_of_the_action_server_is_checked_as_rasa_checks_it(answer: Any, is_one: bool) -> None:
    for kind in (RemoteAction, CheckedAction):
        if is_one:
            assert kind("action_start_over", None)._validate_action_result(answer)
        else:
            with pytest.raises(ValidationError):
                kind("action_start_over", None)._validate_action_result(answer)

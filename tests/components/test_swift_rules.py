from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.training import load_data
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from components import swift_rules
from components.swift_rules import SwiftRules, course_of
from knowledge import places

DOMAIN = Domain.from_path(str(places.ROOT / "domain.yml"))
INTENTS = (*DOMAIN.intents, "nlu_fallback")
ACTIONS = [name for name in DOMAIN.action_names_or_texts if name.startswith(("utter_", "action_listen", "check_in"))]

Policies = tuple[SwiftRules, RulePolicy]


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    """Return our policy and Rasa's, both trained on the rules in data/rules."""
    folder = tmp_path_factory.mktemp("policies")
    trackers = load_data(str(places.DATA / "rules"), DOMAIN)

    def trained(kind: type[RulePolicy]) -> Any:
        (folder / kind.__name__).mkdir()
        storage = LocalModelStorage(Path(folder / kind.__name__))
        config = {**kind.get_default_config(), "core_fallback_action_name": "utter_not_understood"}
        context = ExecutionContext(GraphSchema({}))
        policy = kind(config, storage, Resource("rules"), context)
        policy.train(trackers, DOMAIN)
        return policy

    return trained(SwiftRules), trained(RulePolicy)


def said(intent: str) -> UserUttered:
    return UserUttered("words", {"name": intent, "confidence": 1.0}, [{"entity": "topic", "value": "psoas"}])


def turn(intent: str) -> list[Event]:
    return [ActionExecuted("action_listen"), said(intent), SlotSet("topic", "psoas")]


EVENTS = st.one_of(
    st.sampled_from(INTENTS).map(turn),
    st.sampled_from(ACTIONS).map(lambda name: [ActionExecuted(name), BotUttered("…")]),
    st.sampled_from([None, "check_in_form"]).map(lambda name: [ActiveLoop(name)]),
    st.just([ActionExecutionRejected("check_in_form")]),
    st.booleans().map(lambda yes: [LoopInterrupted(yes)]),
    st.booleans().map(lambda yes: [DefinePrevUserUtteredFeaturization(yes)]),
    st.sampled_from([None, "check_in_progress"]).map(lambda name: [SlotSet("requested_slot", name)]),
)


def tracker_of(events: list[Event]) -> DialogueStateTracker:
    start: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    return DialogueStateTracker.from_events("c" * 20, [*start, *events], DOMAIN.slots)


def decided(policy: RulePolicy, tracker: DialogueStateTracker) -> tuple[Any, ...]:
    prediction = policy.predict_action_probabilities(tracker, DOMAIN)
    return prediction.probabilities, prediction.is_no_user_prediction, prediction.events


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=7).map(lambda parts: [event for part in parts for event in part]))
def test_it_decides_as_rasas_rule_policy_does_the_first_time_and_from_memory(
    policies: Policies, events: list[Event]
) -> None:
    ours, theirs = policies
    expected = decided(theirs, tracker_of(events))
    assert decided(ours, tracker_of(events)) == expected
    assert decided(ours, tracker_of(events)) == expected


def test_the_second_time_no_rule_is_compared(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _ = policies
    first = decided(ours, tracker_of(turn("ask")))
    monkeypatch.setattr(RulePolicy, "_find_action_from_rules", lambda *_: pytest.fail("asked Rasa again"))
    assert decided(ours, tracker_of(turn("ask"))) == first


def test_nothing_that_was_typed_is_remembered(policies: Policies) -> None:
    ours, _ = policies
    spoken = UserUttered("a marker nobody else types", {"name": "nlu_fallback", "confidence": 1.0})
    decided(ours, tracker_of([ActionExecuted("action_listen"), spoken]))
    assert "marker" not in repr(ours._remembered)


def test_an_event_that_is_not_known_here_is_left_to_rasa() -> None:
    assert course_of(tracker_of([FollowupAction("action_listen")]), DOMAIN) is None


def test_a_slot_that_influences_the_conversation_counts_and_no_other_does() -> None:
    plain = tracker_of([SlotSet("topic", "psoas")])
    assert course_of(plain, DOMAIN) == course_of(tracker_of([SlotSet("topic", "emdr")]), DOMAIN)
    domain = Domain.from_yaml("version: '3.1'\nslots: {mood: {type: text, mappings: [{type: custom}]}}")
    start: list[Event] = [SlotSet("mood", "low")]
    first = DialogueStateTracker.from_events("c", start, domain.slots)
    assert course_of(first, domain) != course_of(DialogueStateTracker.from_events("c", [], domain.slots), domain)


def test_a_full_memory_decides_anew(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = policies
    monkeypatch.setattr(swift_rules, "REMEMBERED", 0)
    events = [*turn("crisis"), ActionExecuted("utter_crisis")]
    before = len(ours._remembered)
    assert decided(ours, tracker_of(events)) == decided(theirs, tracker_of(events))
    assert len(ours._remembered) == before

"""The Rasa component around the filter, without training a whole assistant."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import counts
from components.learned_from import learned_from
from components.safety_filter import SafetyFilter, examples_and_code
from knowledge.safety import Assessment
from knowledge.safety import filter as safety_filters
from knowledge.safety.classifier import ClassifierError
from knowledge.safety.filter import training_examples

RESOURCE = Resource("safety")
EXECUTION = ExecutionContext(GraphSchema({}), "test")


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def loaded(storage: LocalModelStorage) -> SafetyFilter:
    """A component trained on every fourth example: enough for plain sentences (tests/bench measures the whole)."""
    examples = [example for example in training_examples() if not example.slips]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safety_filters, "training_examples", lambda _: examples[::4])
        SafetyFilter.create({}, storage, RESOURCE, EXECUTION).train(TrainingData())
    return SafetyFilter.load({}, storage, RESOURCE, EXECUTION)


def said(component: SafetyFilter, text: str, **slots: str) -> Message:
    names = ("safety_asked", "safety_pinned", "safety_kind", "safety_language", "safety_step", "language")
    tracker = DialogueStateTracker("test", [TextSlot(name, [{}]) for name in names])
    for name, value in slots.items():
        tracker.update(SlotSet(name, value), Domain.empty())
    message = Message({"text": text})
    component.process([message], tracker)
    return message


def entities(message: Message) -> dict[str, str]:
    return {entity["entity"]: entity["value"] for entity in message.get("entities") or []}


@pytest.mark.parametrize("pinned", ["T2", "M1"])
def test_after_a_crisis_one_step_is_due_with_the_next_message_whatever_else_is_pinned(
    loaded: SafetyFilter, pinned: str
) -> None:
    assert entities(said(loaded, "i want to kill myself", safety_pinned=pinned))["safety_step"] == "due"
    for before, after in (("due", "saying"), ("saying", "said")):
        found = entities(said(loaded, "what is the psoas?", safety_pinned=pinned, safety_step=before))
        assert found["safety_step"] == after
    assert "safety_step" not in entities(said(loaded, "what is the psoas?", safety_pinned=pinned, safety_step="said"))


def test_an_emergency_of_the_body_makes_no_such_step_due_and_takes_none_away(loaded: SafetyFilter) -> None:
    assert "safety_step" not in entities(said(loaded, "i can't breathe right now and my lips are blue"))


def test_a_crisis_gets_the_crisis_intent_and_its_entities(loaded: SafetyFilter) -> None:
    message = said(loaded, "I want to kill myself")
    assert message.get("intent") == {"name": "crisis", "confidence": 1.0}
    assert entities(message)["safety_tier"] == "T2"
    assert entities(message)["safety_kind"] == "self"
    assert entities(message)["safety_asked"] == "none"
    assert entities(message)["safety_language"] == "en"
    assert message.get("safety")["tier"] == "T2"


def test_spanish_is_told_from_the_message(loaded: SafetyFilter) -> None:
    assert entities(said(loaded, "me quiero morir"))["safety_language"] == "es"


def test_an_ordinary_message_keeps_its_intent_open(loaded: SafetyFilter) -> None:
    message = said(loaded, "what is the psoas")
    assert message.get("intent") is None
    assert not message.get("entities")
    assert message.get("safety")["tier"] == "T0"


def test_the_answer_to_our_question_is_understood_in_context(loaded: SafetyFilter) -> None:
    yes = said(loaded, "kind of", safety_asked="t3", safety_pinned="T3")
    assert entities(yes)["safety_tier"] == "T2"
    for words in ("no, just tired", "not like that just tired", "it's not like that, I'm just exhausted"):
        no = said(loaded, words, safety_asked="t3", safety_pinned="T3")
        assert no.get("intent")["name"] == "crisis"
        assert entities(no)["safety_tier"] == "T0"
        assert entities(no)["safety_answer"] == "no"
        assert entities(no)["safety_pinned"] == "T3"
    unsure = said(loaded, "not like that but sometimes i do", safety_asked="t3", safety_pinned="T3")
    assert entities(unsure)["safety_tier"] == "T2"


def test_a_denial_some_messages_later_settles_the_question_all_the_same(loaded: SafetyFilter) -> None:
    late = said(loaded, "no, I'm not suicidal", safety_pinned="T3", safety_kind="self")
    assert (entities(late)["safety_tier"], entities(late)["safety_answer"]) == ("T0", "no")
    for slots in ({}, {"safety_pinned": "T2", "safety_kind": "self"}, {"safety_pinned": "T3", "safety_kind": "abuse"}):
        assert "safety_answer" not in entities(said(loaded, "no, I'm not suicidal", **slots))
    asks = said(loaded, "I'm not suicidal, what is the psoas?", safety_pinned="T3", safety_kind="self")
    assert "safety_answer" not in entities(asks)


def test_another_question_closes_ours(loaded: SafetyFilter) -> None:
    message = said(loaded, "what is the psoas?", safety_asked="t3")
    assert entities(message) == {"safety_asked": "none"}
    assert message.get("safety")["footer"] == "crisis_footer"


def test_what_is_pinned_never_gets_lower(loaded: SafetyFilter) -> None:
    message = said(loaded, "I can't do this anymore", safety_pinned="T1")
    assert entities(message)["safety_pinned"] == "T1"


def test_a_tapped_choice_is_not_read(loaded: SafetyFilter) -> None:
    message = said(loaded, '/ask{"topic": "psoas"}')
    assert message.get("safety") is None


def test_a_failure_is_treated_as_t3_counted_and_logged_without_the_text(
    loaded: SafetyFilter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Assessment:
        raise RuntimeError("secret words of a visitor")

    monkeypatch.setattr(loaded._filter, "assess", broken)
    failures = counts.filter_failures.labels("RuntimeError")
    before = failures._value.get()
    with caplog.at_level(logging.ERROR):
        message = said(loaded, "secret words of a visitor")
    assert entities(message)["safety_tier"] == "T3"
    assert failures._value.get() == before + 1
    assert "secret" not in caplog.text


def test_loading_refuses_an_empty_model(tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    with pytest.raises(Exception, match="safety"):
        SafetyFilter.load({}, storage, RESOURCE, EXECUTION)


def test_loading_refuses_broken_weights(tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    with storage.write_to(RESOURCE) as folder:
        (Path(folder) / "classifier.json").write_text("{}")
        (Path(folder) / "classifier.npz").write_bytes(b"nothing")
    with pytest.raises(ClassifierError):
        SafetyFilter.load({}, storage, RESOURCE, EXECUTION)


def test_an_untrained_filter_raises_every_message(storage: LocalModelStorage) -> None:
    component = SafetyFilter.create({}, storage, RESOURCE, EXECUTION)
    assert entities(said(component, "hello"))["safety_tier"] == "T3"


def test_a_changed_example_rule_or_line_of_code_makes_rasa_learn_anew_and_a_changed_reply_does_not(
    tmp_path: Path,
) -> None:
    data, code = tmp_path / "data", tmp_path / "knowledge"
    files = [data / "examples" / "a_en.yml", data / "phrases_self.yml", code / "safety" / "rules.py"]
    unlearned = data / "replies.yml"
    for path in [*files, unlearned, code / "hashing.py"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    found = [learned_from(examples_and_code(data, code))]
    for path in files:
        path.write_text("another")
        found.append(learned_from(examples_and_code(data, code)))
    assert len(set(found)) == len(files) + 1
    unlearned.write_text("another")
    assert learned_from(examples_and_code(data, code)) == found[-1]
    assert SafetyFilter.fingerprint_addon({}) == learned_from(examples_and_code())

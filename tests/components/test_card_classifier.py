from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.card_classifier import MODEL_FILE, RANKING_LENGTH, WORDS_FILE, CardClassifier, context_of
from components.card_importer import CRISIS, LABEL
from components.embedding import shared_embedding
from components.sentence_embedder import SENTENCE
from knowledge import answers
from knowledge.answers import Situation
from knowledge.cards import Library

#: A handful of cards: enough for the component, learned in a second or two.
CARDS = ("psoas", "emdr", "jaw-clenching", "clinic-hours", "contact", "thanks", "no-medication")
ASPECTS = ("why", "back", "other_area")
RESOURCE = Resource("card_classifier")
NO_CONTEXT: Any = None


def example(text: str, intent: str, label: str | None) -> Message:
    metadata = {LABEL: label} if label else None
    return Message.build(text, intent=intent, example_metadata=metadata)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory, library: Library) -> ModelStorage:
    """Return a model storage that holds a trained classifier."""
    cards = [library.cards[each] for each in CARDS] + [library.follow_ups[each] for each in ASPECTS]
    examples = [
        example(ask, card.intent, f"{card.intent}/{card.id}") for card in cards for ask in card.text("en").asks[:21]
    ]
    examples += [example("I want to end it all", CRISIS, None), Message(data={INTENT: "ask"})]
    spoken = [each for each in examples if each.get(TEXT)]
    for each, sentence in zip(spoken, shared_embedding().sentences([each.get(TEXT) for each in spoken]), strict=True):
        each.set(SENTENCE, sentence)
    model = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    component = CardClassifier.create({}, model, RESOURCE, NO_CONTEXT)
    assert component.train(TrainingData(examples)) == RESOURCE
    return model


@pytest.fixture(scope="module")
def classifier(storage: ModelStorage) -> CardClassifier:
    return CardClassifier.load({}, storage, RESOURCE, NO_CONTEXT)


def understood(classifier: CardClassifier, text: str, tracker: Any = None) -> tuple[str, dict[str, Any]]:
    """Return the intent and the entities that a message gets."""
    message = Message.build(text)
    classifier.process([message], tracker)
    return message.get(INTENT)["name"], {each["entity"]: each["value"] for each in message.get(ENTITIES)}


def test_a_question_becomes_a_category_and_the_cards_id(classifier: CardClassifier) -> None:
    assert understood(classifier, "what is the psoas muscle") == ("ask", {"topic": "psoas", "misses": 0})
    assert understood(classifier, "thank you so much") == ("reply", {"reply": "thanks", "misses": 0})
    assert understood(classifier, "I want to talk to a real person") == ("contact", {"reply": "contact", "misses": 0})


@pytest.mark.parametrize("slip", ["what is teh psaos muscle", "waht is the psoaas muscel", "wat is the psoas mucle"])
def test_a_badly_typed_question_is_understood_as_the_one_that_was_meant(classifier: CardClassifier, slip: str) -> None:
    assert understood(classifier, slip) == ("ask", {"topic": "psoas", "misses": 0})


def test_what_was_typed_stays_as_it_was_typed(classifier: CardClassifier) -> None:
    message = Message.build("what is the psaos")
    classifier.process([message])
    assert message.get(TEXT) == "what is the psaos"


def test_the_message_carries_confidence_and_ranking_in_its_output(classifier: CardClassifier) -> None:
    message = Message.build("what is the psoas muscle")
    classifier.process([message])
    output = message.as_dict(only_output_properties=True)
    assert output["intent"]["confidence"] == pytest.approx(output["intent_ranking"][0]["confidence"])
    assert output["intent_ranking"][0]["name"] == "ask/psoas"
    assert len(output["intent_ranking"]) == min(RANKING_LENGTH, len(CARDS) + len(ASPECTS))
    assert {each["extractor"] for each in output["entities"]} == {"CardClassifier"}


def test_an_embedding_that_is_there_is_used(classifier: CardClassifier) -> None:
    given, computed = Message.build("what is emdr"), Message.build("what is emdr")
    given.set(SENTENCE, shared_embedding().sentence("what is emdr"))
    classifier.process([given, computed])
    assert given.get("intent_ranking") == computed.get("intent_ranking")


def test_the_examples_of_crises_train_the_filter_and_not_this(classifier: CardClassifier) -> None:
    message = Message.build("I want to end it all")
    classifier.process([message])
    assert not any(row["name"].startswith(CRISIS) for row in message.get("intent_ranking"))


def test_a_message_that_was_raised_passes_untouched(classifier: CardClassifier) -> None:
    message = Message.build("what is the psoas muscle")
    message.set(INTENT, {"name": CRISIS, "confidence": 1.0}, add_to_output=True)
    message.set(ENTITIES, [{"entity": "safety_tier", "value": "T2"}], add_to_output=True)
    before = message.as_dict()
    classifier.process([message])
    assert message.as_dict() == before


def test_entities_of_the_safety_filter_are_kept(classifier: CardClassifier) -> None:
    message = Message.build("what is the psoas muscle")
    message.set(ENTITIES, [{"entity": "safety_asked", "value": "none"}], add_to_output=True)
    classifier.process([message])
    assert {each["entity"] for each in message.get(ENTITIES)} == {"safety_asked", "topic", "misses"}


@pytest.mark.parametrize("text", ['/ask{"topic": "psoas"}', "/stop"])
def test_a_choice_that_was_taken_is_left_to_rasa(classifier: CardClassifier, text: str) -> None:
    message = Message.build(text)
    classifier.process([message])
    assert message.get(INTENT) is None


def test_a_message_without_text_is_passed_by(classifier: CardClassifier) -> None:
    message = Message(data={})
    assert classifier.process([message]) == [message]


@pytest.mark.parametrize("text", ["?", "😀", "a" * 1_000, "\u202e\u200b", "<script>", "1"])
def test_odd_messages_are_understood_as_something(classifier: CardClassifier, text: str) -> None:
    intent, entities = understood(classifier, text)
    assert intent
    assert "misses" in entities


# In context


def test_the_context_is_read_from_the_tracker(make_tracker: Any) -> None:
    choices = [{"label": "Why?", "topic": None, "payload": {"intent": "follow_up", "entities": {"aspect": "why"}}}]
    said = [{"text": "first", "choices": []}, {"text": "second", "choices": choices}]
    context = context_of(make_tracker({"topic": "psoas", "previous_topic": "emdr", "misses": 1}, said=said))
    assert (context.topic, context.previous_topic, context.misses) == ("psoas", "emdr", 1)
    assert list(context.choices) == choices


def test_a_new_conversation_has_no_context(make_tracker: Any) -> None:
    assert context_of(None) == context_of(make_tracker())


@pytest.mark.parametrize("metadata", [None, {}, {"messages": []}])
def test_what_was_said_without_messages_offers_no_choices(make_tracker: Any, metadata: Any) -> None:
    tracker = make_tracker()
    tracker.update(BotUttered("plain", metadata=metadata))
    assert context_of(tracker).choices == ()


def test_the_area_of_a_follow_up_opens_its_card(classifier: CardClassifier, make_tracker: Any) -> None:
    intent, entities = understood(classifier, "what about my jaw?", make_tracker({"topic": "psoas"}))
    assert (intent, entities["topic"], entities["previous_topic"]) == ("ask", "jaw-clenching", "psoas")


def test_going_back_opens_the_card_before(classifier: CardClassifier, make_tracker: Any) -> None:
    intent, entities = understood(classifier, "go back", make_tracker({"topic": "psoas", "previous_topic": "emdr"}))
    assert (intent, entities["topic"]) == ("ask", "emdr")


def test_a_choice_can_be_typed(classifier: CardClassifier, make_tracker: Any, library: Library) -> None:
    said = [answers.answer(library, "psoas", Situation())]
    tracker = make_tracker({"topic": "psoas"}, said=said)
    second = said[0]["choices"][1]["payload"]
    assert understood(classifier, "the second one", tracker) == (
        second["intent"],
        {**second["entities"], "misses": 0},
    )


def test_two_questions_are_both_heard(classifier: CardClassifier) -> None:
    intent, entities = understood(classifier, "what is the psoas muscle? and what is emdr?")
    assert (intent, entities["topics"]) == ("ask", ["psoas", "emdr"])


# On disk


def test_loading_twice_gives_the_same_numbers(storage: ModelStorage, classifier: CardClassifier) -> None:
    other = CardClassifier.load({}, storage, RESOURCE, NO_CONTEXT)
    one, two = Message.build("my jaw is tight"), Message.build("my jaw is tight")
    classifier.process([one])
    other.process([two])
    assert one.get("intent_ranking") == two.get("intent_ranking")


def test_an_example_without_a_label_is_learned_by_its_intent(tmp_path: Path) -> None:
    model = LocalModelStorage.create(tmp_path)
    component = CardClassifier.create({}, model, RESOURCE, NO_CONTEXT)
    examples = [example(f"{word} {at}", word, None) for word in ("stop", "affirm", "deny") for at in range(70)]
    component.train(TrainingData(examples))
    message = Message.build("stop 5")
    component.process([message])
    assert message.get("intent_ranking")[0]["name"] == "stop/stop"


def test_an_untrained_classifier_refuses_to_read(tmp_path: Path) -> None:
    component = CardClassifier.create({}, LocalModelStorage.create(tmp_path), RESOURCE, NO_CONTEXT)
    with pytest.raises(RuntimeError, match="before it was trained"):
        component.process([Message.build("hips")])


def test_a_model_without_a_classifier_must_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="card_classifier"):
        CardClassifier.load({}, LocalModelStorage.create(tmp_path), RESOURCE, NO_CONTEXT)


def test_a_model_with_a_broken_file_must_not_start(tmp_path: Path) -> None:
    model = LocalModelStorage.create(tmp_path)
    with model.write_to(RESOURCE) as folder:
        (Path(folder) / MODEL_FILE).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ValueError, match="train again"):
        CardClassifier.load({}, model, RESOURCE, NO_CONTEXT)


def test_a_model_without_its_words_must_not_start(tmp_path: Path, storage: ModelStorage) -> None:
    model = LocalModelStorage.create(tmp_path)
    with storage.read_from(RESOURCE) as trained, model.write_to(RESOURCE) as folder:
        (Path(folder) / MODEL_FILE).write_bytes((Path(trained) / MODEL_FILE).read_bytes())
    with pytest.raises(FileNotFoundError, match=WORDS_FILE):
        CardClassifier.load({}, model, RESOURCE, NO_CONTEXT)

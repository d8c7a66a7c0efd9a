"""CardClassifier: learns the examples of all cards and hands the dialogue a category, an id and the ranking.

It sets the intent (`ask`, `follow_up`, `reply`, …) and entities (`topic`, `aspect`, `reply`, `misses`, …) that
`components.routing` decides on. A message that the safety filter has raised passes through untouched.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.card_importer import CRISIS, LABEL
from components.embedding import shared_embedding
from components.embedding_store import embed_examples
from components.entities import add_entities
from components.learned_from import CODE, learned_from
from components.routing import Context
from components.sentence_embedder import row_of
from components.spelling import Spelling
from components.text_classifier import TextClassifier
from components.understanding import (
    Reading,
    Understanding,
    learn_spelling,
    load_areas,
    load_dictionary,
    load_numbers,
)

logger = logging.getLogger(__name__)

MODEL_FILE = "card_classifier.npz"
WORDS_FILE = "card_words.json"
RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CardClassifier(GraphComponent):
    """The Rasa component around `components.understanding`."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, understanding: Understanding | None = None
    ) -> None:
        """Take Rasa's storage, and what was learned when there is something."""
        self._model_storage = model_storage
        self._resource = resource
        self._understanding = understanding

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CardClassifier:
        """Return an untrained component (Rasa calls this)."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CardClassifier:
        """Return the trained component. Raises when the model has none: then the service must not start."""
        with model_storage.read_from(resource) as folder:
            classifier = TextClassifier.load(Path(folder) / MODEL_FILE)
            spelling = Spelling.load(Path(folder) / WORDS_FILE, load_dictionary())
        return cls(model_storage, resource, _put_together(classifier, spelling))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the classifier is made from; Rasa knows the examples itself."""
        return learned_from(CODE)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all examples except those of crises, which train the safety filter."""
        examples = [each for each in training_data.intent_examples if each.get(TEXT) and each.get(INTENT) != CRISIS]
        texts = [each.get(TEXT) for each in examples]
        labels = [_label(each) for each in examples]
        classifier = TextClassifier.fit(texts, embed_examples(texts), labels)
        spelling = learn_spelling(texts, labels)
        with self._model_storage.write_to(self._resource) as folder:
            classifier.save(Path(folder) / MODEL_FILE)
            spelling.save(Path(folder) / WORDS_FILE)
        self._understanding = _put_together(classifier, spelling)
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Set intent, entities and ranking; Rasa's graph hands in the conversation's tracker."""
        context = context_of(tracker)
        for message in messages:
            if message.get(TEXT) and not _is_settled(message):
                self._understand(message, context)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: nothing after this component needs its intents."""
        return training_data

    def _understand(self, message: Message, context: Context) -> None:
        if self._understanding is None:
            raise RuntimeError("CardClassifier was used before it was trained or loaded.")
        reading = self._understanding.read(message.get(TEXT), context, row_of(message))
        _write(message, reading)


def _put_together(classifier: TextClassifier, spelling: Spelling) -> Understanding:
    return Understanding(classifier, load_numbers(), load_areas(), shared_embedding().embed, spelling)


def _label(example: Message) -> str:
    """Return `ask/psoas` for a card's example, and for one of data/nlu, where the intent may be all there is."""
    metadata = (example.get("metadata") or {}).get("example") or {}
    intent: str = example.get(INTENT)
    return str(metadata.get(LABEL, f"{intent}/{intent}"))


def context_of(tracker: DialogueStateTracker | None) -> Context:
    """Return where the conversation stands; nothing is known without a tracker."""
    if tracker is None:
        return Context()
    last = next((each for each in reversed(tracker.events) if isinstance(each, BotUttered)), None)
    messages = (last.metadata or {}).get("messages", []) if last else []
    return Context(
        topic=tracker.get_slot("topic"),
        previous_topic=tracker.get_slot("previous_topic"),
        misses=int(tracker.get_slot("misses") or 0),
        choices=tuple(messages[-1]["choices"]) if messages else (),
    )


def _is_settled(message: Message) -> bool:
    intent = message.get(INTENT) or {}
    return bool(intent.get("name") == CRISIS) or message.get(TEXT).startswith("/")


def _write(message: Message, reading: Reading) -> None:
    decision = reading.decision
    intent = {"name": decision.intent, "confidence": decision.share}
    message.set(INTENT, intent, add_to_output=True)
    add_entities(message, decision.entities, "CardClassifier")
    rows = [{"name": label, "confidence": share} for label, share in reading.ranking[:RANKING_LENGTH]]
    message.set("intent_ranking", rows, add_to_output=True)

"""SentenceEmbedder: has the sentence embedding of each message computed once, for safety and understanding alike."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.embedding import Matrix, Sentence, shared_embedding
from components.routing import split_questions

#: The message property under which the text as it was read travels.
SENTENCE = "sentence"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedder(GraphComponent):
    """A Rasa featurizer around `components.embedding`."""

    def __init__(self) -> None:
        """Load the model now: a missing or changed file must stop the start, not a message."""
        self._embedding = shared_embedding()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbedder:
        """Return the component (Rasa calls this)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Begin to read what was typed: who needs it asks `sentence_of`, and the rules read the words meanwhile."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):  # a tapped choice holds no words
                message.set(SENTENCE, self._embedding.sentence(text))
                for question in several(split_questions(text)):
                    self._embedding.begin(question)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged: who trains takes the vectors from `components.embedding_store`.

        Set on the examples they would be part of the fingerprints that Rasa takes after every step, as text: that
        was a third of the time of a training.
        """
        return training_data


def several(questions: list[str]) -> list[str]:
    """Return the questions of a message that asks more than one: only those are looked at singly."""
    return questions if len(questions) > 1 else []


def sentence_of(message: Message) -> Sentence:
    """Return a message's text as it was read, once."""
    sentence: Sentence | None = message.get(SENTENCE)
    if sentence is None:
        sentence = shared_embedding().sentence(message.get(TEXT))
        message.set(SENTENCE, sentence)
    return sentence


def row_of(message: Message) -> Matrix:
    """Return the row of 384 float32 of a message's text."""
    return sentence_of(message).row

"""CheckInReader: reads messages as answers while the check-in is open. Rasa's side of `components.check_in_routing`.

It stands after the classifier and changes nothing unless a check-in is open, paused or asked for; a message that the
safety filter has raised passes through untouched. A tapped choice is completed with what it leads to, so that the form
needs no action server: help must not wait for one.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.check_in_guess import EXAMPLES, Guesses
from components.check_in_routing import FORM, State, Turn, Understood, tapped, typed
from components.check_in_routing import INTENT as CHECK_IN
from components.embedding_store import embed_examples
from components.entities import add_entities, choice_in, settle, values_of
from components.learned_from import CODE, learned_from
from components.safety_filter import EXTRACTOR as SAFETY_FILTER
from components.sentence_embedder import row_of
from components.text_classifier import TextClassifier
from knowledge.check_in.content import PATH as QUESTIONS
from knowledge.check_in.content import Question, check_in
from knowledge.check_in.course import Progress, Said
from knowledge.check_in.reading import Reader

MODEL_FILE = "check_in.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CheckInReader(GraphComponent):
    """The Rasa component."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, classifier: TextClassifier | None = None
    ) -> None:
        """Load the questions and compile their words. Raises DataError when they can't be read."""
        self._model_storage = model_storage
        self._resource = resource
        self._check_in = check_in()
        self._reader = Reader(self._check_in)
        self._guesses = Guesses(self._check_in, classifier) if classifier else None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CheckInReader:
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
    ) -> CheckInReader:
        """Return the trained component. Raises when the model has none: then the service must not start."""
        with model_storage.read_from(resource) as folder:
            classifier = TextClassifier.load(Path(folder) / MODEL_FILE)
        return cls(model_storage, resource, classifier)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what the classifier is made from: Rasa sees none of it."""
        return learned_from([EXAMPLES, QUESTIONS, *CODE])

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on data/check_in_examples.yml (the training data of the dialogue plays no part)."""
        self._guesses = Guesses.fit(self._check_in, embed_examples)
        with self._model_storage.write_to(self._resource) as folder:
            self._guesses.classifier.save(Path(folder) / MODEL_FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged."""
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Read each message where the conversation stands; Rasa's graph hands in its tracker."""
        state = state_of(tracker)
        for message in messages:
            turn = self._turn(message, state)
            if turn is not None:
                _write(message, turn)
        return messages

    def _turn(self, message: Message, state: State) -> Turn | None:
        text = message.get(TEXT) or ""
        if text.startswith("/"):
            chosen = choice_in(text, CHECK_IN)
            return None if chosen is None else tapped(self._check_in, chosen.get("check_in_said"), state)

        def guess(question: Question, answer: str) -> Said | str | None:
            if self._guesses is None:
                raise RuntimeError("CheckInReader was used before it was trained or loaded.")
            return self._guesses.guess(question, answer, row_of(message))

        return typed(self._reader, self._check_in, text, understood(message), state, date.today(), guess)


def understood(message: Message) -> Understood:
    """Return what the components before made of a message."""
    intent = message.get(INTENT) or {}
    return Understood(intent.get("name"), values_of(message).get("reply"), float(intent.get("confidence") or 0.0))


def state_of(tracker: DialogueStateTracker | None) -> State:
    """Return what the slots say about the check-in."""
    if tracker is None:
        return State()
    values = tracker.get_slot("check_in_progress")
    return State(
        progress=Progress.from_values(values) if values else None,
        outcome=tracker.get_slot("check_in_outcome"),
        is_open=tracker.active_loop_name == FORM,
        pinned=pinned_of(tracker),
    )


def pinned_of(tracker: DialogueStateTracker) -> str | None:
    """Return the tier that counts for the outcome: not one whose question was answered "no"."""
    pinned = tracker.get_slot("safety_pinned")
    return None if tracker.get_slot("safety_answer") == "no" and pinned in ("T3", "M1") else pinned


def _write(message: Message, turn: Turn) -> None:
    settle(message, turn.intent)
    # What the safety filter set stays; what the classifier set is replaced.
    add_entities(message, turn.entities, "CheckInReader", lambda each: each.get("extractor") == SAFETY_FILTER)

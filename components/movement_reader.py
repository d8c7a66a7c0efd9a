"""MovementReader: reads a message once more where movements are concerned, for `knowledge.movements.reading`.

It comes after the CardClassifier. Of a raised message it changes nothing but that whatever is open closes, and while a
form asks its questions it only notes what is told about a body.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.card_importer import CRISIS
from components.entities import add_entities
from knowledge import places
from knowledge.cards import load_library
from knowledge.movements.guide import Guide, load_guide
from knowledge.movements.reading import Heard, Place, entities_of, meaning
from knowledge.movements.screen import with_facts
from knowledge.movements.state import SLOTS, state_of

EXERCISE = "exercise"
EXTRACTOR = "MovementReader"
#: Entities of a decision that a command replaces.
REPLACED = ("topic", "topics", "previous_topic", "aspect", "reply", "candidates", "misses")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MovementReader(GraphComponent):
    """The Rasa component."""

    def __init__(self) -> None:
        """Read the words for facts and wishes. Raises DataError when data/movements can't be used."""
        self._guide: Guide = load_guide(places.DATA)
        self._movements = movement_cards()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MovementReader:
        """Return the component (Rasa calls this)."""
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Read each typed message; Rasa's graph hands in the conversation's tracker."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/") and tracker is not None:
                self._read(message, tracker)
        return messages

    def _read(self, message: Message, tracker: DialogueStateTracker) -> None:
        intent = str((message.get(INTENT) or {}).get("name"))
        state = state_of({slot: tracker.get_slot(slot) for slot in SLOTS}, held=False)
        place = Place(tracker.get_slot("topic"), state, self._movements, bool(tracker.active_loop_name))
        found = meaning(self._heard(message, intent), place, self._guide)
        if intent == CRISIS and state.open.state:
            add_entities(message, {"exercise": {}}, EXTRACTOR)
        if found.command is not None:
            add_entities(message, entities_of(found.command), EXTRACTOR, lambda each: each["entity"] not in REPLACED)
            message.set(INTENT, {"name": EXERCISE, "confidence": 1.0}, add_to_output=True)
        elif found.facts:
            facts = list(with_facts(state.facts, found.facts))
            add_entities(message, {"movement_facts": facts}, EXTRACTOR)

    def _heard(self, message: Message, intent: str) -> Heard:
        said = {each["entity"]: each["value"] for each in message.get(ENTITIES) or []}
        several = isinstance(said.get("topics"), list)
        topic = None if several else said.get("topic")
        return Heard(message.get(TEXT), intent, topic, said.get("aspect"), said.get("reply"))


@lru_cache(maxsize=1)
def movement_cards() -> frozenset[str]:
    """Return the ids of the cards that can be done as movements."""
    cards = load_library().cards.values()
    return frozenset(card.id for card in cards if card.exercise and not card.exercise.is_practice)

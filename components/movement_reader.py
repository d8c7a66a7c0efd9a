"""MovementReader: reads a message once more where movements are concerned, and takes the step that it leads to.

It comes after the CardClassifier. Of a raised message it changes nothing but that whatever is open closes, and while a
form asks its questions it only notes what is told about a body. What a step leads to travels as entities, which the
slots are filled from: at the action server the same step took a hundred milliseconds more.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.card_importer import CRISIS
from components.entities import add_entities, choice_in, settle, values_of
from components.live_cards import live_cards
from knowledge import answers
from knowledge.cards import Library
from knowledge.check_in.content import check_in
from knowledge.movements.reading import Heard, Place, entities_of, meaning
from knowledge.movements.screen import with_facts
from knowledge.movements.state import SLOTS, command_of, state_of
from knowledge.movements.turn import turn

EXERCISE = "exercise"
EXTRACTOR = "MovementReader"
#: Entities of a decision that a command replaces.
REPLACED = ("topic", "topics", "previous_topic", "aspect", "reply", "candidates", "misses")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MovementReader(GraphComponent):
    """The Rasa component."""

    def __init__(self) -> None:
        """Load the cards. Raises DataError when data/ can't be used."""
        self._live = live_cards()

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
        """Read each message; Rasa's graph hands in the conversation's tracker."""
        for message in messages:
            text = message.get(TEXT)
            if not text or tracker is None:
                continue
            chosen = choice_in(text, EXERCISE)
            if chosen is not None:
                add_entities(message, chosen, EXTRACTOR)
                self._step(message, tracker)
            elif not text.startswith("/"):
                self._read(message, tracker)
        return messages

    def _read(self, message: Message, tracker: DialogueStateTracker) -> None:
        library = self._live.get()
        if library.guide is None:
            return
        intent = str((message.get(INTENT) or {}).get("name"))
        state = state_of({slot: tracker.get_slot(slot) for slot in SLOTS}, held=False)
        place = Place(tracker.get_slot("topic"), state, movement_cards(library), bool(tracker.active_loop_name))
        found = meaning(self._heard(message, intent), place, library.guide)
        if intent == CRISIS and state.open.state:
            add_entities(message, {"exercise": {}}, EXTRACTOR)
        if found.command is not None:
            add_entities(message, entities_of(found.command), EXTRACTOR, lambda each: each["entity"] not in REPLACED)
            self._step(message, tracker)
        elif intent == EXERCISE:  # a choice that was taken by typing its place or its words
            self._step(message, tracker)
        elif found.facts:
            facts = list(with_facts(state.facts, found.facts))
            add_entities(message, {"movement_facts": facts}, EXTRACTOR)

    def _step(self, message: Message, tracker: DialogueStateTracker) -> None:
        """Take the step that the message's entities name, from where the slots will stand after this message."""
        catalogue = answers.catalogue_of(self._live.get())
        if catalogue is None:
            raise RuntimeError("data/movements: missing")
        said = values_of(message)
        slots = {**tracker.current_slot_values(), **said}
        add_entities(message, turn(slots, command_of(said), catalogue, check_in()), EXTRACTOR)
        settle(message, EXERCISE)

    def _heard(self, message: Message, intent: str) -> Heard:
        said = values_of(message)
        several = isinstance(said.get("topics"), list)
        topic = None if several else said.get("topic")
        return Heard(message.get(TEXT), intent, topic, said.get("aspect"), said.get("reply"))


def movement_cards(library: Library) -> frozenset[str]:
    """Return the ids of the cards that can be done as movements."""
    cards = library.cards.values()
    return frozenset(card.id for card in cards if card.exercise and not card.exercise.is_practice)

"""Entities that carry what was decided about a message to the dialogue. They are no words of it: their place is 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

Entity = Mapping[str, Any]


def add_entities(
    message: Message, values: Mapping[str, Any], extractor: str, keep: Callable[[Entity], bool] = lambda _: True
) -> None:
    """Add an entity for each value, after those of the message's own that `keep` says yes to."""
    kept = [each for each in message.get(ENTITIES) or () if keep(each)]
    added = [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": extractor} for name, value in values.items()
    ]
    message.set(ENTITIES, [*kept, *added], add_to_output=True)

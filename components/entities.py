"""What components write on a message for the dialogue: an intent, and entities that carry what was decided.

Such entities are no words of the message: their place is 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
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


def values_of(message: Message) -> dict[str, Any]:
    """Return the values of a message's entities by name; of several with one name the last."""
    return {each["entity"]: each["value"] for each in message.get(ENTITIES) or ()}


def choice_in(text: str, intent: str) -> dict[str, Any] | None:
    """Return the entities of a tapped choice, which comes as `/intent{"entity": value}`; None for another message."""
    command = f"/{intent}"
    if not text.startswith((command + "{", command + " ")) and text != command:
        return None
    try:
        entities = json.loads(text.removeprefix(command) or "{}")
    except ValueError:
        return None
    return entities if isinstance(entities, dict) else None


def settle(message: Message, intent: str) -> None:
    """Set the intent for certain; a tapped choice would be taken apart again by Rasa, without what was added."""
    if (message.get(TEXT) or "").startswith("/"):
        message.set(TEXT, intent)
    message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)

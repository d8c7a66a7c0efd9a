"""CardImporter: gives Rasa the examples of all cards, beside the hand-written data; nothing generated is written.

Each example has its category as intent (`ask`) and its label (`ask/psoas`) as metadata: as a retrieval intent Rasa
would ask for a response phrase a card in the domain. Only data/nlu, data/rules and data/stories are read as Rasa's
own files, so that the cards' YAML is parsed once and not by Rasa too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge import places
from knowledge.cards import load_library

#: The name under which an example's metadata holds its label.
LABEL = "label"
HAND_WRITTEN = ("nlu", "rules", "stories")
#: The category of everything that the safety filter raises; its examples train the filter, not the classifier.
CRISIS = "crisis"


class CardImporter(RasaFileImporter):
    """RasaFileImporter, with the cards' examples added to the NLU data."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take Rasa's arguments; a path that holds cards is narrowed to the hand-written folders."""
        given = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
        super().__init__(config_file, domain_path, _narrow(given or []))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the hand-written examples and those of all cards. Raises DataError for a broken card."""
        return super().get_nlu_data(language).merge(TrainingData(_card_examples()))


def _narrow(paths: list[str]) -> list[str]:
    narrowed: list[str] = []
    for path in paths:
        if Path(path).resolve() == places.DATA:
            folders = [Path(path) / folder for folder in HAND_WRITTEN]
            narrowed.extend(str(folder) for folder in folders if folder.is_dir())
        else:
            narrowed.append(path)
    return narrowed


def _card_examples() -> list[Message]:
    library = load_library()
    examples = [
        Message.build(ask, intent=card.intent, example_metadata={LABEL: f"{card.intent}/{card.id}"})
        for card in library.everything()
        for texts in card.texts.values()
        for ask in texts.asks
    ]
    examples.extend(
        Message.build(text, intent=CRISIS)
        for path in sorted((places.DATA / "safety" / "examples").glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))
        if block["tier"] != "T0"
        for text in block["texts"]
    )
    return examples

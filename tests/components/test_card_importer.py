from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import card_importer
from components.card_importer import CRISIS, LABEL, CardImporter
from knowledge import places
from knowledge.cards import Library
from knowledge.located_yaml import DataError, Fault

CONFIG, DOMAIN = str(places.ROOT / "config.yml"), str(places.ROOT / "domain.yml")


def label_of(example: Any) -> str | None:
    return ((example.get("metadata") or {}).get("example") or {}).get(LABEL)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return CardImporter(CONFIG, DOMAIN, [str(places.DATA)]).get_nlu_data()


def test_every_category_of_the_domain_has_examples(data: TrainingData) -> None:
    listed = yaml.safe_load(Path(DOMAIN).read_text(encoding="utf-8"))["intents"]
    taken_only = {"exercise"}  # the player's steps come as choices, and its words are read in context
    assert data.intents == {name for each in listed for name in each} - taken_only


def test_every_ask_of_every_card_is_an_example_of_its_category_and_label(data: TrainingData, library: Library) -> None:
    found = {(each.get(TEXT), each.get(INTENT), label_of(each)) for each in data.intent_examples}
    wanted = {
        (ask, card.intent, f"{card.intent}/{card.id}")
        for card in library.everything()
        for texts in card.texts.values()
        for ask in texts.asks
    }
    assert wanted <= found


def test_the_examples_of_crises_are_there_and_the_harmless_traps_are_not(data: TrainingData) -> None:
    crises = {each.get(TEXT) for each in data.intent_examples if each.get(INTENT) == CRISIS}
    blocks = [
        block
        for path in (places.DATA / "safety" / "examples").glob("*.yml")
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    raised = {text for block in blocks if block["tier"] != "T0" for text in block["texts"]}
    assert len(raised) > 100
    assert crises == raised


def test_there_are_no_retrieval_intents_so_the_domain_needs_no_response_a_card(data: TrainingData) -> None:
    assert data.retrieval_intents == set()
    assert data.responses == {}


def test_no_category_but_crisis_is_without_a_label(data: TrainingData) -> None:
    unlabelled = {each.get(INTENT) for each in data.intent_examples if label_of(each) is None}
    assert unlabelled == {CRISIS}


@pytest.mark.parametrize("given", ["data", "data/", str(places.DATA)])
def test_the_data_folder_is_narrowed_to_what_rasa_should_read(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(places.ROOT)
    narrowed = [Path(path).resolve() for path in card_importer._narrow([given])]
    assert places.DATA / "rules" in narrowed
    assert places.DATA / "topics" not in narrowed
    assert places.DATA not in narrowed


def test_another_path_is_left_as_it_is(tmp_path: Path) -> None:
    assert card_importer._narrow([str(tmp_path)]) == [str(tmp_path)]


def test_the_rules_are_read_as_rasa_reads_them() -> None:
    stories = CardImporter(CONFIG, DOMAIN, str(places.DATA)).get_stories()
    assert {step.block_name for step in stories.story_steps} >= {
        "a crisis or an emergency comes before everything else"
    }


def test_a_broken_card_stops_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Library:
        raise DataError([Fault("data/topics/psoas.yml", 3, "en", "`title` is missing.", "Add `title:`.")])

    monkeypatch.setattr(card_importer, "load_library", broken)
    with pytest.raises(DataError, match=r"psoas\.yml:3"):
        CardImporter(CONFIG, DOMAIN, [str(places.DATA)]).get_nlu_data()

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.routing import Context
from components.spelling import Spelling
from components.text_classifier import Array
from components.understanding import Understanding, learn_spelling, load_areas, load_dictionary, load_numbers
from knowledge import places
from knowledge.cards import Library


class KeywordClassifier:
    """Stands in for the classifier: the first label whose word is in the text gets nearly all."""

    labels = ("ask/emdr", "ask/psoas", "follow_up/why")
    words = ("emdr", "psoas", "why")

    def probabilities(self, texts: Sequence[str], embeddings: Array) -> Array:
        assert len(texts) == len(embeddings)
        shares = np.full((len(texts), 3), 0.05, dtype=np.float32)
        for row, text in enumerate(texts):
            shares[row, next((at for at, word in enumerate(self.words) if word in text), 0)] = 0.9
        return shares

    def likeness(self, embedding: Array, label: str) -> float:
        return 0.8


class CountingEmbedding:
    def __init__(self) -> None:
        self.computed: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Array:
        self.computed.extend(texts)
        return np.zeros((len(texts), 4), dtype=np.float32)


@pytest.fixture
def embed() -> CountingEmbedding:
    return CountingEmbedding()


@pytest.fixture
def understanding(embed: CountingEmbedding) -> Understanding:
    classifier: Any = KeywordClassifier()
    spelling = Spelling({"psoas": 10}, load_dictionary())
    return Understanding(classifier, load_numbers(), {"jaw": "jaw-clenching"}, embed, spelling)


def test_a_message_is_read_to_a_decision_and_a_ranking_best_first(understanding: Understanding) -> None:
    reading = understanding.read("what is the psoas", Context())
    assert reading.decision.entities["topic"] == "psoas"
    assert reading.ranking[0] == ("ask/psoas", pytest.approx(0.9))
    assert [share for _, share in reading.ranking] == sorted((share for _, share in reading.ranking), reverse=True)
    assert reading.likeness == 0.8


def test_an_embedding_that_is_there_is_not_computed_again(
    understanding: Understanding, embed: CountingEmbedding
) -> None:
    understanding.read("what is the psoas", Context(), np.zeros(4, dtype=np.float32))
    assert embed.computed == []


def test_an_embedding_that_is_missing_is_computed(understanding: Understanding, embed: CountingEmbedding) -> None:
    understanding.read("what is the psoas", Context())
    assert embed.computed == ["what is the psoas"]


def test_a_slip_is_mended_and_the_mended_words_are_what_is_read(
    understanding: Understanding, embed: CountingEmbedding
) -> None:
    raw = np.ones(4, dtype=np.float32)
    assert understanding.read("what is the posas", Context(), raw).decision.entities["topic"] == "psoas"
    assert embed.computed == ["what is the psoas"]


def test_the_spelling_leaves_the_language_of_the_one_foreign_card_alone() -> None:
    texts = ["my hips hurt", "my hips are tight", "me duele la cadera"]
    spelling = learn_spelling(texts, ["ask/tight-hips", "ask/tight-hips", "reply/spanish"])
    assert spelling.mended("my hpis ache") == "my hips ache"
    assert spelling.mended("me duelen las hpis, la cadera") == "me duelen las hpis, la cadera"


def test_the_dictionary_knows_words_and_no_pieces_of_words() -> None:
    known = load_dictionary()
    assert known("shoulder") and known("tight")
    assert not any(map(known, ("##ing", "[CLS]", "tihgt", "a", "2024")))


def test_two_questions_are_read_apart(understanding: Understanding, embed: CountingEmbedding) -> None:
    reading = understanding.read("what is emdr? what is the psoas?", Context())
    assert reading.decision.entities["topics"] == ["emdr", "psoas"]
    assert embed.computed[1:] == ["what is emdr?", "what is the psoas?"]


# data/understanding.yml and data/areas.yml


def test_the_thresholds_are_shares_and_counts() -> None:
    numbers = load_numbers()
    for share in (numbers.answer, numbers.likeness, numbers.offer, numbers.off_topic, numbers.part):
        assert 0 < share < 1
    assert numbers.follow_up_boost >= 1
    assert numbers.candidates == 3
    assert numbers.misses == 2


def test_the_off_topic_replies_are_cards(library: Library) -> None:
    assert all(library.cards[each].folder == "replies" for each in load_numbers().off_topic_replies)


def test_every_area_opens_a_card_that_exists(library: Library) -> None:
    assert {card for card in load_areas().values() if card not in library.cards} == set()


def test_no_word_names_two_areas() -> None:
    rows = (places.DATA / "areas.yml").read_text(encoding="utf-8")
    assert len(load_areas()) == sum(line.count(",") + 1 for line in rows.splitlines() if line and line[0] != "#")


@pytest.mark.parametrize("line", ["", "answr: 0.4\n"])
def test_a_threshold_that_is_missing_or_unknown_is_refused(tmp_path: Path, line: str) -> None:
    text = (places.DATA / "understanding.yml").read_text(encoding="utf-8")
    kept = "".join(each for each in text.splitlines(keepends=True) if not each.startswith("answer:"))
    path = tmp_path / "understanding.yml"
    path.write_text(kept + line, encoding="utf-8")
    with pytest.raises(TypeError, match="answ"):
        load_numbers(path)

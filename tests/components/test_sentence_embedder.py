from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import sentence_embedder
from components.embedding import shared_embedding
from components.sentence_embedder import EMBEDDING, SentenceEmbedder


def test_a_message_gets_the_vector_of_its_text() -> None:
    message = Message.build("is trauma stored in the hips")
    SentenceEmbedder().process([message])
    assert np.allclose(message.get(EMBEDDING), shared_embedding().embed(["is trauma stored in the hips"])[0], atol=1e-5)


def test_messages_without_a_text_are_passed_by() -> None:
    empty, spoken = Message(data={}), Message.build("hips")
    assert SentenceEmbedder().process([empty, spoken]) == [empty, spoken]
    assert empty.get(EMBEDDING) is None
    assert spoken.get(EMBEDDING) is not None


def test_no_messages_are_fine() -> None:
    assert SentenceEmbedder().process([]) == []


def test_the_vector_stays_inside_and_is_not_part_of_the_output() -> None:
    message = Message.build("hips")
    SentenceEmbedder().process([message])
    assert EMBEDDING not in message.as_dict(only_output_properties=True)


def test_training_examples_carry_no_vector_that_rasa_would_fingerprint() -> None:
    example = Message.build("a", intent="ask")
    SentenceEmbedder().process_training_data(TrainingData([example]))
    assert example.get(EMBEDDING) is None


def test_a_model_that_cannot_be_loaded_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("refused")

    monkeypatch.setattr(sentence_embedder, "shared_embedding", broken)
    with pytest.raises(RuntimeError, match="refused"):
        SentenceEmbedder()

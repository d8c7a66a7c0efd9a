from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import sentence_embedder
from components.embedding import DIMENSIONS, Matrix, shared_embedding
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


def test_every_training_example_gets_its_own_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    def embed(texts: Sequence[str]) -> Matrix:
        return np.array([[len(text)] * DIMENSIONS for text in texts], dtype=np.float32)

    monkeypatch.setattr(sentence_embedder, "embed_examples", embed)
    examples = [Message.build("a", intent="ask"), Message.build("bbb", intent="reply")]
    SentenceEmbedder().process_training_data(TrainingData(examples))
    assert [example.get(EMBEDDING)[0] for example in examples] == [1.0, 3.0]


def test_a_model_that_cannot_be_loaded_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("refused")

    monkeypatch.setattr(sentence_embedder, "shared_embedding", broken)
    with pytest.raises(RuntimeError, match="refused"):
        SentenceEmbedder()

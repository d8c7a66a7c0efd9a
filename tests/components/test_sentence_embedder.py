from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import sentence_embedder
from components.embedding import shared_embedding
from components.sentence_embedder import SENTENCE, SentenceEmbedder, row_of, sentence_of


def test_a_message_gets_the_vector_of_its_text() -> None:
    message = Message.build("is trauma stored in the hips")
    expected = shared_embedding().embed(["is trauma stored in the hips"])[0]
    SentenceEmbedder().process([message])
    assert np.allclose(row_of(message), expected, atol=1e-5)


def test_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message.build("hips")
    first = row_of(message)
    monkeypatch.setattr(sentence_embedder, "shared_embedding", lambda: pytest.fail("read again"))
    assert row_of(message) is first
    assert sentence_of(message) is sentence_of(message)


def test_what_was_not_begun_is_computed_when_it_is_asked_for() -> None:
    assert np.allclose(row_of(Message.build("hips")), shared_embedding().embed(["hips"])[0], atol=1e-5)


def test_messages_without_words_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    embedder = SentenceEmbedder()
    monkeypatch.setattr(embedder._embedding, "sentence", read.append)
    messages = [Message(data={}), Message.build('/ask{"topic": "psoas"}'), Message.build("hips")]
    assert embedder.process(messages) == messages
    assert read == ["hips"]


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("my jaw is tight and my hips are too", []),
        ("what is the psoas? and where is it?", ["what is the psoas?", "and where is it?"]),
    ],
)
def test_the_questions_of_a_message_with_several_are_begun_too(
    monkeypatch: pytest.MonkeyPatch, text: str, begun: list[str]
) -> None:
    found: list[str] = []
    embedder = SentenceEmbedder()
    monkeypatch.setattr(embedder._embedding, "begin", found.append)
    embedder.process([Message.build(text)])
    assert found == begun


def test_no_messages_are_fine() -> None:
    assert SentenceEmbedder().process([]) == []


def test_the_vector_stays_inside_and_is_not_part_of_the_output() -> None:
    message = Message.build("hips")
    row_of(message)
    assert SENTENCE not in message.as_dict(only_output_properties=True)


def test_training_examples_carry_no_vector_that_rasa_would_fingerprint() -> None:
    example = Message.build("a", intent="ask")
    SentenceEmbedder().process_training_data(TrainingData([example]))
    assert example.get(SENTENCE) is None


def test_a_model_that_cannot_be_loaded_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("refused")

    monkeypatch.setattr(sentence_embedder, "shared_embedding", broken)
    with pytest.raises(RuntimeError, match="refused"):
        SentenceEmbedder()

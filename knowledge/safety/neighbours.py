"""The second opinion of the classifier: which examples a message is close to in meaning (support vectors, RBF kernel).

It sees the sentence embedding only, and of that the directions in which examples differ most. Where the linear part
asks which words speak for a crisis, this part asks which examples the whole sentence resembles; together they miss less
than either (docs/decisions/0007-safety-neighbours-clauses-and-agreement.md, 0015-safety-unseen-writers.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from knowledge.networks import network, session

Matrix = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
#: Directions kept of the 384: half the numbers are half the time, and tell examples apart as well.
KEPT = 192
#: Width of the kernel: exp(-GAMMA * squared distance) between unit vectors.
GAMMA = 1.0
#: Cost of a misplaced example.
COST = 10.0
#: Rows of the kernel that are worked out at once.
BLOCK = 1024


def _gram(points: Matrix) -> Scores:
    """Return the likeness of unit points with each other, exp(-GAMMA * squared distance), as a machine takes it.

    It is the largest thing of a training (5.9 GB at 27,000 examples), so it is worked out in place, never twice, and in
    blocks: OpenBLAS 0.3.20, which numpy 1.23 brings, writes out of bounds where it multiplies 26,000 rows with
    themselves.
    """
    gram = np.empty((len(points), len(points)))
    for start in range(0, len(points), BLOCK):
        products = points[start : start + BLOCK] @ points.T
        gram[start : start + BLOCK] = np.exp(2.0 * GAMMA * (products - 1.0))
    return gram


@dataclass(frozen=True)
class Directions:
    """Where an embedding lies: its distance from the `middle` (384), along `axes` (384 x KEPT), of length 1."""

    middle: Matrix
    axes: Matrix

    @staticmethod
    def fit(embeddings: Matrix) -> Directions:
        """Find the directions in which rows differ most."""
        found = PCA(KEPT, svd_solver="full").fit(embeddings)
        return Directions(found.mean_.astype(np.float32), np.ascontiguousarray(found.components_.T, dtype=np.float32))

    def of(self, embeddings: Matrix) -> Matrix:
        """Return one point (KEPT numbers) a row."""
        points = (embeddings - self.middle) @ self.axes
        unit: Matrix = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
        return unit.astype(np.float32)


@dataclass(frozen=True)
class Neighbours:
    """Support vectors (m x KEPT) in `directions`, and for each question their weight (questions x m) and a bias."""

    directions: Directions
    vectors: Matrix
    weights: Matrix
    bias: Matrix

    @staticmethod
    def fit(directions: Directions, points: Matrix, truths: Mapping[str, Flags]) -> Neighbours:
        """Fit one machine a question. Examples that support none are left out."""
        gram = _gram(points)
        weights = np.zeros((len(truths), len(points)), dtype=np.float32)
        bias = np.zeros(len(truths), dtype=np.float32)
        for row, truth in enumerate(truths.values()):
            weights[row], bias[row] = _machine(gram, truth)
        used = np.flatnonzero(np.abs(weights).sum(axis=0))
        return Neighbours(directions, points[used], np.ascontiguousarray(weights[:, used]), bias)

    def scores(self, embeddings: Matrix) -> Matrix:
        """Return one row of scores an embedding, one score a question."""
        found: Matrix = self._comparison.run(None, {"points": self.directions.of(embeddings)})[0]
        return found

    @cached_property
    def _comparison(self) -> Any:
        """The kernel and what it comes to, on onnxruntime.

        numpy reads all vectors anew for each part of a message, or takes twice the time for a few at once (OpenBLAS).
        """
        held = {
            "vectors": 2.0 * GAMMA * self.vectors.T,
            "least": np.array([-2.0 * GAMMA], dtype=np.float32),
            "weights": self.weights.T,
            "bias": self.bias,
        }
        nodes = [
            helper.make_node("MatMul", ["points", "vectors"], ["products"]),
            helper.make_node("Add", ["products", "least"], ["distances"]),
            helper.make_node("Exp", ["distances"], ["likeness"]),
            helper.make_node("Gemm", ["likeness", "weights", "bias"], ["scores"]),
        ]
        rows = [("points", self.vectors.shape[1]), ("scores", len(self.weights))]
        points, scores = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", n]) for name, n in rows)
        return session(network(nodes, [points], scores, held))


def _machine(gram: Scores, truth: Flags) -> tuple[Matrix, float]:
    machine = SVC(kernel="precomputed", C=COST, class_weight="balanced", cache_size=500, tol=1e-2).fit(gram, truth)
    weights = np.zeros(len(truth), dtype=np.float32)
    weights[machine.support_] = machine.dual_coef_[0]
    return weights, float(machine.intercept_[0])

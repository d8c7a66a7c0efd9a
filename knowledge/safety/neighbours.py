"""The second opinion of the classifier: which examples a message is close to in meaning (support vectors, RBF kernel).

It sees the sentence embedding only, and of that the directions in which examples differ most. Where the linear part
asks which words speak for a crisis, this part asks which examples the whole sentence resembles; together they miss less
than either (docs/decisions/0007-safety-neighbours-clauses-and-agreement.md, 0015-safety-unseen-writers.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from knowledge.networks import LARGEST, network, session
from knowledge.safety.features import Matrix
from knowledge.safety.regression import Flags

Places = npt.NDArray[np.intp]
#: Directions kept of the 384: half the numbers are half the time, and tell examples apart as well.
KEPT = 192
#: Width of the kernel: exp(-GAMMA * squared distance) between unit vectors.
GAMMA = 1.5
#: Cost of a misplaced example.
COST = 10.0
#: Whole numbers to either side of 0 that a point is written with (8 bits).
LEVELS = 127
#: Rows of the kernel that are worked out at once: OpenBLAS 0.3.20, which numpy 1.23 brings, writes out of bounds where
#: it multiplies 26,000 rows with themselves.
BLOCK = 1024
#: Examples of each answer that a machine begins with, where nobody knows which will support it.
FIRST = 3_000
#: Examples within the margin that are added to a machine at a time, the worst first.
MORE = 6_000
#: Machines that learn at the same time.
MACHINES = 2
#: The share of examples that may lie within the margin and not have been learned from.
AMISS = 0.005
#: Rounds of a machine in which examples that support nothing are left out again.
GOING = 5


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
    def fit(
        directions: Directions, points: Matrix, truths: Mapping[str, Flags], likely: Mapping[str, Places] | None = None
    ) -> tuple[Neighbours, dict[str, Places]]:
        """Fit one machine a question; return them, and the places of the examples that support each.

        Examples that support none are left out. `likely` names places that probably will: it is quicker then.
        """
        weights = np.zeros((len(truths), len(points)), dtype=np.float32)
        bias = np.zeros(len(truths), dtype=np.float32)
        begin = likely or {name: _some_of_each(truth) for name, truth in truths.items()}
        with ThreadPoolExecutor(MACHINES) as beside:
            learned = beside.map(lambda name: _machine(points, truths[name], begin[name]), truths)
            for row, found in enumerate(learned):
                weights[row], bias[row] = found
        used = np.flatnonzero(np.abs(weights).sum(axis=0))
        supports = {name: np.flatnonzero(weights[row]) for row, name in enumerate(truths)}
        return Neighbours(directions, points[used], np.ascontiguousarray(weights[:, used]), bias), supports

    def scores(self, embeddings: Matrix) -> Matrix:
        """Return one row of scores an embedding, one score a question."""
        found: Matrix = self._comparison.run(None, {"points": self.directions.of(embeddings)})[0]
        return found

    @cached_property
    def _comparison(self) -> Any:
        """The kernel and what it comes to, on onnxruntime.

        numpy reads all vectors anew for each part of a message, or takes twice the time for a few at once (OpenBLAS).
        As whole numbers they are a quarter as long to read, and as long to multiply as to read.
        """
        steps = np.maximum(np.abs(self.vectors).max(axis=1), 1e-9) / LARGEST
        held = {
            "numbers": np.rint(self.vectors / steps[:, None]).astype(np.int8).T,
            "steps": (2.0 * GAMMA * steps).astype(np.float32),
            "levels": np.array(LEVELS, dtype=np.float32),
            "middle": np.array(LEVELS + 1, dtype=np.float32),
            "zero": np.array(LEVELS + 1, dtype=np.uint8),
            "least": np.array(-2.0 * GAMMA, dtype=np.float32),
            "weights": self.weights.T,
            "bias": self.bias,
        }
        nodes = [
            # Each point has a factor of its own: what it comes to must not depend on what is asked beside it.
            helper.make_node("Abs", ["points"], ["sizes"]),
            helper.make_node("ReduceMax", ["sizes"], ["largest"], axes=[1], keepdims=1),
            helper.make_node("Div", ["largest", "levels"], ["step"]),
            helper.make_node("Div", ["points", "step"], ["counted"]),
            helper.make_node("Round", ["counted"], ["rounded"]),
            helper.make_node("Add", ["rounded", "middle"], ["moved"]),
            helper.make_node("Cast", ["moved"], ["whole"], to=TensorProto.UINT8),
            helper.make_node("MatMulInteger", ["whole", "numbers", "zero"], ["products"]),
            helper.make_node("Cast", ["products"], ["summed"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["summed", "steps"], ["scaled"]),
            helper.make_node("Mul", ["scaled", "step"], ["close"]),
            helper.make_node("Add", ["close", "least"], ["distances"]),
            helper.make_node("Exp", ["distances"], ["likeness"]),
            helper.make_node("Gemm", ["likeness", "weights", "bias"], ["scores"]),
        ]
        rows = [("points", self.vectors.shape[1]), ("scores", len(self.weights))]
        points, scores = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", n]) for name, n in rows)
        return session(network(nodes, [points], scores, held))


def _machine(points: Matrix, truth: Flags, begin: Places) -> tuple[Matrix, float]:
    """Return the weight of each point and the bias, learned from as few of them as decide.

    A point beyond the margin changes nothing, so the machine learns from `begin`, then from what supports it and what
    lies within the margin, until next to nothing is left. The kernel of all points took 5.9 GB at 27,000 of them; half
    of them support a machine, which takes a quarter of that.
    """
    sides = np.where(truth, 1.0, -1.0)
    costs = {side: len(truth) / (2.0 * np.count_nonzero(truth == side)) for side in (False, True)}
    among = begin
    for tries in count():
        machine = SVC(kernel="precomputed", C=COST, class_weight=costs, cache_size=500, tol=1e-2)
        machine.fit(_kernel(points[among], points[among], np.float64), truth[among])
        supports, weights, bias = among[machine.support_], machine.dual_coef_[0], float(machine.intercept_[0])
        margins = sides * (_said(points, points[supports], weights.astype(np.float32)) + bias)
        margins[among] = np.inf
        amiss = np.flatnonzero(margins < 1.0)
        if len(amiss) <= AMISS * len(points):
            break
        worst = amiss[np.argsort(margins[amiss])[:MORE]]
        # What supports nothing may go, but not for ever: an example could come and go by turns.
        among = np.union1d(supports if tries < GOING else among, worst)
    every = np.zeros(len(truth), dtype=np.float32)
    every[supports] = weights
    return every, bias


def _some_of_each(truth: Flags) -> Places:
    """Return up to FIRST places of either answer, the same ones each time."""
    dice = np.random.default_rng(7)
    chosen = [dice.permutation(np.flatnonzero(truth == side))[:FIRST] for side in (False, True)]
    return np.sort(np.concatenate(chosen))


def _kernel(some: Matrix, others: Matrix, kind: type = np.float32) -> npt.NDArray[Any]:
    """Return the likeness of unit points with others, exp(-GAMMA * squared distance)."""
    likeness: npt.NDArray[Any] = np.empty((len(some), len(others)), dtype=kind)
    for start in range(0, len(some), BLOCK):
        likeness[start : start + BLOCK] = np.exp(2.0 * GAMMA * (some[start : start + BLOCK] @ others.T - 1.0))
    return likeness


def _said(points: Matrix, supports: Matrix, weights: Matrix) -> Matrix:
    """Return what supports say of each point, without the bias."""
    blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
    return np.concatenate([_kernel(block, supports) @ weights for block in blocks])

"""The first opinion of the classifier: which pieces of a message speak for a yes (logistic regression).

A piece that is as frequent in crises as elsewhere tells nothing, and there are many more of those. So each piece counts
by how much it tells, as naive Bayes has it, before the regression weighs them together (Wang and Manning 2012,
"Baselines and bigrams"). A message pays nothing for that: the scale becomes part of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from knowledge.safety.features import WIDTH, Matrix, columns

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Inverse of the regularisation.
STRENGTH = 4.0
#: What a badly typed copy weighs beside its original.
COPY = 0.3
#: Blocks whose pieces count by how much they tell.
COUNTED = ("characters", "words", "apart", "concepts")


@dataclass(frozen=True)
class Regression:
    """Weight of each of WIDTH numbers, and a bias."""

    weights: Matrix
    bias: float

    @staticmethod
    def fit(rows: csr_matrix, truth: Flags, clean: Flags) -> Regression:
        """Fit on rows; those that are not `clean` are badly typed copies."""
        scale = telling(rows[clean], truth[clean])
        model = LogisticRegression(
            C=STRENGTH, solver="liblinear", dual=True, tol=1e-2, max_iter=300, class_weight="balanced", random_state=7
        )
        model.fit(rows @ diags(scale), truth, sample_weight=np.where(clean, 1.0, COPY))
        return Regression((model.coef_[0] * scale).astype(np.float32), float(model.intercept_[0]))

    def scores(self, rows: csr_matrix) -> Scores:
        """Return one score a row."""
        found: Scores = np.asarray(rows @ self.weights, dtype=np.float64) + self.bias
        return found


def telling(rows: csr_matrix, truth: Flags) -> Matrix:
    """Return how much each of WIDTH numbers tells: the root of the size of its log odds; 1 where nothing is counted.

    Over the pieces of all rows its square is 1 in the mean, so that no block outweighs another by it.
    """
    scale: npt.NDArray[Any] = np.ones(WIDTH, dtype=np.float32)
    present = (rows > 0).astype(np.float64)
    yes, no = (np.asarray(present[truth == answer].sum(axis=0)).ravel() + 1.0 for answer in (True, False))
    for block in COUNTED:
        here = columns(block)
        odds = np.abs(np.log((yes[here] / yes[here].sum()) / (no[here] / no[here].sum())))
        often = yes[here] + no[here] - 2.0
        scale[here] = np.sqrt(odds / max(1e-9, np.average(odds, weights=often + 1e-9)))
    return scale

"""The learned half of the filter: one logistic regression a question, each calibrated on voices it has not met.

Training reads examples only (data/safety/examples, card questions). Nothing is pickled: weights are an .npz, the rest
is JSON.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from knowledge.safety.features import DIMENSIONS, WIDTH, Features, Matrix
from knowledge.safety.neighbours import KEPT, Directions, Neighbours, Places
from knowledge.safety.normalise import Words
from knowledge.safety.regression import Flags, Regression, Scores
from knowledge.safety.rules import Reading

#: The embedding of a text, or a function that waits for it.
Row = Matrix | Callable[[], Matrix]
#: Places to learn from, and places that are held back.
Split = tuple[Places, Places]
#: The questions: does the message belong to one of these? (tier, kind); "*" is any.
QUESTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "crisis": (("T1", "*"), ("T2", "*")),
    "concern": (("T1", "*"), ("T2", "*"), ("T3", "*")),
    "emergency": (("M1", "*"),),
    "today": (("M2", "*"),),
    "abuse": (
        ("T1", "abuse"),
        ("T2", "abuse"),
        ("T1", "assault"),
        ("T2", "assault"),
        ("T3", "abuse"),
        ("T3", "assault"),
    ),
    "other": (("T1", "other"), ("T2", "other"), ("T3", "other")),
    "harm": (("T1", "harm_to_others"), ("T2", "harm_to_others"), ("T3", "harm_to_others")),
}
#: Questions that decide: the neighbours are asked too, and they are calibrated. The others only name the kind.
NEAR = ("crisis", "concern", "emergency", "today")
#: What the regression, the neighbours and nothing at all add to the log odds of a yes.
Calibration = tuple[float, float, float]
#: No calibration: what the regression says.
AS_IT_IS: Calibration = (1.0, 0.0, 0.0)
LANGUAGES = ("en", "es")
#: The embedding knows English: neighbours are sought among English examples, and for English messages.
NEIGHBOURLY = "en"
FOLDS = 3
#: Examples compared with all others at the same time.
AT_ONCE = 512
#: Files with no raised message are dealt out in so many parts, or a fold might have no ordinary message.
PARTS = 8
FORMAT = 5


class ClassifierError(RuntimeError):
    """The stored classifier is missing, broken or of another make; or there is nothing to learn from."""


@dataclass(frozen=True)
class Example:
    """One training text with its block's tier and kind.

    `source` is its file, which calibration keeps together; `slips` marks a badly typed copy, which calibration
    leaves out.
    """

    text: str
    tier: str
    kind: str
    lang: str
    source: str
    slips: bool = False

    def answers(self, question: str) -> bool:
        """Tell whether this example is a yes to the question."""
        return any(self.tier == tier and kind in ("*", self.kind) for tier, kind in QUESTIONS[question])


@dataclass(frozen=True)
class Seen:
    """One message or part of one, as the classifier takes it. `embedding` is its row, or waits for it."""

    words: Words
    reading: Reading
    embedding: Row


class Classifier:
    """Weights (questions x WIDTH), bias, neighbours, and a calibration for each question and language.

    `probabilities` is all that a message needs.
    """

    def __init__(
        self,
        weights: Matrix,
        bias: Matrix,
        neighbours: Neighbours,
        calibration: Mapping[str, Mapping[str, Calibration]],
        features: Features,
    ) -> None:
        self._weights = np.ascontiguousarray(weights.T)
        self._bias = bias
        self._neighbours = neighbours
        self._calibration = dict(calibration)
        self._features = features

    @classmethod
    def train(
        cls,
        examples: Sequence[Example],
        read: Callable[[str], tuple[Words, Reading]],
        embed: Callable[[Sequence[str]], Matrix],
        features: Features,
    ) -> Classifier:
        """Fit on examples, calibrate on folds that keep files whole; ClassifierError when a question has no yes."""
        with ThreadPoolExecutor(1) as beside:  # minutes each, where no text was embedded before
            embedding = beside.submit(embed, [example.text for example in examples])
            seen = [read(example.text) for example in examples]
            embeddings = embedding.result()
        rows = features.rows([w for w, _ in seen], [r for _, r in seen], embeddings)
        clean = np.array([not example.slips for example in examples])
        langs = np.array([words.lang for words, _ in seen])
        voices = np.array([_voice(example) for example in examples])
        splits: list[Split] = list(GroupKFold(FOLDS).split(voices, groups=voices))
        truths = {question: np.array([example.answers(question) for example in examples]) for question in QUESTIONS}
        for question, truth in truths.items():
            for lang in LANGUAGES:
                if (truth & clean & (langs == lang)).sum() < FOLDS:
                    raise ClassifierError(f"too few examples for {question!r} ({lang})")
        asked = {name: truths[name] for name in NEAR}
        # The machines draw no lots, so they may learn on the second core; the regressions share one dice and stay here.
        with ThreadPoolExecutor(1) as beside:
            learning = beside.submit(_neighbours, embeddings, asked, splits, clean & (langs == NEIGHBOURLY))
            fitted = [Regression.fit(rows, truth, clean) for truth in truths.values()]
            scores = {question: _scores(rows, truths[question], clean, splits) for question in NEAR}
            neighbours, near = learning.result()
        calibration = {question: dict.fromkeys(LANGUAGES, AS_IT_IS) for question in QUESTIONS}
        for question in NEAR:
            evidence = np.column_stack([scores[question], near[question]])
            for lang in LANGUAGES:
                those = clean & (langs == lang)
                model = LogisticRegression(C=10.0).fit(evidence[those], truths[question][those])
                calibration[question][lang] = _three([*model.coef_[0], model.intercept_[0]])
        return cls(
            np.stack([each.weights for each in fitted]),
            np.array([each.bias for each in fitted], dtype=np.float32),
            neighbours,
            calibration,
            features,
        )

    def probabilities(self, messages: Sequence[Seen]) -> list[dict[str, float]]:
        """Return for each message the calibrated probability of a yes to each question."""
        if not messages:
            return []
        scores = []
        for seen in messages:  # first what needs no embedding: it is under way meanwhile
            places, numbers = self._features.pieces(seen.words, seen.reading)
            scores.append(numbers @ self._weights[places] + self._bias)
        embeddings = np.stack([each.embedding() if callable(each.embedding) else each.embedding for each in messages])
        linear = np.stack(scores) + embeddings @ self._weights[:DIMENSIONS]
        english = [at for at, seen in enumerate(messages) if seen.words.lang == NEIGHBOURLY]
        near = np.zeros((len(messages), len(NEAR)), dtype=np.float32)
        if english:
            near[english] = self._neighbours.scores(embeddings[english])
        return [
            self._calibrated(one, dict(zip(NEAR, row, strict=True)), seen.words.lang)
            for one, row, seen in zip(linear, near, messages, strict=True)
        ]

    def _calibrated(self, linear: Matrix, near: Mapping[str, float], lang: str) -> dict[str, float]:
        believed = {}
        for at, (question, by_language) in enumerate(self._calibration.items()):
            a, b, c = by_language[lang]
            believed[question] = _sigmoid(a * float(linear[at]) + b * float(near.get(question, 0.0)) + c)
        return believed

    def save(self, folder: Path) -> None:
        """Write classifier.npz and classifier.json."""
        np.savez_compressed(
            folder / "classifier.npz",
            weights=self._weights.T,
            bias=self._bias,
            middle=self._neighbours.directions.middle,
            axes=self._neighbours.directions.axes,
            near_vectors=self._neighbours.vectors,
            near_weights=self._neighbours.weights,
            near_bias=self._neighbours.bias,
        )
        meta = {"format": FORMAT, "width": WIDTH, "calibration": self._calibration}
        (folder / "classifier.json").write_text(json.dumps(meta), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, features: Features) -> Classifier:
        """Read what `save` wrote; ClassifierError when anything is missing or does not fit."""
        try:
            meta: dict[str, Any] = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
            with np.load(folder / "classifier.npz", allow_pickle=False) as stored:
                weights, bias = stored["weights"], stored["bias"]
                directions = Directions(stored["middle"], stored["axes"])
                near = Neighbours(directions, stored["near_vectors"], stored["near_weights"], stored["near_bias"])
            calibration = {
                question: {lang: _three(by_language[lang]) for lang in LANGUAGES}
                for question, by_language in meta["calibration"].items()
            }
        except Exception as error:
            raise ClassifierError(f"the safety classifier cannot be read: {error}") from error
        count = len(QUESTIONS)
        if (
            meta.get("format") != FORMAT
            or list(calibration) != list(QUESTIONS)
            or weights.shape != (count, WIDTH)
            or bias.shape != (count,)
            or directions.middle.shape != (DIMENSIONS,)
            or directions.axes.shape != (DIMENSIONS, KEPT)
            or near.vectors.shape[1:] != (KEPT,)
            or near.weights.shape != (len(NEAR), len(near.vectors))
            or not all(np.isfinite(part).all() for part in (weights, bias, directions.middle, directions.axes))
            or not all(np.isfinite(part).all() for part in (near.vectors, near.weights, near.bias))
        ):
            raise ClassifierError("the safety classifier is of another make: train again (make run)")
        return cls(weights, bias, near, calibration, features)


def _neighbours(
    embeddings: Matrix, truths: Mapping[str, Flags], splits: Sequence[Split], chosen: Flags
) -> tuple[Neighbours, dict[str, Scores]]:
    """Return the neighbours among the `chosen` examples, and what others of them say of each; 0 of those not chosen."""
    directions = Directions.fit(embeddings[chosen])
    points = directions.of(embeddings)

    def fitted(those: Places, likely: Mapping[str, Places] | None = None) -> tuple[Neighbours, dict[str, Places]]:
        return Neighbours.fit(directions, points[those], {name: truth[those] for name, truth in truths.items()}, likely)

    found = {name: np.zeros(len(chosen)) for name in truths}
    supported = {name: np.zeros(len(chosen), dtype=bool) for name in truths}
    for train, held in splits:
        those, asked = train[chosen[train]], held[chosen[held]]
        unseen, supports = fitted(those)
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            scores = unseen.scores(embeddings[some])
            for at, name in enumerate(truths):
                found[name][some] = scores[:, at]
        for name, places in supports.items():
            supported[name][those[places]] = True
    everything = np.flatnonzero(chosen)
    likely = {name: np.flatnonzero(each[everything]) for name, each in supported.items()}
    return fitted(everything, likely)[0], found


def _scores(rows: Any, truth: Flags, clean: Flags, splits: Sequence[Split]) -> Scores:
    """Return what regressions that have not seen its fold say of every example."""
    scores = np.zeros(len(truth))
    for train, held in splits:
        scores[held] = Regression.fit(rows[train], truth[train], clean[train]).scores(rows[held])
    return scores


def _three(values: Sequence[float]) -> Calibration:
    a, b, c = (float(value) for value in values)
    return a, b, c


def _voice(example: Example) -> str:
    """Return the group that calibration keeps together: the file, or a part of it where a file holds no crisis."""
    if example.tier != "T0":
        return example.source
    part = int(hashlib.sha256(example.text.encode()).hexdigest(), 16) % PARTS
    return f"{example.source} {part}"


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, value))))

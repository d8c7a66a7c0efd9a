"""The learned half: which examples a message lies close to, and one reading for several parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.svm import SVC

from components.embedding_store import embed_examples
from knowledge.safety import SafetyRules, training_examples
from knowledge.safety.classifier import NEAR, QUESTIONS, Classifier, ClassifierError, Seen, _neighbours
from knowledge.safety.neighbours import COST, GAMMA, KEPT, Directions, Neighbours

TEXTS = ["I want to kill myself", "quiero matarme", "what is the psoas", "mi hija no respira", ""]


@pytest.fixture(scope="module")
def trained(rules: SafetyRules) -> Classifier:
    """Trained on every tenth example: enough to compare its own readings with each other."""
    examples = [example for example in training_examples() if not example.slips][::10]
    return Classifier.train(examples, rules.read, embed_examples, rules.features)


@pytest.fixture(scope="module")
def seen(rules: SafetyRules) -> list[Seen]:
    return [Seen(*rules.read(text), row) for text, row in zip(TEXTS, embed_examples(TEXTS), strict=True)]


def test_several_parts_read_at_once_are_believed_what_each_is_alone(trained: Classifier, seen: list[Seen]) -> None:
    together = trained.probabilities(seen)
    alone = [trained.probabilities([each])[0] for each in seen]
    assert [set(belief) for belief in together] == [set(QUESTIONS)] * len(seen)
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_neighbours_are_asked_about_english_alone(
    trained: Classifier, seen: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trained.probabilities(seen)
    monkeypatch.setattr(Neighbours, "scores", lambda _, rows: np.full((len(rows), len(NEAR)), 50.0, dtype=np.float32))
    after = trained.probabilities(seen)
    for each, one, other in zip(seen, before, after, strict=True):
        changed = [question for question in NEAR if one[question] != pytest.approx(other[question], abs=1e-6)]
        assert changed == (list(NEAR) if each.words.lang == "en" else [])


def test_no_parts_are_believed_nothing(trained: Classifier) -> None:
    assert trained.probabilities([]) == []


def test_a_classifier_that_was_stored_believes_the_same(
    trained: Classifier, seen: list[Seen], rules: SafetyRules, tmp_path: Path
) -> None:
    trained.save(tmp_path)
    assert Classifier.load(tmp_path, rules.features).probabilities(seen) == trained.probabilities(seen)


@pytest.mark.parametrize("name", ["near_vectors", "near_weights", "middle", "axes", "weights", "bias"])
def test_numbers_of_another_width_or_that_are_none_are_refused(
    trained: Classifier, rules: SafetyRules, tmp_path: Path, name: str
) -> None:
    trained.save(tmp_path)
    with np.load(tmp_path / "classifier.npz") as stored:
        parts = dict(stored)
    for broken in (parts[name][..., :-1], np.full_like(parts[name], np.nan)):
        np.savez(tmp_path / "classifier.npz", **{**parts, name: broken})
        with pytest.raises(ClassifierError):
            Classifier.load(tmp_path, rules.features)


def test_a_classifier_of_an_older_format_is_refused(trained: Classifier, rules: SafetyRules, tmp_path: Path) -> None:
    trained.save(tmp_path)
    meta = json.loads((tmp_path / "classifier.json").read_text())
    (tmp_path / "classifier.json").write_text(json.dumps({**meta, "format": meta["format"] - 1}))
    with pytest.raises(ClassifierError, match="another make"):
        Classifier.load(tmp_path, rules.features)


def test_training_again_on_the_same_examples_gives_the_same_belief(
    trained: Classifier, seen: list[Seen], rules: SafetyRules
) -> None:
    examples = [example for example in training_examples() if not example.slips][::10]
    again = Classifier.train(examples, rules.read, embed_examples, rules.features)
    for one, other in zip(trained.probabilities(seen), again.probabilities(seen), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def _circle(count: int) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([np.cos(turn), np.sin(turn)]).astype(np.float32)


def test_the_likeness_of_two_texts_falls_with_their_distance() -> None:
    as_they_lie = Directions(np.zeros(2, dtype=np.float32), np.eye(2, dtype=np.float32))
    one = Neighbours(as_they_lie, _circle(8)[:1], np.array([[2.0]], dtype=np.float32), np.array([0.5], np.float32))
    distances = np.linalg.norm(_circle(8) - _circle(8)[0], axis=1)
    assert np.allclose(one.scores(_circle(8))[:, 0], 2.0 * np.exp(-GAMMA * distances**2) + 0.5, atol=0.03)


def test_the_directions_in_which_examples_differ_are_kept_and_those_in_which_they_do_not_are_left_out() -> None:
    lots = np.random.default_rng(3)
    rows = np.zeros((400, 384), dtype=np.float32)
    rows[:, :KEPT] = lots.normal(size=(400, KEPT))
    rows[:, KEPT:] = 5.0  # the same for all
    points = Directions.fit(rows).of(rows)
    assert points.shape == (400, KEPT)
    assert np.allclose(np.linalg.norm(points, axis=1), 1.0, atol=1e-5)
    centred = rows - rows.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(points @ points.T, centred @ centred.T, atol=1e-4)


def test_a_text_in_the_middle_of_all_others_is_no_number_that_is_none() -> None:
    rows = np.random.default_rng(3).normal(size=(400, 384)).astype(np.float32)
    directions = Directions.fit(rows)
    assert np.isfinite(directions.of(directions.middle[None])).all()


def test_neighbours_side_with_the_examples_around_a_point() -> None:
    points = _circle(40)
    east = points[:, 0] > 0.0
    as_they_lie = Directions(np.zeros(2, dtype=np.float32), np.eye(2, dtype=np.float32))
    neighbours, supports = Neighbours.fit(as_they_lie, points, {"east": east, "west": ~east})
    assert set(supports) == {"east", "west"}
    scores = neighbours.scores(np.array([[1, 0], [-1, 0]], dtype=np.float32))
    assert (scores[:, 0] > 0).tolist() == [True, False]
    assert (scores[:, 1] > 0).tolist() == [False, True]


@pytest.mark.parametrize("likely", [None, np.array([0, 1, 2, 3])])
def test_machines_that_learn_from_few_examples_say_what_one_that_learned_from_all_says(
    likely: npt.NDArray[np.intp] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.safety.neighbours.FIRST", 40)
    monkeypatch.setattr("knowledge.safety.neighbours.AMISS", 0.0)
    dice = np.random.default_rng(3)
    points = dice.normal(size=(900, 8)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    truth = points[:, 0] + 0.3 * dice.normal(size=900) > 0.4
    truth[:2] = [True, False]
    as_they_lie = Directions(np.zeros(8, dtype=np.float32), np.eye(8, dtype=np.float32))
    places = None if likely is None else {"right": likely}
    few, supports = Neighbours.fit(as_they_lie, points, {"right": truth}, places)
    everything = SVC(C=COST, gamma=GAMMA, class_weight="balanced", tol=1e-3).fit(points, truth)
    likeness = np.exp(2.0 * GAMMA * (points @ few.vectors.T - 1.0))
    exactly = (likeness @ few.weights.T + few.bias)[:, 0]
    assert np.allclose(exactly, everything.decision_function(points), atol=0.1)
    in_whole_numbers = few.scores(points)[:, 0]
    assert np.corrcoef(in_whole_numbers, exactly)[0, 1] > 0.99
    assert np.abs(in_whole_numbers - exactly).mean() < 0.1 * exactly.std()
    assert set(supports["right"]) == set(np.flatnonzero(np.isin(points, few.vectors).all(axis=1)))


def test_what_calibration_reads_comes_from_neighbours_that_have_not_seen_it() -> None:
    rows = np.random.default_rng(3).normal(size=(600, 384)).astype(np.float32)
    rows[:, 0] += np.where(np.arange(600) % 2, 30.0, -30.0)
    truth = rows[:, 0] > 0
    train, held = np.arange(400), np.arange(400, 600)
    truth[held] = ~truth[held]  # who had seen these would side with them
    chosen = np.arange(600) != 500
    _, near = _neighbours(rows, {"odd": truth}, [(train, held)], chosen)
    assert ((near["odd"] > 0) == ~truth)[held][chosen[held]].all()
    assert near["odd"][500] == 0  # a badly typed copy, or one in Spanish

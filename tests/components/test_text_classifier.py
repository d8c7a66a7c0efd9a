from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from components.embedding import DIMENSIONS
from components.text_classifier import NGRAM_DIRECTIONS, NGRAM_FEATURES, Array, TextClassifier

LABELS = ["ask/hips", "ask/neck", "reply/thanks"]
WORDS = {
    "ask/hips": ["hips", "psoas", "pelvis", "thigh"],
    "ask/neck": ["neck", "shoulder", "nape", "collar"],
    "reply/thanks": ["thanks", "cheers", "grateful", "appreciate"],
}


def vectors(texts: list[str]) -> Array:
    """Stand in for the embedding: a direction a label, and some noise of the text's own."""
    rows = []
    for text in texts:
        noise = np.random.default_rng(len(text) * 7 + ord(text[-1])).normal(size=DIMENSIONS) * 0.02
        for at, label in enumerate(LABELS):
            noise[at] += sum(word in text for word in WORDS[label])
        rows.append(noise / np.linalg.norm(noise))
    return np.array(rows, dtype=np.float32)


TEXTS = [
    f"{start} {word} {number}"
    for label in LABELS
    for word in WORDS[label]
    for start in ("my", "the", "about", "so,", "hm")
    for number in range(4)
]
OWNERS = [label for label in LABELS for _ in range(len(TEXTS) // len(LABELS))]


@pytest.fixture(scope="module")
def classifier() -> TextClassifier:
    assert len(TEXTS) > NGRAM_DIRECTIONS
    return TextClassifier.fit(TEXTS, vectors(TEXTS), OWNERS)


NEW = ["why does my psoas hurt", "stiff neck again", "many thanks", "x"]


def test_it_learns_what_it_was_shown(classifier: TextClassifier) -> None:
    shares = classifier.probabilities(TEXTS, vectors(TEXTS))
    found = [classifier.labels[at] for at in shares.argmax(axis=1)]
    assert np.mean([one == other for one, other in zip(found, OWNERS, strict=True)]) > 0.99


def test_it_recognises_what_it_was_not_shown(classifier: TextClassifier) -> None:
    shares = classifier.probabilities(NEW[:3], vectors(NEW[:3]))
    assert [classifier.labels[at] for at in shares.argmax(axis=1)] == LABELS


def test_shares_add_up_to_one(classifier: TextClassifier) -> None:
    shares = classifier.probabilities(NEW, vectors(NEW))
    assert shares.shape == (len(NEW), len(LABELS))
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-5)
    assert (shares >= 0).all()


def test_very_certain_scores_stay_numbers(classifier: TextClassifier) -> None:
    shares = classifier.probabilities(NEW, vectors(NEW) * 10_000)
    assert np.isfinite(shares).all()


def test_the_arrays_have_the_shapes_that_are_promised(classifier: TextClassifier) -> None:
    assert classifier.directions.shape == (NGRAM_FEATURES, NGRAM_DIRECTIONS)
    assert classifier.weights.shape == (DIMENSIONS + NGRAM_DIRECTIONS, len(LABELS))
    assert classifier.bias.shape == (len(LABELS),)
    assert classifier.examples.shape == (len(TEXTS), DIMENSIONS)
    assert {classifier.labels[owner] for owner in classifier.owners} == set(LABELS)


def test_fitting_twice_gives_the_same_numbers(classifier: TextClassifier) -> None:
    again = TextClassifier.fit(TEXTS, vectors(TEXTS), OWNERS)
    assert np.allclose(again.probabilities(NEW, vectors(NEW)), classifier.probabilities(NEW, vectors(NEW)), atol=1e-5)


def test_likeness_is_the_cosine_with_the_nearest_example_of_the_label(classifier: TextClassifier) -> None:
    own = vectors([TEXTS[0]])[0]
    assert classifier.likeness(own, OWNERS[0]) == pytest.approx(1.0, abs=1e-5)
    assert classifier.likeness(own, "reply/thanks") < 0.5


# On disk


def test_a_saved_classifier_gives_the_same_numbers(classifier: TextClassifier, tmp_path: Path) -> None:
    path = tmp_path / "classifier.npz"
    classifier.save(path)
    loaded = TextClassifier.load(path)
    assert loaded.labels == classifier.labels
    rows = vectors(NEW)
    assert np.array_equal(loaded.probabilities(NEW, rows), classifier.probabilities(NEW, rows))
    assert loaded.likeness(rows[0], "ask/hips") == classifier.likeness(rows[0], "ask/hips")


def test_the_file_holds_plain_arrays_and_no_pickle(classifier: TextClassifier, tmp_path: Path) -> None:
    path = tmp_path / "classifier.npz"
    classifier.save(path)
    with np.load(path, allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_a_file_with_a_pickle_inside_is_refused_and_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (ran,)

    path = tmp_path / "classifier.npz"
    np.savez(path, labels=np.array([Trap()], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        TextClassifier.load(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match="pickle"):
        TextClassifier.load(path)
    assert not ran.exists()


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(classifier: TextClassifier, tmp_path: Path, kept: float) -> None:
    path = tmp_path / "classifier.npz"
    classifier.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises((OSError, KeyError, ValueError)):
        TextClassifier.load(path)


def test_a_file_with_changed_bytes_is_refused(classifier: TextClassifier, tmp_path: Path) -> None:
    path = tmp_path / "classifier.npz"
    classifier.save(path)
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 0xFF
    path.write_bytes(changed)
    with pytest.raises(ValueError, match="train again"):
        TextClassifier.load(path)


def test_a_file_without_all_arrays_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "classifier.npz"
    np.savez(path, labels=np.array(LABELS))
    with pytest.raises(KeyError):
        TextClassifier.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TextClassifier.load(tmp_path / "gone.npz")

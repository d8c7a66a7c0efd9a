from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from components.check_in_guess import Guesses, load_examples
from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import Said

CHECK_IN = load_check_in()
ROW = np.zeros(384, dtype=np.float32)


class Believes:
    """A classifier that believes what it is told: shares and cosines by label."""

    def __init__(self, shares: dict[str, float], likeness: float = 0.9) -> None:
        self.labels = list(shares)
        self._shares = np.array([list(shares.values())], dtype=np.float32)
        self._likeness = likeness

    def probabilities(self, texts: Any, embeddings: Any) -> Any:
        return self._shares

    def likeness(self, embedding: Any, label: str) -> float:
        return self._likeness


def guess(question: str, shares: dict[str, float], likeness: float = 0.9) -> Any:
    guesses = Guesses(CHECK_IN, Believes(shares, likeness))  # type: ignore[arg-type]
    return guesses.guess(CHECK_IN.question(question), "some words", ROW)


def test_the_likeliest_answer_of_the_open_question_is_taken() -> None:
    assert guess("where", {"where/jaw": 0.4, "where/neck": 0.1, "impact/a_lot": 0.5}) == Said(
        "answer", ("jaw",), "where"
    )


def test_ways_around_an_answer_are_guessed_in_every_question() -> None:
    assert guess("where", {"any/skip": 0.8, "where/jaw": 0.2}) == Said("skip")
    assert guess("where", {"any/stop": 0.8, "where/jaw": 0.2}) == "stop"


@pytest.mark.parametrize(
    "shares", [{"where/jaw": 0.4, "where/neck": 0.35, "where/hips": 0.25}, {"where/unclear": 0.9, "where/jaw": 0.1}]
)
def test_what_is_not_sure_is_not_taken(shares: dict[str, float]) -> None:
    assert guess("where", shares) is None


def test_what_is_unlike_every_example_is_not_taken() -> None:
    assert guess("where", {"where/jaw": 0.99, "where/neck": 0.01}, likeness=0.4) is None


@pytest.mark.parametrize("question", [each.id for each in CHECK_IN.questions if each.red_flag])
def test_a_red_flag_is_never_guessed_to_be_none(question: str) -> None:
    assert guess(question, {f"{question}/none": 0.999, f"{question}/unclear": 0.001}, likeness=1.0) is None


def test_a_sign_for_care_at_once_must_be_surer() -> None:
    assert guess("now", {"now/chest": 0.55, "now/none": 0.45}) is None
    assert guess("now", {"now/chest": 0.65, "now/none": 0.35}) == Said("answer", ("chest",), "now")
    assert guess("now", {"now/chest": 0.65, "now/none": 0.35}, likeness=0.55) is None


def test_every_example_names_a_question_and_a_choice_that_are_there() -> None:
    texts, labels = load_examples(CHECK_IN)
    assert len(texts) == len(labels) > 700


@pytest.mark.parametrize(
    "raw", [{"elbow": {"left": ["my elbow"]}}, {"where": {"elbow": ["my elbow"]}}, {"any": {"dance": ["hop"]}}]
)
def test_an_example_of_an_unknown_choice_is_refused(tmp_path: Path, raw: Any) -> None:
    path = tmp_path / "examples.yml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(KeyError):
        load_examples(CHECK_IN, path)

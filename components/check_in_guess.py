"""What an answer most likely means where no phrase of data/check_in.yml fits: learned from data/check_in_examples.yml.

The classifier of the cards, fitted on answers by question. It never takes a red flag for "none": what is not plainly
said there is asked again. Numbers and arrays in, an answer out; Rasa's side is `components.check_in_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import yaml

from components.text_classifier import Array, TextClassifier
from knowledge import places
from knowledge.check_in.content import CheckIn, Question
from knowledge.check_in.course import Move, Said

EXAMPLES = places.DATA / "check_in_examples.yml"
#: The group of what is said in every question, and the meaning that must be asked again.
ANY = "any"
UNCLEAR = "unclear"
#: Least share of 1 among what the open question may be answered with, and least cosine with the nearest example.
SHARE = 0.5
LIKENESS = 0.5
#: The same for a sign that leads to care at once: a slip must not frighten.
URGENT_SHARE = 0.6
URGENT_LIKENESS = 0.6
URGENT = ("crisis", "A", "B")


@dataclass(frozen=True)
class Guesses:
    """A fitted classifier over labels such as `where/jaw` and `any/skip`."""

    check_in: CheckIn
    classifier: TextClassifier

    @classmethod
    def fit(cls, check_in: CheckIn, embed: Callable[[Sequence[str]], Array]) -> Guesses:
        """Fit on the examples. Raises OSError when there are none, KeyError for an unknown question or choice."""
        texts, labels = load_examples(check_in)
        return cls(check_in, TextClassifier.fit(texts, embed(texts), labels))

    def guess(self, question: Question, text: str, embedding: Array) -> Said | Literal["stop"] | None:
        """Return what a text answers in an open question, or None when it is not sure enough."""
        shares = self.classifier.probabilities([text], embedding[None, :])[0]
        possible = {
            label: float(share)
            for label, share in zip(self.classifier.labels, shares, strict=True)
            if label.split("/")[0] in (question.id, ANY)
        }
        label = max(possible, key=lambda each: possible[each])
        share = possible[label] / sum(possible.values())
        group, _, meaning = label.partition("/")
        likeness = self.classifier.likeness(embedding, label)
        if meaning == UNCLEAR or share < SHARE or likeness < LIKENESS:
            return None
        if group == ANY:
            return "stop" if meaning == "stop" else Said(cast(Move, meaning))
        choice = question.choice(meaning)
        if question.red_flag and choice.only:
            return None
        if choice.effect in URGENT and (share < URGENT_SHARE or likeness < URGENT_LIKENESS):
            return None
        return Said("answer", (meaning,), question.id)


def load_examples(check_in: CheckIn, path: Path = EXAMPLES) -> tuple[list[str], list[str]]:
    """Return texts and their labels. Raises KeyError for a question or a choice that is not there."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts: list[str] = []
    labels: list[str] = []
    for group, meanings in raw.items():
        for meaning, examples in meanings.items():
            if group == ANY:
                check_in.controls[meaning]
            elif meaning != UNCLEAR:
                check_in.question(group).choice(meaning)
            texts += [str(each) for each in examples]
            labels += [f"{group}/{meaning}"] * len(examples)
    return texts, labels

"""Cross-validation: every example of the cards is read by an understanding that has not seen it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bench import outcome
from bench.figures import Figure, other_card
from bench.fitting import fit
from bench.outcome import Outcome, Said, said
from bench.rows import Examples
from components.embedding_store import embed_examples
from components.routing import Context
from components.understanding import Understanding

Progress = Callable[[str], None]


@dataclass(frozen=True)
class CrossValidation:
    """For each example its label and what was said to it; a follow-up is read with a card on the table."""

    labels: list[str]
    said: list[Said]

    def by_label(self) -> dict[str, Figure]:
        """Return for each label how many of its examples had it as the most likely one."""
        counts: dict[str, list[bool]] = defaultdict(list)
        for label, it in zip(self.labels, self.said, strict=True):
            counts[label].append(it.label == label)
        return {label: Figure(sum(rights), len(rights)) for label, rights in counts.items()}

    def confusions(self) -> dict[tuple[str, str], int]:
        """Return how often one label was taken for another."""
        return Counter((label, it.label) for label, it in zip(self.labels, self.said, strict=True) if label != it.label)

    def figures(self, cards: Collection[str], off_topic: Collection[str]) -> dict[str, Figure]:
        """Return the figures; `cards` are the health cards, `off_topic` the replies for what is no topic of ours."""
        rows = [(label.partition("/"), it) for label, it in zip(self.labels, self.said, strict=True)]
        asks = [outcome.of_question(it, {each}) for (intent, _, each), it in rows if intent == "ask"]
        follow_ups = [it.aspect for (intent, _, _), it in rows if intent == "follow_up"]
        others = [outcome.of_off_topic(it, cards) for (_, _, each), it in rows if each in off_topic]
        exact = [label == it.label for label, it in zip(self.labels, self.said, strict=True)]
        return {
            "cards.accuracy": Figure(sum(exact), len(exact)),
            "cards.understood": Figure(sum(each in (Outcome.ANSWERED, Outcome.OFFERED) for each in asks), len(asks)),
            "cards.answered": Figure(asks.count(Outcome.ANSWERED), len(asks)),
            "cards.wrong": Figure(asks.count(Outcome.WRONG), len(asks)),
            "cards.follow_ups": Figure(sum(each is not None for each in follow_ups), len(follow_ups)),
            "cards.off_topic": Figure(others.count(Outcome.WRONG), len(others)),
        }


def cross_validate(
    ours: Understanding, examples: Examples, cards: Collection[str], folds: int, progress: Progress
) -> CrossValidation:
    """Read each example with the numbers of `ours` and a classifier fitted on the other folds."""
    fold = fold_of(examples.labels, folds)
    found: list[Said] = [Said()] * len(examples.texts)
    embeddings = embed_examples(examples.texts)
    for each in range(folds):
        progress(f"fold {each + 1} of {folds}")
        unseeing = replace(ours, classifier=fit(examples, np.flatnonzero(fold != each)))
        for at in np.flatnonzero(fold == each):
            follows = examples.labels[at].startswith("follow_up/")
            context = Context(topic=other_card(cards, (), int(at)) if follows else None)
            reading = unseeing.read(examples.texts[at], context, embeddings[at])
            found[at] = said(reading.decision, *reading.ranking[0])
    return CrossValidation(examples.labels, found)


def fold_of(labels: Sequence[str], folds: int) -> npt.NDArray[np.int64]:
    """Return the fold of each example: within a label they are dealt round, in a fixed shuffled order."""
    order = np.random.default_rng(0).permutation(len(labels))
    dealt: dict[str, int] = defaultdict(int)
    fold = np.zeros(len(labels), dtype=np.int64)
    for at in order:
        fold[at] = dealt[labels[at]] % folds
        dealt[labels[at]] += 1
    return fold

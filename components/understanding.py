"""Understanding: a fitted classifier, the thresholds and the body areas, put together to read one message.

It knows nothing of Rasa: the pipeline (`components.card_classifier`) and the measurements (bench/) read messages with
the same lines of code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from components.embedding import VOCABULARY
from components.routing import Context, Decision, Numbers, Ranking, decide, in_context, split_questions
from components.spelling import Spelling, word_counts
from components.text_classifier import Array, TextClassifier
from knowledge import places

#: Turns texts into unit vectors, one row a text: `SentenceEmbedding.embed`.
Embed = Callable[[Sequence[str]], Array]
#: The one card whose examples are in another language.
FOREIGN = "reply/spanish"


@dataclass(frozen=True)
class Reading:
    """What was understood: the decision, and the ranking and likeness that it rests on."""

    decision: Decision
    ranking: Ranking
    likeness: float


@dataclass(frozen=True)
class Understanding:
    """Reads messages. `areas` maps a word for a body area to the card about it; `spelling` mends slips first."""

    classifier: TextClassifier
    numbers: Numbers
    areas: dict[str, str]
    embed: Embed
    spelling: Spelling

    def read(self, text: str, context: Context, embedding: Array | None = None) -> Reading:
        """Return what `text` asks where the conversation stands; its `embedding` is computed when not given."""
        typed, text = text, self.spelling.mended(text)
        row = self.embed([text])[0] if embedding is None or text != typed else embedding
        ranking = in_context(self._rankings([text], row[None, :])[0], context, self.numbers)
        likeness = self.classifier.likeness(row, ranking[0][0])
        parts = split_questions(text)
        part_rankings = self._rankings(parts, self.embed(parts)) if len(parts) > 1 else []
        decision = decide(text, ranking, likeness, part_rankings, context, self.numbers, self.areas)
        return Reading(decision, ranking, likeness)

    def _rankings(self, texts: Sequence[str], embeddings: Array) -> list[list[tuple[str, float]]]:
        labels = self.classifier.labels
        shares = self.classifier.probabilities(texts, embeddings)
        return [[(labels[at], float(row[at])) for at in np.argsort(-row)] for row in shares]


def learn_spelling(texts: Sequence[str], labels: Sequence[str]) -> Spelling:
    """Return the spelling of the examples `texts`, with one label each."""
    pairs = list(zip(texts, labels, strict=True))
    ours = word_counts(text for text, label in pairs if label != FOREIGN)
    return Spelling(ours, load_dictionary(), word_counts(text for text, label in pairs if label == FOREIGN))


def load_dictionary(path: Path = VOCABULARY) -> Callable[[str], bool]:
    """Return what tells whether a word, in small letters, is one: the embedding reads it as one piece.

    Pieces of words begin with "##".
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if len(line) > 1 and line.isalpha()).__contains__


def load_numbers(path: Path = places.DATA / "understanding.yml") -> Numbers:
    """Read the thresholds. Raises TypeError when one is missing or unknown."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = {name: tuple(raw[name]) for name in ("off_topic_replies", "never_offered")}
    return Numbers(**{**raw, **lists})


def load_areas(path: Path = places.DATA / "areas.yml") -> dict[str, str]:
    """Return the card for each word that names a body area."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {word: card for card, words in raw.items() for word in words}

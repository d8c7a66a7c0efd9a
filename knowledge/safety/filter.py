"""The safety filter as one pure object: a text, its embedding and what is known of the conversation in, an Assessment out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.safety.answers import Answers
from knowledge.safety.assessment import Assessment, Context, Footer, Tier
from knowledge.safety.classifier import Classifier, Example, Matrix, label_of
from knowledge.safety.data import (
    DATA,
    SAFETY,
    card_questions,
    example_blocks,
    known_english,
    phrase_rules,
    read_values,
    read_words,
)
from knowledge.safety.normalise import Normaliser, Words
from knowledge.safety.rules import Reading, Rules
from knowledge.safety.table import Table, Verdict

#: The kind that is named when the classifier alone decided.
_GROUP_KIND = {"crisis": "self", "abuse": "abuse", "emergency": "emergency", "today": "same_day", "passive": "self"}


class SafetyRules:
    """Everything that needs no training: normaliser, rules, table, answers. Reads data/safety once."""

    def __init__(self, folder: Path = SAFETY) -> None:
        lists = read_words(folder / "words.yml")
        spelling = read_words(folder / "spelling.yml")
        rules, exemptions = phrase_rules(folder)
        self.rules = Rules(lists, read_words(folder / "cues.yml"), rules, exemptions, dropped=spelling["dropped"])
        self.answers = Answers(read_words(folder / "answers.yml"), lists, dropped=spelling["dropped"])
        self.table = Table(read_values(folder / "table.yml"))
        self.normaliser = Normaliser(spelling, self.rules.vocabulary | self.answers.vocabulary, known_english())


class SafetyFilter:
    """Rules and, when given, the classifier. `assess` never keeps anything of a message."""

    def __init__(self, rules: SafetyRules, classifier: Classifier | None) -> None:
        self._rules = rules
        self._classifier = classifier

    def assess(
        self, text: str, embedding: Matrix | None = None, context: Context | Mapping[str, Any] | None = None
    ) -> Assessment:
        """Return what one message means for safety.

        `embedding` is its row of 384 float32 of length 1 (None: rules only). `context` is a Context or a mapping
        {"asked": None | "t3" | "right_now", "pinned": tier or None, "state": form name or None}.
        """
        known = context if isinstance(context, Context) else Context.from_mapping(context or {})
        words = self._rules.normaliser(text, known.language)
        reading = self._rules.rules.read(words)
        probability: dict[str, float] | None = None
        if self._classifier is not None and embedding is not None and words.words:
            probability = self._classifier.probabilities(words, np.asarray(embedding, dtype=np.float32))
        verdict = self._rules.table.join(reading, probability)
        if known.asked is not None:
            answered = self._answer(words, reading, verdict, known)
            if answered is not None:
                return answered
        return _assessment(verdict, words.lang, probability or {})

    def _answer(self, words: Words, reading: Reading, verdict: Verdict, known: Context) -> Assessment | None:
        """The message as an answer to our question; None where it stands for itself."""
        if verdict.outcome in ("T1", "T2", "M1"):
            return None
        reply = self._rules.answers.read(words)
        why = (f"answer:{reply}",)
        if known.asked == "t3":
            denied = any(finding.state == "negated" for finding in reading.findings)
            if denied and reply == "other":
                reply = "no"
            if reply == "no" and verdict.outcome in ("none", "crisis_footer", "emergency_footer"):
                return Assessment(
                    kind=known.kind or "self",
                    lang=words.lang,
                    footer="crisis_footer",
                    answer="no",
                    asked="t3",
                    by="answer",
                    why=why,
                )
            if reply in ("yes", "unclear") and verdict.outcome not in ("M2", "M_ask"):
                return Assessment(
                    "T2", known.kind or "self", words.lang, answer="yes", asked="t3", by="answer", why=why
                )
            if verdict.outcome == "none":
                return Assessment(lang=words.lang, footer="crisis_footer", by="answer", why=why)
            return None
        kind = known.kind or "chest_or_breath"
        if verdict.outcome == "M_ask" and reply != "no":
            reply = "unclear"
        if reply in ("yes", "unclear"):
            return Assessment("M1", kind, words.lang, answer="yes", asked="right_now", by="answer", why=why)
        if reply == "no" and verdict.outcome in ("none", "M_ask", "emergency_footer"):
            return Assessment(
                kind=kind,
                lang=words.lang,
                footer="emergency_footer",
                answer="no",
                asked="right_now",
                by="answer",
                why=why,
            )
        if verdict.outcome == "none":
            return Assessment(lang=words.lang, footer="emergency_footer", by="answer", why=why)
        return None


def _assessment(verdict: Verdict, lang: str, probability: Mapping[str, float]) -> Assessment:
    kind = _GROUP_KIND.get(verdict.kind, verdict.kind)
    outcome = verdict.outcome
    if outcome == "M_ask":
        return Assessment("M1", kind, lang, ask="right_now", by=verdict.by, why=verdict.why, probability=probability)
    footers: dict[str, Footer] = {"crisis_footer": "crisis_footer", "emergency_footer": "emergency_footer"}
    if outcome in footers:
        return Assessment(
            "T0", kind, lang, footer=footers[outcome], by=verdict.by, why=verdict.why, probability=probability
        )
    if outcome == "none":
        return Assessment("T0", "none", lang, by=verdict.by, why=verdict.why, probability=probability)
    tier: Tier = outcome  # type: ignore[assignment]
    return Assessment(
        tier, kind, lang, ask="t3" if tier == "T3" else None, by=verdict.by, why=verdict.why, probability=probability
    )


def training_examples(data: Path = DATA) -> list[Example]:
    """Return every example the classifier learns from: data/safety/examples, the rules' own sentences, card questions as T0."""
    examples: list[Example] = []
    for source, block in example_blocks(data / "safety" / "examples"):
        tier, kind = str(block["tier"]), str(block["kind"])
        examples.extend(
            Example(str(text), label_of(tier, kind), str(block["lang"]), source, tier, kind) for text in block["texts"]
        )
    rules, exemptions = phrase_rules(data / "safety")
    for rule in rules:
        tier, kind = str(rule["tier"]), str(rule["kind"])
        examples.extend(
            Example(str(text), label_of(tier, kind), "", "phrases", tier, kind) for text in rule.get("catches") or ()
        )
        examples.extend(Example(str(text), "none", "en", "phrases", "T0", "trap") for text in rule.get("spares") or ())
    for rule in exemptions:
        examples.extend(Example(str(text), "none", "en", "phrases", "T0", "trap") for text in rule.get("catches") or ())
    examples.extend(Example(text, "none", lang, source, "T0", "card") for source, lang, text in card_questions(data))
    return examples


def train_classifier(embed: Callable[[Sequence[str]], Matrix], rules: SafetyRules, data: Path = DATA) -> Classifier:
    """Fit the classifier on the project's own examples."""
    return Classifier.train(training_examples(data), embed, rules.normaliser)

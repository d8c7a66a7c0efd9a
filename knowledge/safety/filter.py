"""The safety filter as one pure object: a text, its embedding and what the conversation knows in, an Assessment out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from knowledge.safety.answers import Answers
from knowledge.safety.assessment import Assessment, Context, Footer, Tier
from knowledge.safety.classifier import Classifier, Example, Seen
from knowledge.safety.clauses import clauses
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
from knowledge.safety.features import Concepts, Features, Matrix
from knowledge.safety.normalise import Normaliser, Words
from knowledge.safety.rules import Reading, Rules
from knowledge.safety.slips import misspell
from knowledge.safety.table import Table, Verdict

#: From this probability on, the parts of a message are not looked at any more.
SETTLED = 0.9
#: What the odds of a part of a message are divided by: alone, a part is easier to mistake.
PART_DISCOUNT = 1.3
#: What "no, nothing like that" comes to where the check-in has just asked for signs: it is an answer.
NO_CONCERN = Verdict("none", "none", "none", ())
#: Outcomes beside which a no to the T3 question stands.
HARMLESS = ("none", "crisis_footer", "emergency_footer")
#: Names of the classifier's outcome where it decided alone, for questions about the body.
_KINDS = {"emergency": "emergency", "today": "same_day"}


class Sentence(Protocol):
    """A text as the embedding reads it: a row of 384 float32 of length 1 for all of it, and one for each part."""

    @property
    def row(self) -> Matrix:
        """The row of the whole; may wait until the text has been read."""

    def parts(self, parts: Sequence[str]) -> Matrix:
        """Return one row for each part, given in the order in which they stand in the text."""


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
        self.features = Features(Concepts(read_words(folder / "concepts.yml")))

    def read(self, text: str, language: str | None = None) -> tuple[Words, Reading]:
        """Return the plain words of a message and what the rules find in them."""
        words = self.normaliser(text, language)
        return words, self.rules.read(words)


class SafetyFilter:
    """Rules and, when given, the classifier. `assess` never keeps anything of a message."""

    def __init__(self, rules: SafetyRules, classifier: Classifier | None) -> None:
        self._rules = rules
        self._classifier = classifier

    def assess(
        self,
        text: str,
        sentence: Sentence | None = None,
        context: Context | Mapping[str, Any] | None = None,
    ) -> Assessment:
        """Return what one message means for safety.

        `sentence` is the text as the embedding reads it (None: rules only). `context` is a Context or a mapping
        {"asked": None | "t3" | "right_now", "pinned": tier or None, "state": form name or None}.
        """
        known = context if isinstance(context, Context) else Context.from_mapping(context or {})
        words, reading = self._rules.read(text, known.language)
        probability = self.probability(text, words, reading, sentence)
        verdict = self._rules.table.join(reading, probability, words.lang)
        if known.plain_no and _is_only_suspected(verdict, reading):
            verdict = NO_CONCERN
        if known.asked is not None:
            answered = self._answer(words, reading, verdict, known)
            if answered is not None:
                return answered
        elif _answers_late(words, reading, verdict, known):
            return _denied(words.lang, "self", ("answer:late",))
        return _assessment(verdict, words.lang, probability or {})

    def probability(
        self, text: str, words: Words, reading: Reading, sentence: Sentence | None
    ) -> dict[str, float] | None:
        """Return the classifier's belief; None without one. A part counts a little less than the whole."""
        if self._classifier is None or sentence is None or not words.words:
            return None
        parts = clauses(text)
        read = [self._rules.read(part, words.lang) for part in parts]  # the text itself is read by the model meanwhile
        belief = self._classifier.probabilities([Seen(words, reading, lambda: sentence.row)])[0]
        if not parts or max(belief["crisis"], belief["emergency"]) >= SETTLED:
            return belief
        seen = [Seen(*each, row) for each, row in zip(read, sentence.parts(parts), strict=True) if each[0].words]
        for part in self._classifier.probabilities(seen):
            for question, p in part.items():
                belief[question] = max(belief[question], _discounted(p))
        return belief

    def _answer(self, words: Words, reading: Reading, verdict: Verdict, known: Context) -> Assessment | None:
        """Return the message as an answer to our question; None where it stands for itself."""
        if verdict.outcome in ("T1", "T2", "M1"):
            return None
        reply = self._rules.answers.read(words, known.asked)
        why = (f"answer:{reply}",)
        if known.asked == "t3":
            denied = any(finding.state == "negated" for finding in reading.findings)
            if denied and reply == "other":
                reply = "no"
            if reply == "no" and verdict.outcome in HARMLESS:
                return _denied(words.lang, known.kind or "self", why)
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
    kind = verdict.kind or _learned_kind(probability)
    kind = _KINDS.get(kind, kind)
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


def _answers_late(words: Words, reading: Reading, verdict: Verdict, known: Context) -> bool:
    """Return whether "I'm not suicidal" is said some messages after we asked: it settles the question all the same."""
    denied = any(finding.state == "negated" and finding.tier in ("T1", "T2") for finding in reading.findings)
    is_open = known.pinned == "T3" and known.kind == "self"
    return is_open and denied and not words.question and verdict.outcome in HARMLESS


def _denied(lang: str, kind: str, why: tuple[str, ...]) -> Assessment:
    return Assessment(kind=kind, lang=lang, footer="crisis_footer", answer="no", asked="t3", by="answer", why=why)


def _is_only_suspected(verdict: Verdict, reading: Reading) -> bool:
    """Return whether a message would be asked about (T3) for the classifier's sake alone: no rule spoke at all."""
    return verdict.outcome == "T3" and verdict.by == "classifier" and not reading.findings


def _discounted(probability: float) -> float:
    """Return a part's probability with its odds divided by PART_DISCOUNT."""
    odds = probability / max(1e-9, 1.0 - probability) / PART_DISCOUNT
    return odds / (1.0 + odds)


def _learned_kind(probability: Mapping[str, float]) -> str:
    """Return whom a crisis concerns that only the classifier saw."""
    kinds = {"abuse": "abuse", "other": "other", "harm": "harm_to_others"}
    likeliest = max(kinds, key=lambda name: probability.get(name, 0.0))
    return kinds[likeliest] if probability.get(likeliest, 0.0) >= 0.5 else "self"


def training_examples(data: Path = DATA) -> list[Example]:
    """Return what the classifier learns from: data/safety/examples, the rules' own sentences, card questions as T0."""
    examples: list[Example] = []
    for source, block in example_blocks(data / "safety" / "examples"):
        tier, kind, lang = (str(block[field]) for field in ("tier", "kind", "lang"))
        examples.extend(Example(str(text), tier, kind, lang, source) for text in block["texts"])
    slips = [replace(each, text=misspell(each.text, each.lang), slips=True) for each in examples]
    examples.extend(slips)
    rules, exemptions = phrase_rules(data / "safety")
    for rule in rules:
        tier, kind = str(rule["tier"]), str(rule["kind"])
        if tier != "M_ask":  # that is a question back, not a class
            examples.extend(Example(text, tier, kind, "", "phrases") for text in rule.get("catches") or ())
        examples.extend(Example(text, "T0", "trap", "", "phrases") for text in rule.get("spares") or ())
    for rule in exemptions:
        examples.extend(Example(text, "T0", "trap", "", "phrases") for text in rule.get("catches") or ())
    examples.extend(Example(text, "T0", "card", lang, source) for source, lang, text in card_questions(data))
    return list({example.text: example for example in reversed(examples)}.values())


def train_classifier(embed: Callable[[Sequence[str]], Matrix], rules: SafetyRules, data: Path = DATA) -> Classifier:
    """Fit the classifier on the project's own examples."""
    return Classifier.train(training_examples(data), rules.read, embed, rules.features)

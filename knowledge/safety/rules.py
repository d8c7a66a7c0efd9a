"""The phrase rules: what a message says (phrases*.yml), about whom, when, and whether it is meant (cues.yml).

Pure: words in, findings out. Which tier a finding comes to is table.py.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spacy.tokens import Doc
from spacy.vocab import Vocab

from knowledge.safety.normalise import COMMA, STOP, Words
from knowledge.safety.patterns import Lists, PatternError, Phrases

Who = Literal["self", "other", "addressed", "unknown"]
#: How a phrase is meant, in the order in which the first that holds is taken.
STATES = ("addressed", "negated", "fiction", "general", "history", "past", "joke", "asserted")
#: What a masked idiom or title leaves behind.
MASK = "~"
#: Marks the patterns of a rule that count only when the classifier agrees.
MAYBE = "?"
#: How many words a negation may stand before what it negates.
NEGATION_REACH = 4
_MODIFIERS = frozenset(STATES) - {"asserted"}
_FIELDS = frozenset(
    {"id", "tier", "kind", "kind_other", "keeps", "en", "es", "maybe", "with", "unless", "catches", "spares", "note"}
)


class RuleError(ValueError):
    """A rule that cannot be used: says which and why."""


@dataclass(frozen=True)
class Rule:
    """One rule of phrases*.yml. `keeps` names the states that do not soften it."""

    id: str
    tier: str
    kind: str
    kind_other: str
    keeps: frozenset[str]
    has_with: bool
    has_unless: bool


@dataclass(frozen=True)
class Finding:
    """One rule found in a message.

    `state` is one of STATES, `urgent` tells of now, first-ever or severe words. `sure` is False when only a `maybe`
    pattern was found: then the classifier must agree.
    """

    rule: str
    tier: str
    kind: str
    who: Who
    state: str
    urgent: bool
    sure: bool = True


@dataclass(frozen=True)
class Reading:
    """All that the rules see in one message; `exempt` names idioms and titles that were set aside."""

    findings: tuple[Finding, ...]
    exempt: tuple[str, ...]
    cues: frozenset[str]
    words: tuple[str, ...]

    @property
    def told_as_history(self) -> bool:
        """Whether the message tells of something long ago and settled, calmly, beside a question about a topic."""
        return _told_as_history(self.cues)


class Rules:
    """The compiled rules. Build once; `read` is safe to call from several threads."""

    def __init__(
        self,
        lists: Mapping[str, Sequence[str]],
        cues: Mapping[str, Any],
        rules: Iterable[Mapping[str, Any]],
        exemptions: Iterable[Mapping[str, Any]],
        dropped: Iterable[str] = (),
    ) -> None:
        self._vocab = Vocab()
        named = Lists(lists, dropped)
        self._exemptions = Phrases(self._vocab, named)
        self._phrases = Phrases(self._vocab, named)
        self._extra = Phrases(self._vocab, named)
        self._cues = Phrases(self._vocab, named)
        self.rules: dict[str, Rule] = {}
        for entry in rules:
            self._add(entry)
        for entry in exemptions:
            self._exemptions.add(str(entry["id"]), [*entry.get("en", ()), *entry.get("es", ())])
        for name, patterns in cues["phrases"].items():
            self._cues.add(name, patterns)
        self._history_kinds = frozenset(cues.get("history_kinds") or ())
        self._history_kinds_of_others = frozenset(cues.get("history_kinds_of_others") or ())
        words = cues["words"]
        self._self_words = _flat(named, words["self"])
        self._other_words = _flat(named, words["other"])
        self._addressed_words = _flat(named, words["addressed"])
        self._negations = _flat(named, words["negation"])
        self._not_negating_after = _flat(named, words["not_negating_when_followed_by"])
        self._carriers = _flat(named, words["carries_negation"])
        self._clause_start = _flat(named, words["clause_start"]) | self._self_words | self._other_words
        self._contrast = _flat(named, words["contrast"])

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word the rules know."""
        return frozenset().union(
            self._exemptions.words,
            self._phrases.words,
            self._extra.words,
            self._cues.words,
            self._self_words,
            self._other_words,
            self._negations,
            self._contrast,
        )

    def _add(self, entry: Mapping[str, Any]) -> None:
        unknown = set(entry) - _FIELDS
        keeps = frozenset(entry.get("keeps") or ())
        if unknown or not keeps <= _MODIFIERS or not entry.get("id") or not entry.get("tier"):
            raise RuleError(f"rule {entry.get('id')!r}: fields {sorted(unknown)}, keeps {sorted(keeps - _MODIFIERS)}")
        name = str(entry["id"])
        if name in self.rules:
            raise RuleError(f"rule {name!r} stands twice")
        kind = str(entry["kind"])
        try:
            self._phrases.add(name, [*entry.get("en", ()), *entry.get("es", ())])
            self._phrases.add(f"{name}{MAYBE}", entry.get("maybe") or ())
            for extra in ("with", "unless"):
                if entry.get(extra):
                    self._extra.add(f"{name}:{extra}", entry[extra])
        except PatternError as error:
            raise RuleError(str(error)) from error
        self.rules[name] = Rule(
            name,
            str(entry["tier"]),
            kind,
            str(entry.get("kind_other") or ("other" if kind == "self" else kind)),
            keeps,
            bool(entry.get("with")),
            bool(entry.get("unless")),
        )

    def read(self, message: Words) -> Reading:
        """Return what the rules find in a normalised message."""
        words = list(message.words)
        if not words:
            return Reading((), (), frozenset(), ())
        exempt = self._exemptions.find(self._doc(words), words)
        for spans in exempt.values():
            for start, end in spans:
                words[start:end] = [MASK] * (end - start)
        doc = self._doc(words)
        cues = self._cues.find(doc, words)
        matches = self._phrases.find(doc, words)
        named = {name.removesuffix(MAYBE) for name in matches}
        extra: Mapping[str, Any] = {}
        if any(self.rules[name].has_with or self.rules[name].has_unless for name in named):
            extra = self._extra.find(doc, words)
        findings: set[Finding] = set()
        for name, spans in matches.items():
            rule = self.rules[name.removesuffix(MAYBE)]
            if (rule.has_with and f"{rule.id}:with" not in extra) or f"{rule.id}:unless" in extra:
                continue
            sure = not name.endswith(MAYBE)
            plain = () if sure else matches.get(rule.id, ())
            for span in _apart(spans):
                # Where a plain pattern speaks, the broad one beside it adds nothing but doubt about what is denied.
                if all(span[1] <= start or end <= span[0] for start, end in plain):
                    findings.add(self._finding(rule, span, words, cues, sure))
        order = sorted(findings, key=lambda f: (f.rule, f.state, f.sure))
        return Reading(
            tuple(order),
            tuple(sorted(exempt)),
            frozenset(cues),
            tuple(words),
        )

    def _doc(self, words: Sequence[str]) -> Doc:
        return Doc(self._vocab, words=list(words))

    def _finding(
        self,
        rule: Rule,
        span: tuple[int, int],
        words: Sequence[str],
        cues: Mapping[str, list[tuple[int, int]]],
        sure: bool,
    ) -> Finding:
        low, high = _sentence(span, words)

        def near(name: str) -> bool:
            return any(low <= start and end <= high for start, end in cues.get(name, ()))

        who = "self" if near("about_oneself") else self._who(span, words)
        history = _told_as_history(cues)
        holds = {
            "addressed": who == "addressed",
            "negated": self._negated(span, words),
            "fiction": near("fiction"),
            "general": near("general") and not near("personal"),
            "history": history
            and (rule.kind in self._history_kinds or (who == "other" and rule.kind in self._history_kinds_of_others)),
            "past": history or (near("past") and not near("now")),
            "joke": "joke" in cues and "serious" not in cues,
        }
        state = next((s for s in STATES if holds.get(s) and s not in rule.keeps), "asserted")
        kind = rule.kind_other if who == "other" else rule.kind
        return Finding(rule.id, rule.tier, kind, who, state, "urgent" in cues, sure)

    def _who(self, span: tuple[int, int], words: Sequence[str]) -> Who:
        for index in range(span[1] - 1, -1, -1):
            word = words[index]
            if word in self._self_words:
                return "self"
            if word in self._other_words:
                return "other"
            if word in self._addressed_words:
                return "addressed"
            if word == STOP and index < span[0]:
                break
        return "unknown"

    def _negated(self, span: tuple[int, int], words: Sequence[str]) -> bool:
        for index in range(span[0] - 1, max(-1, span[0] - 1 - NEGATION_REACH), -1):
            word = words[index]
            if word in (STOP, COMMA) or word in self._contrast:
                return False
            if word in self._negations:
                follower = words[index + 1] if index + 1 < len(words) else ""
                between = words[index + 1 : span[0]]
                if word == "no" and follower == "one":  # "no one hits me", but "no one knows that I want to die"
                    return span[0] - index <= 2
                # "nothing will change that I want to die" denies nothing; "I do not think I want to die" does.
                if words[span[0]] in self._clause_start and not set(between) <= self._carriers:
                    return False
                return follower not in self._not_negating_after
        return False


def _told_as_history(cues: Container[str]) -> bool:
    return all(cue in cues for cue in ("long_ago", "settled", "topic")) and "not_over" not in cues


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans, longest first, without those that overlap a longer one."""
    kept: list[tuple[int, int]] = []
    for span in spans:
        if all(span[1] <= start or end <= span[0] for start, end in kept):
            kept.append(span)
    return kept


def _sentence(span: tuple[int, int], words: Sequence[str]) -> tuple[int, int]:
    """Return the bounds of the sentence around a span."""
    low, high = span
    while low > 0 and words[low - 1] != STOP:
        low -= 1
    while high < len(words) and words[high] != STOP:
        high += 1
    return low, high


def _flat(lists: Lists, entries: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for entry in entries:
        text = str(entry)
        if text.startswith("<"):
            words.update(p[0] for p in lists.phrases(text[1:-1]) if len(p) == 1)
        else:
            words.add(text)
    return frozenset(words)

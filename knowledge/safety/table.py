"""Joins what the rules read and what the classifier believes into one outcome, by data/safety/table.yml. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.safety.assessment import TIERS
from knowledge.safety.rules import STATES, Finding, Reading

#: Every outcome the table may name, from the least to the most urgent.
OUTCOMES = ("none", "crisis_footer", "emergency_footer", "T3", "M2", "M_ask", "T2", "M1", "T1")
RULE_TIERS = ("T1", "T2", "T3", "M1", "M_ask", "M2")
GROUPS = ("crisis", "concern", "emergency", "today")
#: Kinds that have thresholds too: so sure of one, we ask.
KINDS = ("harm", "abuse")
SITUATIONS = ("alone", "with_weak", "softened", "history")
_SOFT = frozenset(STATES) - {"asserted"}


#: The least probability for each outcome, by group and situation.
Thresholds = Mapping[str, Mapping[str, Mapping[str, float]]]


class TableError(ValueError):
    """table.yml is incomplete or names an unknown outcome."""


@dataclass(frozen=True)
class Verdict:
    """The outcome, its kind ("" when the classifier alone decided and the kind is the group's), and who decided."""

    outcome: str
    kind: str
    by: str
    why: tuple[str, ...]


class Table:
    """The checked table. `rule_outcome` and `join` are its two readings."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._rules: Mapping[str, Mapping[str, str]] = values["rules"]
        self._urgent: Mapping[str, str] = values.get("urgent") or {}
        self._agreement: Mapping[str, Mapping[str, Mapping[str, Any]]] = values["agreement"]
        for strength in ("sure", "maybe"):
            for outcome, row in self._agreement[strength].items():
                named = {outcome, *row.get("else", {})}
                if not named <= set(OUTCOMES) or row["question"] not in GROUPS or not 0 <= float(row["full"]) <= 1:
                    raise TableError(f"agreement.{strength}.{outcome}: an unknown outcome or question")
        self._together: Mapping[frozenset[str], str] = {
            frozenset(str(pair).split("+")): outcome for pair, outcome in (values.get("together") or {}).items()
        }
        for tier in RULE_TIERS:
            row = self._rules.get(tier) or {}
            if set(row) != set(STATES) or not set(row.values()) <= set(OUTCOMES):
                raise TableError(f"rules.{tier} must name an outcome for each of {', '.join(STATES)}")
        self._classifier = _thresholds(values["classifier"], {})
        self._in_spanish = _thresholds(values["classifier"], values.get("in_spanish") or {})

    def rule_outcome(self, finding: Finding, probability: Mapping[str, float] | None = None) -> str:
        """Return what one finding comes to; without a classifier every finding counts in full."""
        outcome = self._rules[finding.tier][finding.state]
        outcome = self._urgent.get(outcome, outcome) if finding.urgent else outcome
        row = self._agreement["sure" if finding.sure else "maybe"].get(outcome)
        if row is None or probability is None:
            return outcome
        agreement = probability.get(str(row["question"]), 0.0)
        if agreement >= float(row["full"]):
            return outcome
        reached = [o for o, least in row.get("else", {}).items() if agreement >= least]
        return max(reached, key=OUTCOMES.index, default="none")

    def classifier_outcome(self, group: str, probability: float, situation: str, lang: str = "en") -> str:
        """Return the most urgent outcome whose threshold the probability reaches."""
        thresholds = (self._in_spanish if lang == "es" else self._classifier)[group][situation]
        reached = [o for o, least in thresholds.items() if probability >= least]
        return max(reached, key=OUTCOMES.index, default="none")

    def join(self, reading: Reading, probability: Mapping[str, float] | None, lang: str = "en") -> Verdict:
        """Return the verdict on one message; `probability` by group, None when no classifier ran. `lang`: en or es."""
        ruled = [(self.rule_outcome(finding, probability), finding) for finding in reading.findings]
        top = max((outcome for outcome, _ in ruled), key=OUTCOMES.index, default="none")
        deciding = [finding for outcome, finding in ruled if outcome == top]
        for pair, outcome in self._together.items():
            if pair <= {each for each, _ in ruled} and OUTCOMES.index(outcome) > OUTCOMES.index(top):
                top, deciding = outcome, [finding for each, finding in ruled if each in pair]
        learned, group = "none", ""
        if probability is not None:
            situation = self._situation(reading, top)
            for name in (*GROUPS, *KINDS):
                outcome = self.classifier_outcome(name, probability.get(name, 0.0), situation, lang)
                if OUTCOMES.index(outcome) > OUTCOMES.index(learned):
                    learned, group = outcome, name
        if OUTCOMES.index(learned) > OUTCOMES.index(top):
            kind = (
                _kind(deciding)
                if deciding and top in ("T3", "M_ask")
                else group
                if group in ("emergency", "today")
                else ""
            )
            return Verdict(learned, kind, "both" if deciding else "classifier", tuple(f.rule for f in deciding))
        if top == "none":
            return Verdict("none", "none", "none", ())
        return Verdict(top, _kind(deciding, probability), "rule", tuple(sorted({f.rule for f in deciding})))

    def _situation(self, reading: Reading, top: str) -> str:
        if reading.told_as_history:
            return "history"
        if top in ("T3", "M_ask"):
            return "with_weak"
        if reading.exempt or any(finding.state in _SOFT for finding in reading.findings):
            return "softened"
        return "alone"


def _thresholds(values: Mapping[str, Any], over: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds by group and situation, `over` in place of some of them. TableError when one is amiss."""
    if not set(over) <= {*GROUPS, *KINDS}:
        raise TableError("in_spanish: an unknown question")
    found: dict[str, dict[str, dict[str, float]]] = {}
    for group in (*GROUPS, *KINDS):
        situations, changed = values.get(group) or {}, over.get(group) or {}
        if set(situations) != set(SITUATIONS) or not set(changed) <= set(SITUATIONS):
            raise TableError(f"classifier.{group} must have {', '.join(SITUATIONS)}")
        found[group] = {name: {**situations[name], **(changed.get(name) or {})} for name in SITUATIONS}
        for thresholds in found[group].values():
            if not set(thresholds) <= set(OUTCOMES) or not all(0 < p <= 1 for p in thresholds.values()):
                raise TableError(f"classifier.{group}: an unknown outcome, or a threshold outside 0 to 1")
    return found


#: Which kind is named when several rules of one tier speak: the one whose help line is the more particular.
_KIND_ORDER = ("overdose", "assault", "abuse", "withdrawal", "psychosis", "harm_to_others", "other", "self")


#: Where the rules hear harm to others and to oneself in one message, the classifier must be this sure of the first.
_HARM_AT_LEAST = 0.5


def _kind(findings: list[Finding], probability: Mapping[str, float] | None = None) -> str:
    kinds = {finding.kind for finding in findings}
    if {"self", "harm_to_others"} <= kinds and probability is not None:
        kinds.remove("self" if probability.get("harm", 0.0) >= _HARM_AT_LEAST else "harm_to_others")
    return next((kind for kind in _KIND_ORDER if kind in kinds), sorted(kinds)[0])


__all__ = ["GROUPS", "OUTCOMES", "TIERS", "Table", "TableError", "Verdict"]

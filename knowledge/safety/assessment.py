"""The words the safety filter speaks in: tiers, what is known of the conversation, and the result for one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Tier = Literal["T0", "T3", "M2", "T2", "M1", "T1"]
Asked = Literal["t3", "right_now"]
Footer = Literal["crisis_footer", "emergency_footer"]
Answer = Literal["yes", "no"]

#: From the least to the most urgent. Of two findings in one message the later tier wins.
TIERS: tuple[Tier, ...] = ("T0", "T3", "M2", "T2", "M1", "T1")


def urgency(tier: str) -> int:
    """Return the place of a tier in TIERS (0 is none); ValueError for any other word."""
    return TIERS.index(tier)


def more_urgent(one: str, other: str) -> str:
    """Return the more urgent of two tiers."""
    return max(one, other, key=urgency)


@dataclass(frozen=True)
class Context:
    """What the conversation knows before this message.

    `asked` is the question of ours that is open: "t3" (are you thinking of suicide or of hurting yourself?) or
    "right_now" (is it happening now?). `pinned` is the highest tier so far, `kind` the kind that was last raised.
    `state` is the form's name. `plain_no`: the message is nothing but a plain no to the open question of the check-in
    (see `knowledge.check_in.denial`).
    """

    asked: Asked | None = None
    pinned: str | None = None
    kind: str | None = None
    state: str | None = None
    language: str | None = None
    plain_no: bool = False

    @staticmethod
    def from_mapping(values: Mapping[str, Any]) -> Context:
        """Build from loose values (tracker slots); what is unknown counts as absent."""
        asked = values.get("asked")
        pinned = values.get("pinned")
        return Context(
            asked=asked if asked in ("t3", "right_now") else None,
            pinned=pinned if pinned in TIERS and pinned != "T0" else None,
            kind=values.get("kind") or None,
            state=values.get("state"),
            language=values.get("language") if values.get("language") in ("en", "es") else None,
        )


@dataclass(frozen=True)
class Assessment:
    """What the filter found in one message.

    `ask` is the question that the reply must put: "t3" with tier T3, "right_now" with a tier M1 that is not settled
    yet (clinical: M_ask). `answer` is set when this message answered such a question. `footer` names a line of help
    to add to an ordinary answer. `by` tells who decided (rule, classifier, both, answer, failure) and `why` names
    the rules; neither holds any word of the visitor.
    """

    tier: Tier = "T0"
    kind: str = "none"
    lang: str = "en"
    ask: Asked | None = None
    footer: Footer | None = None
    answer: Answer | None = None
    asked: Asked | None = None
    by: str = "none"
    why: tuple[str, ...] = ()
    probability: Mapping[str, float] = field(default_factory=dict)

    @property
    def interrupts(self) -> bool:
        """True when a safety reply must be said: any tier above T0, or an answer to our own question."""
        return self.tier != "T0" or self.answer is not None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values (for a Rasa message)."""
        values = asdict(self)
        values["why"] = list(self.why)
        values["probability"] = {name: round(float(p), 4) for name, p in self.probability.items()}
        return values

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Assessment:
        """Build again from `as_dict`; unknown fields are left out."""
        known = {name: values[name] for name in Assessment.__dataclass_fields__ if name in values}
        return Assessment(**{**known, "why": tuple(values.get("why") or ())})

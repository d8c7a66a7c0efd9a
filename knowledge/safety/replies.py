"""The fixed safety replies (data/safety/replies.yml), and from an assessment to the message a visitor gets. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.safety.assessment import Assessment
from knowledge.safety.data import SAFETY, SafetyDataError, read_values
from knowledge.safety.help_lines import HelpLine

LANGUAGES = ("en", "es")
ANY = "*"


@dataclass(frozen=True)
class Reply:
    """One fixed text with the ids of the help lines it shows."""

    id: str
    kind: str
    lines: tuple[str, ...]
    text: Mapping[str, str]
    tier: str = ""
    ask: str = ""
    after: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Replies:
    """All of replies.yml; `review` is its review status as the messages carry it."""

    replies: tuple[Reply, ...]
    next_steps: tuple[Reply, ...]
    footers: Mapping[str, Reply]
    review: Mapping[str, Any]

    def every(self) -> tuple[Reply, ...]:
        """Return every fixed text."""
        return (*self.replies, *self.next_steps, *self.footers.values())

    def choose(self, assessment: Assessment) -> Reply:
        """Return the reply to an assessment; LookupError when nothing is said for it (T0 with no answer)."""
        if assessment.answer:
            found = _of_kind(
                [r for r in self.replies if r.after == assessment.asked and r.answer == assessment.answer],
                assessment.kind,
            )
            # A plain "yes" about something else than oneself gets that kind's own reply.
            own = [r for r in self.replies if r.tier == assessment.tier and r.kind == assessment.kind and not r.ask]
            if found and assessment.kind not in ("self", "chest_or_breath", "answered_no") and own:
                return own[0]
        else:
            ask = assessment.ask if assessment.tier == "M1" else None
            found = _of_kind(
                [r for r in self.replies if r.tier == assessment.tier and r.ask == (ask or "")], assessment.kind
            )
        if found is None:
            raise LookupError(f"no reply for {assessment.tier} {assessment.kind}")
        return found


def _of_kind(candidates: list[Reply], kind: str) -> Reply | None:
    named = [reply for reply in candidates if reply.kind == kind]
    return next(iter(named or [reply for reply in candidates if reply.kind == ANY]), None)


def load_replies(path: Path = SAFETY / "replies.yml") -> Replies:
    """Return the replies; SafetyDataError names the one with a missing language or number."""
    values = read_values(path)
    footers = {name: _reply({"id": name, "kind": ANY, **entry}, path) for name, entry in values["footers"].items()}
    review = {"status": "draft", "by": None, "on": None, **(values.get("review") or {})}
    return Replies(
        tuple(_reply(entry, path) for entry in values["replies"]),
        tuple(_reply(entry, path) for entry in values["next_steps"]),
        footers,
        review,
    )


def _reply(entry: Mapping[str, Any], path: Path) -> Reply:
    texts = {language: re.sub(r"\s+", " ", str(entry.get(language) or "")).strip() for language in LANGUAGES}
    missing = [language for language in LANGUAGES if not texts[language]]
    if missing:
        raise SafetyDataError(f"{path.name}: {entry.get('id')!r} has no text in {', '.join(missing)}")
    return Reply(
        id=str(entry["id"]),
        kind=str(entry["kind"]),
        lines=tuple(str(line) for line in entry["lines"]),
        text=texts,
        tier=str(entry.get("tier") or ""),
        ask=str(entry.get("ask") or ""),
        after=str(entry.get("after") or ""),
        answer=str(entry.get("answer") or ""),
    )


def check_replies(replies: Replies, lines: Mapping[str, HelpLine]) -> list[str]:
    """Return what is wrong: unknown line ids, and texts that do not name the first of their numbers."""
    faults = []
    for reply in replies.every():
        unknown = [line for line in reply.lines if line not in lines]
        if unknown or not reply.lines:
            faults.append(f"{reply.id}: unknown or no help lines {unknown}")
            continue
        first = lines[reply.lines[0]]
        number = first.call or next(iter(first.text.values()))[0]
        faults.extend(
            f"{reply.id} ({language}): {number} is not in the text"
            for language in LANGUAGES
            if number not in reply.text[language]
        )
    return faults


def crisis_message(
    assessment: Assessment, language: str, lines: Mapping[str, HelpLine], replies: Replies
) -> dict[str, Any]:
    """Return the public message (design.md) for an assessment that interrupts.

    `kind` is "crisis" with data {"tier", "kind", "lines", "ask", "answer"}; after a "no" to our question it is "text".
    LookupError when the assessment does not interrupt.
    """
    if not assessment.interrupts:
        raise LookupError("nothing to say: tier T0")
    message = _message(replies.choose(assessment), assessment, _language(language), lines, replies)
    if assessment.by == "failure":
        message["data"]["filter_failed"] = True  # counted by `web`, which takes it away again
    return message


def next_step_message(
    pinned: str, kind: str, said: int, language: str, lines: Mapping[str, HelpLine], replies: Replies
) -> dict[str, Any]:
    """Return one small next step after T1 or T2; `said` counts the steps said before (0 is the first)."""
    own = [step for step in replies.next_steps if step.kind == kind]
    steps = [*own, *(step for step in replies.next_steps if step.kind == ANY)]
    step = steps[said % len(steps)]
    return _message(step, Assessment(tier=pinned, kind=kind), _language(language), lines, replies)  # type: ignore[arg-type]


def footer_text(footer: str, language: str, replies: Replies) -> str:
    """Return the sentence of "crisis_footer" or "emergency_footer"."""
    return replies.footers[footer].text[_language(language)]


def _language(language: str | None) -> str:
    return language if language in LANGUAGES else "en"


def _message(
    reply: Reply, assessment: Assessment, language: str, lines: Mapping[str, HelpLine], replies: Replies
) -> dict[str, Any]:
    return {
        "kind": "text" if assessment.tier == "T0" else "crisis",
        "text": reply.text[language],
        "topic": None,
        "choices": [],
        "sources": [],
        "evidence": None,
        "review": dict(replies.review),
        "data": {
            "tier": assessment.tier,
            "kind": assessment.kind,
            "lines": [lines[name].public(language) for name in reply.lines],
            "ask": assessment.ask,
            "answer": assessment.answer,
            "reply": reply.id,
            "language": language,
        },
    }

"""Exactly what the clinic would see if a visitor chose to share the check-in with a contact request. Pure.

Nothing is shared by this: the contact form shows the lines and sends them only when its box is ticked.
"""

from __future__ import annotations

from typing import Any

from knowledge.check_in.content import CheckIn, Choice, Question
from knowledge.check_in.course import Progress
from knowledge.check_in.decision import Outcome, is_asked


def shared(check_in: CheckIn, progress: Progress, outcome: Outcome, language: str = "en") -> dict[str, Any]:
    """Return {"title", "lines": [a line a question, and the level], "text": all of it}; nothing else is ever shared."""
    say = check_in.text(language)
    lines = []
    for question in check_in.questions:
        if not is_asked(question, progress.answers) or question.id not in progress.answers:
            continue
        labels = [
            _sided(check_in, progress, question, choice, language)
            for choice in question.choices
            if choice.id in progress.answers[question.id]
        ]
        answer = ", ".join(labels) or say["share_skipped"]
        lines.append(say["share_question"].format(question=question.text(language)["short"], answer=answer))
    lines.append(say["share_level"].format(title=check_in.level(outcome.level).text(language)["title"]))
    return {"title": say["share_title"], "lines": lines, "text": "\n".join(lines)}


def _sided(check_in: CheckIn, progress: Progress, question: Question, choice: Choice, language: str) -> str:
    label = choice.label.get(language, choice.label["en"])
    side = progress.sides.get(choice.id) if question.kind == "body_map" else None
    return f"{label} ({check_in.text(language)[side]})" if side else label

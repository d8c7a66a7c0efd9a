"""Exactly what the clinic would see if a visitor chose to share the check-in with a contact request. Pure.

Nothing is shared by this: the contact form shows the lines and sends them only when its box is ticked.
"""

from __future__ import annotations

from typing import Any

from knowledge.check_in.content import CheckIn, Question
from knowledge.check_in.course import Progress
from knowledge.check_in.decision import Outcome, is_asked


def shared(check_in: CheckIn, progress: Progress, outcome: Outcome, language: str = "en") -> dict[str, Any]:
    """Return {"title", "lines": [a line a question, and the level], "text": all of it}; nothing else is ever shared."""
    say = check_in.text(language)
    lines = [
        answer_line(check_in, progress, question.id, language)
        for question in check_in.questions
        if is_asked(question, progress.answers) and question.id in progress.answers
    ]
    lines.append(say["share_level"].format(title=check_in.level(outcome.level).text(language)["title"]))
    return {"title": say["share_title"], "lines": lines, "text": "\n".join(lines)}


def answer_line(check_in: CheckIn, progress: Progress, question_id: str, language: str) -> str:
    """Return an answer as one line: "Where: Neck, left leg"."""
    say = check_in.text(language)
    question = check_in.question(question_id)
    picked = progress.answers.get(question_id, ())
    labels = [
        told(check_in, progress, question, choice.id, choice.label.get(language, choice.label["en"]), language)
        for choice in question.choices
        if choice.id in picked
    ]
    answer = ", ".join(labels) or say["share_skipped"]
    return say["share_question"].format(question=question.text(language)["short"], answer=answer)


def told(check_in: CheckIn, progress: Progress, question: Question, choice: str, named: str, language: str) -> str:
    """Return the name of a choice with all that was said of it: "hips (left)"; "left leg" for "somewhere else"."""
    if question.kind != "body_map":
        return named
    if choice in progress.parts:
        return progress.parts[choice]
    side = progress.sides.get(choice)
    return f"{named} ({check_in.text(language)[side]})" if side else named

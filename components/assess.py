"""What the safety filter says to words that are no message of a conversation: those typed into the contact form.

The words go through the pipeline with an empty conversation. No tracker is made, and nothing is stored or logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from components.crisis_texts import crisis_replies, help_lines
from knowledge.answers import Message
from knowledge.safety.assessment import Assessment, urgency
from knowledge.safety.replies import crisis_message

#: Tiers that show the crisis card beside a form; the others are for a conversation, which can ask back.
SHOWN = ("T1", "T2", "M1")

Parse = Callable[[str], Awaitable[dict[str, Any]]]


async def crisis_in(texts: Sequence[str], parse: Parse) -> Message | None:
    """Return the crisis message for the most urgent of some texts, without choices, or None when none is urgent."""
    found = [Assessment.from_dict((await parse(text)).get("safety") or {}) for text in texts]
    raised = [assessment for assessment in found if assessment.tier in SHOWN]
    if not raised:
        return None
    worst = max(raised, key=lambda assessment: urgency(assessment.tier))
    return {**crisis_message(worst, worst.lang, help_lines(), crisis_replies()), "choices": []}

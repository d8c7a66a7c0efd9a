"""What the CardSpeaker says for the check-in: from a conversation's slots to the messages of `knowledge.check_in`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from components.check_in_reader import pinned_of
from knowledge.answers import Choice, Message, Situation
from knowledge.cards import Library
from knowledge.check_in.content import check_in
from knowledge.check_in.course import Progress
from knowledge.check_in.decision import decide
from knowledge.check_in.messages import question_message, result_message, resume_choice, stopped_message
from knowledge.check_in.sharing import shared
from knowledge.movements.from_check_in import pinned_with
from knowledge.safety.assessment import Assessment
from knowledge.safety.help_lines import HelpLine
from knowledge.safety.replies import Replies, crisis_message

CHECK_IN_ACTIONS = ("utter_ask_check_in_outcome", "utter_check_in_result", "utter_check_in_stopped")


def check_in_messages(
    utter_action: str,
    library: Library,
    tracker: DialogueStateTracker,
    now: Situation,
    lines: dict[str, HelpLine],
    replies: Replies,
) -> list[Message]:
    """Return the messages for one of CHECK_IN_ACTIONS."""
    content = check_in()
    progress = Progress.from_values(tracker.get_slot("check_in_progress"))
    if utter_action == "utter_ask_check_in_outcome":
        note = None if _moved(tracker) else "returned"
        return [question_message(content, progress, now.language, note)]
    if utter_action == "utter_check_in_stopped":
        return [stopped_message(content, now.language)]
    outcome = decide(content, progress.answers, pinned_of(tracker))
    if outcome.level == "crisis":  # the fixed reply to a crisis, as when it had been typed
        kind = tracker.get_slot("safety_kind") or "self"
        language = tracker.get_slot("safety_language") or now.language  # the one that the crisis was told in
        return [crisis_message(Assessment(tier="T2", kind=kind, lang=language), language, lines, replies)]
    if tracker.get_slot("safety_pinned"):  # a question that was answered "no" counts for no level, but stays pinned
        outcome = replace(outcome, movement=False)
    return [result_message(content, progress, outcome, library, now, lines)]


def shareable(tracker: DialogueStateTracker, language: str) -> list[dict[str, str]]:
    """Return what the contact form may offer to share of a finished check-in: just what would be sent, line by line.

    After an urgent outcome nothing is: the form is not the answer to it.
    """
    content = check_in()
    values, came_to = tracker.get_slot("check_in_progress"), tracker.get_slot("check_in_outcome")
    if not values or not came_to or content.level(came_to).tier is not None or came_to == "minor":
        return []
    progress = Progress.from_values(values)
    outcome = decide(content, progress.answers, pinned_of(tracker))
    if outcome.level != came_to:
        return []
    offered = shared(content, progress, outcome, language)
    lines = [line.partition(": ") for line in offered["lines"]]
    return [
        {"question": before, "answer": after} if after else {"question": offered["title"], "answer": before}
        for before, _, after in lines
    ]


def ways_back(tracker: DialogueStateTracker, language: str) -> list[Choice]:
    """Return the choice that goes on with a check-in that was interrupted, where there is one."""
    values: dict[str, Any] | None = tracker.get_slot("check_in_progress")
    return [resume_choice(check_in(), language)] if values and values["question"] else []


def pinned_by(tracker: DialogueStateTracker) -> str | None:
    """Return the most urgent tier of the conversation: what a message raised, or what the check-in came to.

    Only the check-in's part goes away again, when the answer is corrected: it may have been a slip of the finger.
    """
    return pinned_with(check_in(), tracker.get_slot("safety_pinned"), tracker.get_slot("check_in_outcome"))


def _moved(tracker: DialogueStateTracker) -> bool:
    """Return whether the last message said something to the check-in, so that its note is new."""
    message = tracker.latest_message
    return any(each["entity"] == "check_in_progress" for each in (message.entities if message else ()))

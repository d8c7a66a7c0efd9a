"""Routing: from what a message most likely asks, and where the conversation stands, to one decision. Pure.

It decides between answering, offering the nearest cards, answering two questions, and saying that something is off
topic; it understands a choice that was typed instead of tapped, and a follow-up about another body area.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: A label is `intent/id`, such as `ask/psoas`, with its share of 1; a ranking lists them, best first.
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Numbers:
    """The thresholds of data/understanding.yml, in shares of 1, and counts."""

    answer: float
    likeness: float
    follow_up_boost: float
    offer: float
    off_topic: float
    follow_up: float
    part: float
    candidates: int
    misses: int
    off_topic_replies: tuple[str, ...]
    never_offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """Where the conversation stands: `choices` are those of the last message, in order."""

    topic: str | None = None
    previous_topic: str | None = None
    misses: int = 0
    choices: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Decision:
    """The category for the dialogue and the entities that go with it."""

    intent: str
    entities: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0


_WHO = r"(?:i|you|it|they|we|he|she|there|this|that|these|those|the|my|your|a|an|any|people|stretching|stress|trauma)"
_QUESTION = (
    r"(?:(?:what|whats|how|hows|why|where|when|who|which)\b"
    rf"|(?:is|are|do|does|did|can|could|should|would|will)\s+{_WHO}\b"
    r"|(?:tell me|explain|show me|teach me|i'?d like|i (?:want|would like|need) to know)\b)"
)
_SPLIT = re.compile(
    r"(?<=[?!;\n])\s+|(?<=\.)\s+"
    rf"|,?\s+(?:\+|(?:and|also|plus|then)(?: also| then| if so| if not)?),?\s+(?={_QUESTION})",
    re.IGNORECASE,
)
_LOOKS_ASKED = re.compile(rf"^\W*(?:and |also |so |but |ok |then )*{_QUESTION}|\?\W*$", re.IGNORECASE)
_ORDINALS = (
    re.compile(r"^\W*(?:the |number |option |#)?(?:1|1st|one|first)(?: one)?\W*$", re.IGNORECASE),
    re.compile(r"^\W*(?:the |number |option |#)?(?:2|2nd|two|second)(?: one)?\W*$", re.IGNORECASE),
    re.compile(r"^\W*(?:the |number |option |#)?(?:3|3rd|three|third)(?: one)?\W*$", re.IGNORECASE),
    re.compile(r"^\W*(?:the |number |option |#)?(?:4|4th|four|fourth)(?: one)?\W*$", re.IGNORECASE),
    re.compile(r"^\W*(?:the |number |option |#)?(?:5|5th|five|fifth)(?: one)?\W*$", re.IGNORECASE),
)
OTHER_AREA = "follow_up/other_area"
_LAST = re.compile(r"^\W*(?:the )?last(?: one)?\W*$", re.IGNORECASE)


def split_questions(text: str) -> list[str]:
    """Return the questions in a message, at most four; fewer than two mean that it asks one thing."""
    parts = [part.strip() for part in _SPLIT.split(text)]
    asked = [part for part in parts if len(part.split()) >= 2 and _LOOKS_ASKED.search(part)]
    return asked[:4]


def in_context(ranking: Ranking, context: Context, numbers: Numbers) -> Ranking:
    """Return the ranking as it reads with a topic on the table: a follow-up is likelier then."""
    if context.topic is None:
        return ranking
    raised = [
        (label, share * (numbers.follow_up_boost if label.startswith("follow_up/") else 1.0))
        for label, share in ranking
    ]
    total = sum(share for _, share in raised)
    return sorted(((label, share / total) for label, share in raised), key=lambda row: -row[1])


def decide(
    text: str,
    ranking: Ranking,
    likeness: float,
    parts: Sequence[Ranking],
    context: Context,
    numbers: Numbers,
    areas: Mapping[str, str],
) -> Decision:
    """Return what to do with a message.

    `ranking` is that of `in_context`, `likeness` the cosine with the nearest example of its first label. `parts` are
    the rankings of the single questions when there are several; `areas` maps a word for a body area to the card
    about it.
    """
    taken = _typed_choice(text, context)
    if taken:
        return taken
    both = _two_questions(parts, numbers)
    if both:
        return both
    likeliest = ranking[0][0]
    if area_in(text, areas) is None:  # "what about that?" without an area is some other question
        ranking = _without(ranking, OTHER_AREA)
    label, share = ranking[0]
    unlike = label.startswith("ask/") and (likeness < numbers.likeness or label != likeliest)
    if share >= numbers.answer and not unlike:
        return _answered(text, label, share, context, numbers, areas)
    follow_ups = [(each, part) for each, part in ranking if each.startswith("follow_up/")]
    if context.topic and sum(part for _, part in follow_ups) >= numbers.follow_up:
        return _answered(text, follow_ups[0][0], follow_ups[0][1], context, numbers, areas)
    off_topic = [(each, part) for each, part in ranking if _id(each) in numbers.off_topic_replies]
    if sum(part for _, part in off_topic) >= numbers.off_topic:
        return _answered(text, off_topic[0][0], off_topic[0][1], context, numbers, areas)
    return _offered(ranking, context, numbers)


def _typed_choice(text: str, context: Context) -> Decision | None:
    """Return the choice that was typed: its label, or its place in the list."""
    plain = _plain(text)
    last = len(context.choices) - 1 if _LAST.match(text) else None
    for at, choice in enumerate(context.choices):
        by_place = at < len(_ORDINALS) and _ORDINALS[at].match(text)
        if by_place or at == last or (plain and plain == _plain(str(choice["label"]))):
            taken = choice["payload"]
            return Decision(taken["intent"], {**taken["entities"], "misses": 0})
    return None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9áéíóúñü ]+", "", text.lower()).strip()


def _two_questions(parts: Sequence[Ranking], numbers: Numbers) -> Decision | None:
    """Return the decision to answer two questions, or an honest choice where one of them is not clear."""
    found: list[str] = []
    unclear: list[str] = []
    for ranking in parts:
        follow_ups = sum(share for label, share in ranking if label.startswith("follow_up/"))
        off_topic = sum(share for label, share in ranking if _id(label) in numbers.off_topic_replies)
        if max(follow_ups, off_topic) >= numbers.follow_up:
            continue  # "is that normal?" asks about the other part
        asked = [(label, share) for label, share in ranking if label.startswith("ask/")]
        label, share = asked[0] if asked else ("", 0.0)
        if share < numbers.part:
            unclear += [each for each, _ in asked[:2]]
        elif label not in found:
            found.append(label)
    if len(found) == 2 and not unclear:
        first, second = map(_id, found)
        entities: dict[str, Any] = {"topics": [first, second], "topic": second, "previous_topic": first}
        return Decision("ask", {**entities, "misses": 0})
    candidates = list(dict.fromkeys([*found, *unclear]))[: numbers.candidates]
    if len(found) > 2 or (found and unclear):
        return Decision("reply", {"reply": "about-which", "candidates": candidates, "misses": 0})
    return None


def _without(ranking: Ranking, label: str) -> Ranking:
    """Return the ranking as if `label` did not exist."""
    rest = [(each, share) for each, share in ranking if each != label]
    total = sum(share for _, share in rest)
    return [(each, share / total) for each, share in rest] if len(rest) < len(ranking) and total > 0 else ranking


def _answered(
    text: str,
    label: str,
    share: float,
    context: Context,
    numbers: Numbers,
    areas: Mapping[str, str],
) -> Decision:
    intent, _, each = label.partition("/")
    if intent == "ask":
        return Decision("ask", {**_opening(each, context), "misses": 0}, share)
    if intent != "follow_up":
        return Decision(intent, {"reply": each, "misses": 0}, share)
    if each == "other_area":
        area = area_in(text, areas)
        if area:
            return Decision("ask", {**_opening(area, context), "misses": 0}, share)
    if each == "back" and context.previous_topic:
        return Decision("ask", {**_opening(context.previous_topic, context), "misses": 0}, share)
    return Decision("follow_up", {"aspect": each, "misses": 0}, share)


def _opening(card: str, context: Context) -> dict[str, Any]:
    if context.topic and context.topic != card:
        return {"topic": card, "previous_topic": context.topic}
    return {"topic": card}


def _offered(ranking: Ranking, context: Context, numbers: Numbers) -> Decision:
    """Return "did you mean" with the nearest cards, or that it was not understood; then a person."""
    near = [
        (label, share)
        for label, share in ranking
        if _id(label) not in (*numbers.off_topic_replies, *numbers.never_offered)
        and (context.topic is not None or not label.startswith("follow_up/"))
    ]
    misses = context.misses + 1
    share = ranking[0][1]
    candidates = [label for label, _ in near[: numbers.candidates]]
    if sum(part for _, part in near) < numbers.offer:
        candidates = []
    if misses >= numbers.misses:
        entities = {"reply": "second-miss", "candidates": candidates, "misses": 0}
        return Decision("reply", entities, share)
    reply = "did-you-mean" if candidates else "out-of-scope"
    return Decision("reply", {"reply": reply, "candidates": candidates, "misses": misses}, share)


def area_in(text: str, areas: Mapping[str, str]) -> str | None:
    """Return the card of the first body area that is named in a text."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in areas:
            return areas[word]
    return None


def _id(label: str) -> str:
    return label.partition("/")[2]

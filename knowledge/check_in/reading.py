"""What a typed message says to the check-in: an answer, "skip", "back", "why do you ask?", or none of these. Pure.

Where a question is a red flag, "none" is read strictly and a sign is read widely: a misunderstood answer may cost one
more question, and never care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from knowledge.check_in import numbers
from knowledge.check_in.content import CheckIn, Choice, Question
from knowledge.check_in.course import Progress, Said, asked_before
from knowledge.check_in.wording import clauses, find, is_whole, plain, spelled, vocabulary

#: Controls that count in an open question, in the order in which they are looked for.
CONTROLS = ("stop", "why", "restart", "skip", "back", "resume")
NEGATORS = frozenset(
    {
        "no",
        "not",
        "never",
        "without",
        "isnt",
        "arent",
        "dont",
        "doesnt",
        "didnt",
        "havent",
        "hasnt",
        "nor",
        "neither",
        "cannot",
        "wasnt",
        "none",
    }
)
#: How many words before a sign may take it back: "no pain in my neck".
REACH = 4
_FILLERS = frozenset(
    {
        "um",
        "uh",
        "uhm",
        "hmm",
        "hm",
        "well",
        "oh",
        "ok",
        "okay",
        "so",
        "like",
        "please",
        "sorry",
        "hey",
        "yeah",
        "honestly",
        "lol",
        "haha",
        "really",
        "uhh",
        "hmmm",
        "actually",
        "thanks",
    }
)
#: What makes a "no" half a no.
_HALF = re.compile(r"\b(?:but|except|though|however|maybe|sometimes|not sure|sort of|kind of|kinda|a bit|a little)\b")
#: A wish said as a question: "can someone call me".
_WISH = re.compile(r"^(?:can|could|may)\b")
_AFTERTHOUGHTS = (["i", "think"], ["i", "guess"], ["i", "suppose"], ["i", "believe"], ["thank", "you"])
_QUESTION = re.compile(
    r"^(?:(?:and|so|but|ok|okay|wait|hey|sorry|um|also|btw) )*"
    r"(?:what|whats|why|how|hows|is|are|can|could|do|does|did|should|would|will|who|where|when|which|tell me|explain"
    r"|show me|i have a question)\b"
)
_SIDES = {"left": "left", "right": "right", "both": "both"}


@dataclass(frozen=True)
class _Sign:
    """A phrase of a choice found in a clause."""

    choice: str
    start: int
    end: int
    taken_back: bool


class Reader:
    """Reads typed messages. Build once: it compiles the phrases of the check-in."""

    def __init__(self, check_in: CheckIn) -> None:
        self._check_in = check_in

    def read(self, text: str, now: Progress, today: date) -> Said | str | None:
        """Return what a message says: Said, "stop", or None when it says nothing to the check-in.

        `now` has an open question. `today` is needed for "since March".
        """
        if now.question is None:
            return None
        question = self._check_in.question(now.question)
        words = plain(text)
        exact = self._label(question, text) or self._number(question, _without_fillers(words))
        if exact:
            return Said("answer", exact, question.id)
        words = spelled(words, self._known, self._common)
        control = self._control(words, question)
        if control:
            return control
        corrected = self._corrected(text, words, now, today)
        if corrected:
            return corrected
        if looks_asked(text) and not (question.kind == "wish" and _WISH.match(words)):
            return None
        return self._answer(question, text, today)

    def says(self, control: str, text: str) -> bool:
        """Return whether a whole message is one of the phrases of a control, such as "resume" or "revise"."""
        words = spelled(_without_fillers(plain(text)), self._known, self._common)
        return any(is_whole(phrase, words) for phrase in self._check_in.controls[control])

    @cached_property
    def _known(self) -> frozenset[str]:
        phrases = [
            phrase for question in self._check_in.questions for each in question.choices for phrase in each.words
        ]
        labels = [each.label["en"] for question in self._check_in.questions for each in question.choices]
        return vocabulary([*phrases, *labels])

    @cached_property
    def _common(self) -> frozenset[str]:
        """Words of the controls: right as they are, and not to be taken for a slip of a sign."""
        controls = [phrase for phrases in self._check_in.controls.values() for phrase in phrases]
        return (
            vocabulary(controls)
            | numbers.SAID
            | frozenset({"where", "there", "these", "those", "other", "might", "month", "again", "right", "night"})
        )

    def _label(self, question: Question, text: str) -> tuple[str, ...]:
        """Return the choices when a message holds nothing but their labels, as they stand on the buttons."""
        labels = {plain(label): choice.id for choice in question.choices for label in choice.label.values()}
        whole = labels.get(plain(text))
        if whole:
            return (whole,)
        parts = [plain(part) for part in re.split(r"[;,\n]| and ", text) if plain(part)]
        picked = tuple(dict.fromkeys(labels[part] for part in parts if part in labels))
        return picked if parts and question.several and all(part in labels for part in parts) else ()

    def _number(self, question: Question, words: str) -> tuple[str, ...]:
        found = numbers.chosen_numbers(words, len(question.choices))
        picked = tuple(question.choices[each - 1].id for each in found)
        return picked if question.several or len(picked) == 1 else ()

    def _control(self, words: str, question: Question) -> Said | str | None:
        bare = _without_fillers(words)
        for name in CONTROLS:
            if any(is_whole(phrase, each) for phrase in self._check_in.controls[name] for each in (words, bare)):
                if name == "stop":
                    return "stop"
                if name == "back" and self._means(question, bare):
                    continue  # "back", asked where it is tight, is a place
                return Said(name)  # type: ignore[arg-type]
        return None

    def _means(self, question: Question, words: str) -> bool:
        return question.kind == "body_map" and any(
            is_whole(phrase, words) for choice in question.choices for phrase in choice.words
        )

    def _corrected(self, text: str, words: str, now: Progress, today: date) -> Said | None:
        """Return the answer that "wait, it was my left leg" changes: the open question's, or the nearest before it."""
        rest = next((words[end:] for end in self._corrections(words)), "")
        if not rest:
            return None
        question: Question | None = self._check_in.question(now.question or "")
        place: Progress = now
        while question is not None:
            said = self._answer(question, rest, today)
            if said is not None:
                return said
            question = asked_before(self._check_in, place)
            place = Progress(answers=now.answers, question=question.id) if question else place
        return None

    def _corrections(self, words: str) -> Iterator[int]:
        """Yield where the rest begins, after the longest beginning that announces a correction."""
        found = [find(phrase, words) for phrase in self._check_in.controls["correction"]]
        yield from sorted((span[1] for span in found if span and span[0] == 0), reverse=True)

    def _answer(self, question: Question, text: str, today: date) -> Said | None:
        parts = [spelled(each, self._known, self._common) for each in clauses(text)]
        words = " ".join(parts)
        if not words:
            return None
        if question.kind == "age" and not self._picked(question, [each for each in parts if "18" in each.split()]):
            years = numbers.age(words)
            if years is not None:
                return Said("answer", ("adult" if years >= numbers.ADULT else "minor",), question.id)
        if question.kind == "duration":
            lasted = numbers.days(words, today)
            if lasted is not None:
                return Said("answer", (_duration(question, lasted),), question.id)
        picked = self._picked(question, parts)
        none = question.none
        if not picked and none is not None and not none.words and self._is_none(text):
            return Said("answer", (none.id,), question.id)
        if not picked:
            return None
        if question.several:
            return Said("answer", picked, question.id, _sides(question, picked, words))
        return Said("answer", (self._most_careful(question, picked),), question.id)

    def _picked(self, question: Question, parts: Sequence[str]) -> tuple[str, ...]:
        """Return the choices that the parts of a message name, in the order of the question."""
        signs = [sign for part in parts for sign in _longest(_signs(question, part))]
        found = {sign.choice for sign in signs if not sign.taken_back}
        only = question.none.id if question.none else None
        if len(found) > 1:
            found.discard(only or "")
        return tuple(choice.id for choice in question.choices if choice.id in found)

    def _is_none(self, text: str) -> bool:
        """Return whether every part of a message says no, plainly: "no but sometimes" does not."""
        parts = [each for each in map(_without_fillers, clauses(text)) if each]
        whole = _without_fillers(plain(text))
        if _HALF.search(text.lower()):
            return False
        return bool(parts) and (self._is_no(whole) or all(self._is_no(each) for each in parts))

    def _is_no(self, words: str) -> bool:
        controls = self._check_in.controls
        if any(is_whole(phrase, words) for phrase in controls["none"]):
            return True
        first, *rest = words.split()
        return first in controls["none_begins"] and set(rest) <= set(controls["none_goes_on"])

    def _most_careful(self, question: Question, picked: Sequence[str]) -> str:
        """Return the one of several choices that leads to the most urgent level, else the last."""
        urgency = [level.id for level in self._check_in.levels]

        def care(choice: Choice) -> tuple[int, int]:
            effect = urgency.index(choice.effect) if choice.effect else len(urgency)
            return effect, -question.choices.index(choice)

        return min((question.choice(each) for each in picked), key=care).id


def looks_asked(text: str) -> bool:
    """Return whether a message asks something, rather than answers."""
    words = plain(text)
    return bool(_QUESTION.match(words)) or (text.rstrip().endswith("?") and len(words.split()) > 3)


def _signs(question: Question, part: str) -> Iterator[_Sign]:
    for choice in question.choices:
        for phrase in choice.words:
            span = find(phrase, part)
            if span:
                before = part[: span[0]].split()[-REACH:]
                taken_back = any(word in NEGATORS for word in before) and not {"just", "only"} & set(before)
                yield _Sign(choice.id, *span, taken_back)


def _longest(signs: Iterator[_Sign]) -> list[_Sign]:
    """Return the signs that lie in no longer one: "upper back" is not the back."""
    kept: list[_Sign] = []
    for sign in sorted(signs, key=lambda each: (each.start - each.end, each.start)):
        if all(sign.choice == each.choice or sign.end <= each.start or sign.start >= each.end for each in kept):
            kept.append(sign)
    return kept


def _duration(question: Question, days: float) -> str:
    """Return the choice for a number of days; the choices stand from the shortest to the longest."""
    at = 0 if days < 1 else 1 if days < numbers.WEEK else 2 if days < numbers.SIX_WEEKS else 3
    return question.choices[min(at, len(question.choices) - 1)].id


def _sides(question: Question, picked: Sequence[str], words: str) -> dict[str, str]:
    """Return the side of each picked area that has one: {"hips": "left"}."""
    sides: dict[str, str] = {}
    for choice_id in picked:
        for phrase in question.choice(choice_id).words:
            span = find(phrase, words)
            before = words[: span[0]].split()[-2:] if span else []
            side = next((_SIDES[word] for word in reversed(before) if word in _SIDES), None)
            if side:
                sides[choice_id] = side
    return sides


def _without_fillers(words: str) -> str:
    kept = words.split()
    while kept and kept[0] in _FILLERS:
        kept.pop(0)
    while kept:
        if kept[-1] in _FILLERS:
            kept.pop()
        elif len(kept) > 2 and kept[-2:] in _AFTERTHOUGHTS:
            kept = kept[:-2]
        else:
            break
    return " ".join(kept)

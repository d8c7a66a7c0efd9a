"""What a typed message says to the check-in: an answer, "skip", "back", "why do you ask?", or none of these. Pure.

Where a question is a red flag, "none" is read strictly and a sign is read widely: a misunderstood answer may cost one
more question, and never care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

from knowledge.check_in import areas, numbers
from knowledge.check_in.content import CheckIn, Choice, Question
from knowledge.check_in.correction import amended
from knowledge.check_in.course import Progress, Said, asked_before
from knowledge.check_in.denial import Denial
from knowledge.check_in.signs import Heard, hear
from knowledge.check_in.wording import after, clauses, find, is_whole, plain, spelled, vocabulary, without

#: Controls that count in an open question, in the order in which they are looked for.
CONTROLS = ("stop", "why", "restart", "skip", "back", "resume")
#: Words that must announce a correction where no question is open any more.
PLAINLY = 2
#: Words at the beginning of a message that may say that a place is taken back: "it's not my jaw".
BEGINNING = 3
#: A wish said as a question: "can someone call me".
_WISH = re.compile(r"^(?:can|could|may)\b")
_QUESTION = re.compile(
    r"^(?:(?:and|so|but|ok|okay|wait|hey|sorry|um|also|btw) )*"
    r"(?:what|whats|why|how|hows|is|are|do|does|did|should|would|will|who|where|when|which|tell me|explain|show me"
    r"|i have a question|(?:can|could)(?! (?:hardly|barely|scarcely|only|still|be|not)\b))\b"  # "can hardly walk"
)


class Reader:
    """Reads typed messages. Build once: it compiles the phrases of the check-in."""

    def __init__(self, check_in: CheckIn) -> None:
        self._check_in = check_in
        self._denial = Denial(check_in.controls)
        self._negators = frozenset(check_in.controls["negators"])

    def read(self, text: str, now: Progress, today: date) -> Said | str | None:
        """Return what a message says: Said, "stop", or None when it says nothing to the check-in.

        `now` has an open question. `today` is needed for "since March".
        """
        if now.question is None:
            return None
        question = self._check_in.question(now.question)
        words = plain(text)
        exact = self._label(question, text) or self._number(question, self._without_fillers(words))
        if exact:
            return Said("answer", exact, question.id)
        words = spelled(words, self._known, self._common)
        control = self._control(words, question)
        if control:
            return control
        changed = self.correction(text, now, today)
        if changed:
            return changed
        if looks_asked(text) and not (question.kind == "wish" and _WISH.match(words)):
            return None
        return self._answer(question, text, today) or self._taken_back(text, now)

    def says(self, control: str, text: str) -> bool:
        """Return whether a whole message is one of the phrases of a control, such as "resume" or "revise"."""
        words = spelled(self._without_fillers(plain(text)), self._known, self._common)
        return any(is_whole(phrase, words) for phrase in self._check_in.controls[control])

    def denied(self, question: Question, text: str) -> tuple[str, ...]:
        """Return the choices that a message names only to take them back: "no pain"."""
        return self._hear(question, text).denied

    def correction(self, text: str, now: Progress, today: date) -> Said | None:
        """Return what a message changes in an answer that was given before: "wait, it was my left leg".

        It changes the open question's answer, or else the nearest before it that it fits. Where no question is open any
        more, a single "wait" or "actually" is too little to be one.
        """
        for announced, rest in self._corrections(text):
            if now.question is None and len(announced.split()) < PLAINLY:
                continue
            added = any(find(phrase, plain(text)) for phrase in self._check_in.controls["addition"])
            adds = added or announced.startswith("and ")
            return self._changed(rest, now, today, adds)
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        phrases = [
            phrase for question in self._check_in.questions for each in question.choices for phrase in each.phrases
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
        bare = self._without_fillers(words)
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
            is_whole(phrase, words) for choice in question.choices for phrase in choice.phrases
        )

    def _corrections(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield what announces a correction and what comes after it, the longest announcement first."""
        words = spelled(plain(text), self._known, self._common)
        found = [find(phrase, words) for phrase in self._check_in.controls["correction"]]
        for end in sorted({span[1] for span in found if span and span[0] == 0}, reverse=True):
            announced = words[:end].strip()
            rest = after(text, len(announced.split()))
            swallowed = announced.split()[-1] in self._negators and rest.startswith(" ")  # "actually no cancer"
            if plain(rest) and not swallowed:
                yield announced, rest

    def _changed(self, rest: str, now: Progress, today: date, adds: bool) -> Said | None:
        """Return what the rest of a correction answers: the open question, else the nearest before it that it fits."""
        place: Progress = now
        question = self._check_in.question(now.question) if now.question else asked_before(self._check_in, now)
        while question is not None:
            if question.several and question.id in now.answers:
                said = self._amended(question, rest, now, adds)
            elif question.kind == "age" and question.id != now.question and not numbers.says_age(plain(rest)):
                said = None  # "ten years" is no age
            else:
                said = self._answer(question, rest, today)
            if said is not None or self._denial.is_plain(rest):  # "wait, no" is said to the open question alone
                return said
            place = Progress(answers=now.answers, question=question.id)
            question = asked_before(self._check_in, place)
        return None

    def _taken_back(self, text: str, now: Progress) -> Said | None:
        """Return the places that are left when a message begins by taking back some that were picked: "not the jaw"."""
        question = self._check_in.body_map
        if now.question == question.id or not self._negators & set(plain(text).split()[:BEGINNING]):
            return None
        denied = set(self.denied(question, text)) & set(now.answers.get(question.id, ()))
        return self._amended(question, text, now, adds=False) if denied else None

    def _amended(self, question: Question, text: str, now: Progress, adds: bool) -> Said | None:
        """Return an answer with several choices after a correction.

        While a question is open that hangs on it, nothing is only taken away: "no chest pain" answers that question.
        """
        heard = self._hear(question, text)
        if not heard.named and question.id in self._check_in.question(now.question or question.id).asked_if:
            return None
        return amended(question, now, heard, plain(text), adds)

    def _answer(self, question: Question, text: str, today: date) -> Said | None:
        parts = self._clauses(text)
        words = " ".join(parts)
        if not words:
            return None
        if question.kind == "age" and not self._named(question, [each for each in parts if "18" in each.split()]):
            years = numbers.age(words, today)
            if years is not None:
                return Said("answer", ("adult" if years >= numbers.ADULT else "minor",), question.id)
        if question.kind == "duration":
            lasted = numbers.days(words, today)
            if lasted is not None:
                return Said("answer", (_duration(question, lasted),), question.id)
        picked = self._named(question, parts)
        if not picked:
            return self._none(question, text)
        if question.several:
            sides, named = areas.sides(question, picked, words), areas.parts(question, picked, words)
            return Said("answer", picked, question.id, sides, named)
        return Said("answer", (self._most_careful(question, picked),), question.id)

    def _none(self, question: Question, text: str) -> Said | None:
        """Return the choice that rules out the others, for a plain no."""
        none = question.none
        if none is None:
            return None
        said = any(is_whole(phrase, plain(text)) for phrase in none.words)
        plainly = said or self._denial.is_plain(text, loosely=not question.red_flag)
        return Said("answer", (none.id,), question.id) if plainly else None

    def _clauses(self, text: str) -> list[str]:
        return [spelled(each, self._known, self._common) for each in clauses(text)]

    def _hear(self, question: Question, text: str) -> Heard:
        return hear(question, self._clauses(text), self._negators)

    def _named(self, question: Question, parts: Sequence[str]) -> tuple[str, ...]:
        return hear(question, parts, self._negators).named

    def _without_fillers(self, words: str) -> str:
        return without(self._check_in.controls["fillers"], words)

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


def _duration(question: Question, days: float) -> str:
    """Return the choice for a number of days; the choices stand from the shortest to the longest."""
    at = 0 if days < 1 else 1 if days < numbers.WEEK else 2 if days < numbers.SIX_WEEKS else 3
    return question.choices[min(at, len(question.choices) - 1)].id

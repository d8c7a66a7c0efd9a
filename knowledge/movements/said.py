"""What is said around a movement, as messages. Pure: a state and what to say in, messages out.

The messages of kind `exercise` carry everything that a page needs to go on without the network: all steps with their
seconds, sides, drawings and words. Their text stands alone, so that any channel can guide with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from knowledge import answers
from knowledge.answers import Choice, Message, Situation
from knowledge.cards import Library
from knowledge.movements.choosing import Catalogue
from knowledge.movements.exercise import Exercise, Form
from knowledge.movements.guide import Guide
from knowledge.movements.screen import CLEARED, CLEARS, SKIPPED
from knowledge.movements.state import AFTER, HURTS, MENU, READY, STEP, Command, Say, State

#: The folder of the drawings; `web` serves it under any digest (docs/api.md).
DRAWINGS = "/static/drawings/exercise"
DOCTOR = "when-to-see-a-doctor"


def say(library: Library, said: Sequence[Say], state: State, now: Situation) -> list[Message]:
    """Return the messages for what is to be said; `red` is left to whoever knows the safety replies (none is made)."""
    catalogue, guide = answers.catalogue_of(library), library.guide
    if catalogue is None or guide is None:
        raise ValueError("data/movements is missing: there is nothing to guide with.")
    speaker = _Speaker(library, guide, catalogue, state, now)
    return [message for each in said if (message := speaker.message(each)) is not None]


def resume_choice(library: Library, state: State, language: str) -> Choice | None:
    """Return the choice that leads back to what is open, for an answer to another question in between."""
    if library.guide is None or state.open.state not in (READY, STEP):
        return None
    name = library.cards[state.open.card].text(language).exercise[state.open.form].name
    taken = answers.payload("exercise", **Command("resume").as_entities())
    return answers.choice(library.guide.text("resume", language, name=name), taken, state.open.card)


class _Speaker:
    """Says one thing after the other in one state."""

    def __init__(self, library: Library, guide: Guide, catalogue: Catalogue, state: State, now: Situation) -> None:
        self.library, self.guide, self.catalogue = library, guide, catalogue
        self.state, self.now, self.language = state, now, now.language
        self.card = library.cards[state.open.card]

    def message(self, said: Say) -> Message | None:
        """Return the message for one thing to say; its choices are those of what is open."""
        what = said.what
        if what == "held":
            return answers.reply(self.library, "movement-not-now", self.now)
        if what == "red":
            return None
        if what.startswith("screen"):
            return self._screen(what, said)
        if what in (READY, STEP):
            return self._player(what)
        if what == "aspect":
            return self._aspect(said.aspect or "")
        if what in (HURTS, AFTER, "after_worse"):
            text = {HURTS: "it_hurts", AFTER: "after"}.get(what, what)
            return self._plain(self._text(text), self._feelings() if what == AFTER else self._red_flags())
        if what in ("after_looser", "after_same", "stopped"):
            return self._plain(self._text(what), self._afterwards(what))
        return self._offers(said)

    # Texts and choices

    def _text(self, name: str, /, **values: Any) -> str:
        return self.guide.text(name, self.language, **values)

    def _card_text(self, card: str) -> str:
        return self.library.cards[card].text(self.language).answer

    def _plain(self, text: str, choices: list[Choice], kind: str = "text") -> Message:
        return answers.plain(self.library, self.card, text, choices, kind)

    def _does(self, label: str, do: str, topic: str | None = None, **more: Any) -> Choice:
        taken = answers.payload("exercise", **Command(do, **more).as_entities())
        return answers.choice(label, taken, topic)

    def _because(self, facts: Sequence[str]) -> str:
        reasons = [self.catalogue.screen.facts[each].because for each in facts]
        words = list(dict.fromkeys(row.get(self.language) or row["en"] for row in reasons))
        last = f" {self._text('and')} ".join(words[-2:])
        return ", ".join([*words[:-2], last])

    def _opens(self, card: str) -> list[Choice]:
        choice = answers.opens(self.library, card, self.now)
        return [choice] if choice else []

    # The screen

    def _screen(self, what: str, said: Say) -> Message:
        screen = self.catalogue.screen
        known = {*self.state.facts, *([CLEARS] if CLEARED in self.state.facts else [])}
        left = [each for each in screen.asked if each not in known]
        rows = [self._does(screen.facts[each].choice[self.language], "fact", facts=(each,)) for each in left]
        end = [self._does(self._text("screen.done" if known else "screen.none"), "none")]
        skip = [] if known else [self._does(self._text("screen.skip"), "skip")]
        text = {
            "screen": self._card_text("movement-screen"),
            "screen_more": self._text("screen.more", because=self._because(said.facts)),
            "screen_which": self._card_text("movement-screen-stop"),
        }.get(what) or self._text("screen.unclear")
        message = self._plain(text, [*rows, *end, *skip], "exercise")
        message["data"] = {
            "state": "screen",
            "several": True,
            "ask": self._text("screen.ask") if what == "screen" else text,
            "answers": [{"id": each, "number": screen.asked.index(each) + 1} for each in left],
            "groups": [
                {"label": group.label[self.language], "folded": group.folded, "answers": count}
                for group in screen.groups
                if (count := sum(each in left for each in group.facts))
            ],
            "done": self._text("screen.done"),
        }
        return message

    # Offers, and everything that ends in them

    def _offers(self, said: Say) -> Message:
        values = {"because": self._because(said.facts)} if said.facts else {}
        if said.name:
            values["name"] = self._form_name(*said.name)
        if said.what.startswith("other_side_before") or said.what == "other_side":
            values = {"side": self._text(f"sides.{said.aspect}"), "at": str(said.at + 1)}
        text = self._text(said.what, **values)
        rows = [self._offer(card, form) for card, form in said.cards]
        message = self._plain(text, [choice for choice, _ in rows], "exercise" if rows else "text")
        if rows:
            message["data"] = {"state": "offers", "offers": [picture for _, picture in rows]}
        message["choices"] += self._after_offers(said)
        return message

    def _after_offers(self, said: Say) -> list[Choice]:
        what = said.what
        if what in ("noted_fine", "switched", "unclear", "nothing_gentler") or what.startswith("other_side"):
            return []  # the step comes after it, with its own choices
        if what == "hurts_doctor":
            return self._opens(DOCTOR)
        more: list[Choice] = []
        if what.startswith("offers") and len(said.cards) == self.catalogue.at_most:
            more.append(self._does(self._text("another"), "another"))
        if what == "noted":
            more.append(self._does(self._text("find"), "find", topic=MENU))
        if self.state.passed == SKIPPED:
            more.append(self._does(self._text("answer_screen"), "ask_screen"))
        if CLEARS in self.state.facts and what in ("ruled_out", "noted_ruled_out"):
            more.append(self._does(self._text("cleared_choice"), "fact", facts=(CLEARED,)))
        if what in ("ruled_out", "noted_ruled_out", "none_fits", "hurts_over"):
            more += self._opens(DOCTOR)
        return more

    def _offer(self, card: str, form: str) -> tuple[Choice, dict[str, Any]]:
        exercise = self.catalogue.exercises[card]
        found = exercise.forms[form]
        smaller = form != next(iter(exercise.forms)) and bool(self.catalogue.reasons(self.state, card))
        label = "offer_smaller" if smaller else "offer"
        name = self._form_name(card, form)
        choice = self._does(self._text(label, name=name, minutes=found.minutes), "start", card, card=card, form=form)
        shown = found.steps[_telling(found)]
        return choice, {
            "topic": card,
            "name": name,
            "type": exercise.type,
            "minutes": found.minutes,
            "position": found.position,
            "smaller": smaller,
            "picture": f"{DRAWINGS}/{shown.drawing}.svg",
            "alt": self.guide.alt(shown.picture, shown.side, self.language),
        }

    def _form_name(self, card: str, form: str) -> str:
        return self.library.cards[card].text(self.language).exercise[form].name

    # The player

    def _player(self, what: str) -> Message:
        at = self.state.open
        exercise = self.catalogue.exercises[at.card]
        form = exercise.forms[at.form]
        steps = [self._step(form, place) for place in range(len(form.steps))]
        if what == READY:
            text, choices = self._ready(exercise, form), self._ready_choices(exercise, form)
        else:
            values = {"at": at.at + 1, "of": len(steps), "say": steps[at.at]["say"], "seconds": steps[at.at]["seconds"]}
            text = self._text("step_seconds" if steps[at.at]["seconds"] else "step", **values)
            choices = self._step_choices(last=at.at + 1 == len(steps))
        message = self._plain(text, choices, "exercise")
        words = self.card.text(self.language).exercise[at.form]
        rule = "stop_rule_practice" if exercise.is_practice else "stop_rule"
        message["data"] = {
            "state": what,
            "exercise": at.card,
            "form": at.form,
            "name": words.name,
            "type": exercise.type,
            "position": form.position,
            "equipment": list(form.equipment),
            "minutes": form.minutes,
            "needs": words.needs,
            "feel": words.feel,
            "stop_rule": self._text(rule),
            "at": at.at if what == STEP else None,
            "steps": steps,
        }
        return message

    def _step(self, form: Form, place: int) -> dict[str, Any]:
        step = form.steps[place]
        words = self.card.text(self.language).exercise[form.id].steps[step.name]
        side = self._text(f"sides.{step.side}") if step.side else None
        return {
            "say": words.format(side=side) if side else words,
            "seconds": step.seconds,
            "side": step.side,
            "picture": f"{DRAWINGS}/{step.drawing}.svg",
            "alt": self.guide.alt(step.picture, step.side, self.language),
        }

    def _ready(self, exercise: Exercise, form: Form) -> str:
        words = self.card.text(self.language).exercise[form.id]
        minutes = self._text("minute") if form.minutes == 1 else self._text("minutes", minutes=form.minutes)
        rule = "stop_rule_practice" if exercise.is_practice else "stop_rule"
        text = self._text(
            "ready",
            name=words.name,
            type=self._text(f"types.{exercise.type}"),
            minutes=minutes,
            needs=words.needs,
            feel=words.feel,
            stop_rule=self._text(rule),
        )
        return f"{text} {self._text('ready_hint')}"

    def _ready_choices(self, exercise: Exercise, form: Form) -> list[Choice]:
        choices = [self._does(self._text("start"), "next")]
        for other in self.catalogue.allowed(self.state, exercise.card):
            if other.id == form.id:
                continue
            label = "usual" if other.id == next(iter(exercise.forms)) else "gentler"
            name = self._form_name(exercise.card, other.id) if exercise.only_when_asked else self._text(label)
            choices.append(self._does(name, "start", card=exercise.card, form=other.id))
        return [*choices, self._does(self._text("other"), "another"), self._does(self._text("not_now"), "stop")]

    def _step_choices(self, last: bool) -> list[Choice]:
        labels = {"next": "finish" if last else "next", "back": "back", "repeat": "repeat", "stop": "stop"}
        choices = [self._does(self._text(label), do) for do, label in labels.items()]
        return [*choices, self._does(self._text("hurts"), "hurts")]  # web's player knows them by their places

    def _aspect(self, aspect: str) -> Message:
        words = self.card.text(self.language).follow_ups
        asked = self.library.follow_ups[aspect]
        return self._plain(words.get(aspect) or asked.text(self.language).answer, [])

    # Hurting, and afterwards

    def _red_flags(self) -> list[Choice]:
        return [self._does(self._text(do), do) for do in ("hurts_now", "hurts_today", "hurts_strong", "hurts_none")]

    def _feelings(self) -> list[Choice]:
        return [self._does(self._text(do), do) for do in ("looser", "same", "worse")]

    def _afterwards(self, what: str) -> list[Choice]:
        choices = [self._does(self._text("hurts"), "hurts")] if what == "stopped" else []
        choices.append(self._does(self._text("other"), "another"))
        return [*choices, *self._opens(DOCTOR if what == "stopped" else "what-i-can-do")]


def _telling(form: Form) -> int:
    """Return the step whose drawing tells most about a form: the longest one that is not the rest at the end."""
    steps = list(enumerate(form.steps[:-1]))
    return max(steps, key=lambda row: (row[1].seconds or 0, -row[0]))[0]

"""An exercise: the part of a card that can be done step by step, in a usual and a gentler form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SIDES = ("left", "right")
PRACTICE = "practice"
#: Seconds that reading a step and getting into it take, on average: for the time that is offered, never for a limit.
BETWEEN_STEPS = 6


@dataclass(frozen=True)
class Step:
    """One step. `name` names its words on the card, `seconds` is how long it is held, None without a time."""

    name: str
    picture: str
    side: str | None = None
    seconds: int | None = None

    @property
    def drawing(self) -> str:
        """Return the name of the drawing's file, without .svg: one for each side where there are sides."""
        return f"{self.picture}-{self.side}" if self.side else self.picture


@dataclass(frozen=True)
class Form:
    """One way of doing an exercise. `skip_if`: facts of the screen with which it is not offered. `level`: 1 to 3."""

    id: str
    position: str
    level: int
    steps: tuple[Step, ...]
    skip_if: frozenset[str] = frozenset()
    equipment: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """Return about how long it takes, rounded up."""
        held = sum(step.seconds or 0 for step in self.steps)
        return math.ceil((held + BETWEEN_STEPS * len(self.steps)) / 60)


@dataclass(frozen=True)
class Exercise:
    """The forms of one card, the usual one first. `only_when_asked`: never offered by itself."""

    card: str
    type: str
    areas: tuple[str, ...]
    forms: Mapping[str, Form]
    only_when_asked: bool = False

    @property
    def is_practice(self) -> bool:
        """Return whether this is a calm practice, which asks nothing of joints and needs no screen."""
        return self.type == PRACTICE


@dataclass(frozen=True)
class FormText:
    """The words of one form in one language: `steps` by the steps' names."""

    name: str
    needs: str
    feel: str
    steps: Mapping[str, str]


def exercise_of(card: str, raw: Mapping[str, Any]) -> Exercise:
    """Return the exercise of a card, from the fields that card.schema.json has checked."""
    return Exercise(
        card=card,
        type=raw["type"],
        areas=tuple(raw["areas"]),
        only_when_asked=raw.get("only_when_asked", False),
        forms={
            name: Form(
                id=name,
                position=form["position"],
                level=form["level"],
                steps=tuple(
                    Step(step["step"], step["picture"], step.get("side"), step.get("seconds")) for step in form["steps"]
                ),
                skip_if=frozenset(form.get("skip_if", ())),
                equipment=tuple(form.get("equipment", ())),
            )
            for name, form in raw["forms"].items()
        },
    )


def texts_of(raw: Mapping[str, Any]) -> dict[str, FormText]:
    """Return the words of all forms in one language."""
    return {
        name: FormText(
            name=" ".join(form["name"].split()),
            needs=" ".join(form["needs"].split()),
            feel=" ".join(form["feel"].split()),
            steps={step: " ".join(say.split()) for step, say in form["steps"].items()},
        )
        for name, form in raw.items()
    }


def mismatches(raw: Mapping[str, Any], texts: Mapping[str, Any]) -> Iterator[tuple[Sequence[str], str]]:
    """Yield (path under the texts, problem) where the forms of a card and their words do not belong together."""
    for name, form in raw["forms"].items():
        if name not in texts:
            yield (name,), f"the form {name!r} has no words here."
            continue
        said, needed = set(texts[name]["steps"]), {step["step"] for step in form["steps"]}
        for step in sorted(needed - said):
            yield (name, "steps"), f"the step {step!r} has no words here."
        for step in sorted(said - needed):
            yield (name, "steps", step), "no step of the form has this name."
        sided = {step["step"]: "side" in step for step in form["steps"]}
        for step in sorted(said & needed):
            if "{side}" in texts[name]["steps"][step] and not sided[step]:
                yield (name, "steps", step), "this names a {side}, but the step has none."
    for name in sorted(set(texts) - set(raw["forms"])):
        yield (name,), "there is no such form in `exercise.forms`."

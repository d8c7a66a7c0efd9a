"""What is wrong between cards and data/movements: a fact, a drawing or a step that one names and the other lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.located_yaml import Fault, Located
from knowledge.movements.exercise import mismatches
from knowledge.movements.guide import Guide


def exercise_faults(document: Located, languages: tuple[str, ...], guide: Guide | None) -> Iterator[Fault]:
    """Yield the faults of one card's exercise; without a guide only those within the card."""
    raw = document.value.get("exercise")
    said = [language for language in languages if "exercise" in document.value.get(language, {})]
    if raw is None:
        for language in said:
            problem = "there are words for an exercise, but no `exercise`."
            yield document.fault([language, "exercise"], problem, "Add `exercise:` with its forms.")
        return
    for language in languages:
        texts = document.value.get(language)
        if texts is None:
            continue
        if "exercise" not in texts:
            yield document.fault([language], "the exercise has no words here.", "Add `exercise:` with name and steps.")
            continue
        for where, problem in mismatches(raw, texts["exercise"]):
            yield document.fault([language, "exercise", *where], problem, "Give both the same names.")
    if guide is not None:
        yield from _unknown(document, raw["forms"], guide)


def _unknown(document: Located, forms: Mapping[str, Mapping[str, object]], guide: Guide) -> Iterator[Fault]:
    for name, form in forms.items():
        skip = form.get("skip_if", [])
        for at, fact in enumerate(skip if isinstance(skip, list) else []):
            if fact not in guide.screen.facts:
                problem = f"data/movements/screen.yml has no fact {fact!r}."
                yield document.fault(["exercise", "forms", name, "skip_if", at], problem, "Name one that it has.")
        steps = form["steps"]
        for at, step in enumerate(steps if isinstance(steps, list) else []):
            if step["picture"] not in guide.pictures["en"]:
                problem = f"data/movements/pictures.yml has no {step['picture']!r}."
                where = ("exercise", "forms", name, "steps", at, "picture")
                yield document.fault(where, problem, "Describe it there and draw it.")

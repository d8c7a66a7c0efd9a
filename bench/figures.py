"""Figures: one system's outcomes over all rows, counted, with their floors and a table of several systems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bench import outcome
from bench.outcome import Outcome, Said
from bench.rows import HeldOut, SharedRow
from knowledge import places
from knowledge.safety.slips import misspell

FLOOR = places.ROOT / "bench" / "understanding_floor.yml"

#: Reads a message; the second argument is the card that one is on, or None.
Reader = Callable[[str, str | None], Said]


@dataclass(frozen=True)
class Figure:
    """A count out of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share of 1."""
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{100 * self.share:5.1f} %  {self.count:>4}/{self.of}"


@dataclass
class Read:
    """A row, what was said to it, and what became of it; `right` is None where nobody knows the right card."""

    kind: str
    said: Said
    outcome: Outcome
    right: bool | None = None
    accept: frozenset[str] = frozenset()


@dataclass
class Measured:
    """What `measure` found: figures by key, in the order of the table, and every reading for the pictures."""

    figures: dict[str, Figure] = field(default_factory=dict)
    readings: list[Read] = field(default_factory=list)

    def add(self, kind: str, readings: Sequence[Read], keys: Mapping[str, Iterable[Outcome]]) -> None:
        """Keep readings, and count."""
        self.readings.extend(readings)
        self.count(kind, readings, keys)

    def count(self, kind: str, readings: Sequence[Read], keys: Mapping[str, Iterable[Outcome]]) -> None:
        """Count each of `keys` among readings."""
        for key, outcomes in keys.items():
            wanted = set(outcomes)
            self.figures[f"{kind}.{key}"] = Figure(sum(each.outcome in wanted for each in readings), len(readings))


#: What is counted of questions that have a right card.
OF_QUESTIONS: Mapping[str, tuple[Outcome, ...]] = {
    "understood": (Outcome.ANSWERED, Outcome.OFFERED),
    "answered": (Outcome.ANSWERED,),
    "offered": (Outcome.OFFERED,),
    "wrong": (Outcome.WRONG,),
    "missed": (Outcome.MISSED,),
}
#: What a table calls each figure.
NAMES = {
    "cards.accuracy": "all examples, cross-validated: right label first",
    "cards.understood": "  cards: answered or among 3 choices",
    "cards.answered": "  cards: answered at once",
    "cards.wrong": "  cards: a wrong card, confidently",
    "cards.follow_ups": "  follow-ups: answered from the card one is on",
    "cards.off_topic": "  off-topic: a health card",
    "questions.understood": "own questions: answered or among 3 choices",
    "questions.answered": "  answered at once",
    "questions.offered": "  among 3 choices",
    "questions.wrong": "  a wrong card, confidently",
    "questions.missed": "  not understood",
    "questions_new.understood": "those unlike any example (cosine < 0.75)",
    "questions_new.answered": "  answered at once",
    "questions_new.wrong": "  a wrong card, confidently",
    "questions_on_card.understood": "the same, asked after another card",
    "questions_on_card.wrong": "  a wrong card, confidently",
    "questions_typed_badly.understood": "the same, typed badly (a slip for 14 letters)",
    "questions_typed_badly.answered": "  answered at once",
    "questions_typed_badly.wrong": "  a wrong card, confidently",
    "follow_ups.answered": "own follow-ups in context: as asked",
    "follow_ups.on_card": "  from the right card",
    "two_questions.found": "own two questions in one: both found",
    "two_questions.wrong": "  a wrong card",
    "off_topic.health_card": "own off-topic: a health card",
    "off_topic.offered": "  choices offered",
    "off_topic.handled": "  handled",
    "off_topic_on_card.health_card": "the same, after a card: a health card",
}
for _name, _title in {
    "real_questions_en": "public questions (en)",
    "real_questions_es": "public questions (es)",
}.items():
    NAMES[f"{_name}.answered"] = f"{_title}: answered from a card"
    NAMES[f"{_name}.offered"] = "  did you mean"
    NAMES[f"{_name}.handled"] = "  another reply"
    NAMES[f"{_name}.missed"] = "  missed"
for _name in ("small_talk", "out_of_scope", "ordinary_stress"):
    NAMES[f"{_name}.health_card"] = f"public {_name.replace('_', ' ')}: a health card"
    NAMES[f"{_name}.offered"] = "  choices offered"
    NAMES[f"{_name}.handled"] = "  handled"
NAMES["all_off_topic.health_card"] = "all off-topic and small talk: a health card"


def measure(
    read: Reader,
    held_out: HeldOut,
    shared: Mapping[str, Sequence[SharedRow]],
    cards: frozenset[str],
    areas: Mapping[str, str],
    new: Collection[str] = (),
) -> Measured:
    """Read every row and count.

    `cards` are the ids of health, movement, treatment and clinic cards, `new` the questions unlike any example.
    """
    found = Measured()
    _questions(found, read, held_out, cards, new)
    _typed_badly(found, read, held_out)
    _follow_ups(found, read, held_out, areas)
    two = [(row, read(row.text, None)) for row in held_out.two_questions]
    readings = [Read("two_questions", it, outcome.of_two_questions(it, row)) for row, it in two]
    keys = {"found": (Outcome.ANSWERED, Outcome.OFFERED), "wrong": (Outcome.WRONG,)}
    found.add("two_questions", readings, keys)
    _off_topic(found, "off_topic", read, held_out.off_topic, cards)
    _off_topic_on_card(found, read, held_out.off_topic, cards)
    for language in ("en", "es"):
        rows = [row for row in shared.get("real_questions", ()) if row.language == language]
        _unlabelled(found, f"real_questions_{language}", read, rows, cards)
    for name in ("small_talk", "out_of_scope", "ordinary_stress"):
        _off_topic(found, name, read, [row.text for row in shared.get(name, ())], cards)
    _all_off_topic(found)
    return found


def _questions(found: Measured, read: Reader, held_out: HeldOut, cards: frozenset[str], new: Collection[str]) -> None:
    readings, on_card = [], []
    for at, row in enumerate(held_out.questions):
        it = read(row.text, None)
        right = it.label.partition("/")[2] in row.accept
        readings.append(Read("questions", it, outcome.of_question(it, row.accept), right, row.accept))
        it = read(row.text, other_card(cards, row.accept, at))
        on_card.append(Read("questions_on_card", it, outcome.of_question(it, row.accept, on_card=True)))
    found.add("questions", readings, OF_QUESTIONS)
    unlike = [each for row, each in zip(held_out.questions, readings, strict=True) if row.text in new]
    found.count("questions_new", unlike, OF_QUESTIONS)
    found.add("questions_on_card", on_card, OF_QUESTIONS)


def _typed_badly(found: Measured, read: Reader, held_out: HeldOut) -> None:
    """Count the same questions as tired thumbs would type them: nothing was learned from slips of these."""
    said = [(row, read(misspell(row.text, "en"), None)) for row in held_out.questions]
    readings = [Read("questions_typed_badly", it, outcome.of_question(it, row.accept)) for row, it in said]
    found.add("questions_typed_badly", readings, OF_QUESTIONS)


def other_card(cards: Iterable[str], accept: Collection[str], at: int) -> str:
    """Return a card that is not accepted, another one from row to row, the same one from run to run."""
    others = sorted(set(cards) - set(accept))
    return others[at * 7 % len(others)]


def _follow_ups(found: Measured, read: Reader, held_out: HeldOut, areas: Mapping[str, str]) -> None:
    pairs = [(row, read(row.text, row.topic)) for row in held_out.follow_ups]
    readings = [Read("follow_ups", it, outcome.of_follow_up(it, row, areas)) for row, it in pairs]
    found.add("follow_ups", readings, {"answered": (Outcome.ANSWERED,)})
    staying = sum(outcome.stays_on_card(it, row, areas) for row, it in pairs)
    found.figures["follow_ups.on_card"] = Figure(staying, len(pairs))


def _off_topic(found: Measured, kind: str, read: Reader, texts: Sequence[str], cards: frozenset[str]) -> None:
    if not texts:
        return
    said = [read(text, None) for text in texts]
    readings = [Read(kind, it, outcome.of_off_topic(it, cards)) for it in said]
    keys = {"health_card": (Outcome.WRONG,), "offered": (Outcome.OFFERED,), "handled": (Outcome.HANDLED,)}
    found.add(kind, readings, keys)


def _off_topic_on_card(found: Measured, read: Reader, texts: Sequence[str], cards: frozenset[str]) -> None:
    said = [read(text, other_card(cards, (), at)) for at, text in enumerate(texts)]
    readings = [Read("off_topic_on_card", it, outcome.of_off_topic(it, cards, on_card=True)) for it in said]
    found.add("off_topic_on_card", readings, {"health_card": (Outcome.WRONG,)})


def _unlabelled(found: Measured, kind: str, read: Reader, rows: Sequence[SharedRow], cards: frozenset[str]) -> None:
    if not rows:
        return
    said = [read(row.text, None) for row in rows]
    readings = [Read(kind, it, outcome.of_unlabelled(it, cards)) for it in said]
    keys = {each.value: (each,) for each in (Outcome.ANSWERED, Outcome.OFFERED, Outcome.HANDLED, Outcome.MISSED)}
    found.add(kind, readings, keys)


def _all_off_topic(found: Measured) -> None:
    """Add up off-topic and small talk: the figure that the project promises."""
    parts = [found.figures.get(f"{kind}.health_card") for kind in ("off_topic", "small_talk", "out_of_scope")]
    known = [part for part in parts if part]
    total = Figure(sum(part.count for part in known), sum(part.of for part in known))
    found.figures["all_off_topic.health_card"] = total


def table(systems: Mapping[str, Mapping[str, Figure]]) -> str:
    """Return the figures as text, one system a column."""
    keys = [key for key in NAMES if any(key in figures for figures in systems.values())]
    lines = [f"{'':<50}" + "".join(f"{name:>24}" for name in systems)]
    for key in keys:
        cells = (str(figures[key]) if key in figures else "–" for figures in systems.values())
        lines.append(f"{NAMES[key]:<50}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)


def below_floor(figures: Mapping[str, Figure], path: Path = FLOOR) -> list[str]:
    """Return a line for each figure that misses its floor; figures that were not measured are passed over."""
    floors = yaml.safe_load(path.read_text(encoding="utf-8"))
    lines = []
    for key, limits in floors.items():
        figure = figures.get(key)
        if figure is None or not figure.of:
            continue
        low, high = limits.get("at_least", 0.0), limits.get("at_most", 1.0)
        if not low <= figure.share <= high:
            lines.append(f"{key} is {figure.share:.3f}, must be between {low} and {high}.")
    return lines

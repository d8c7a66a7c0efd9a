"""`make eval-check-in`: how well typed answers of the check-in are understood, on rows that are no examples.

Each row is read by the lines of code that the service runs: by the reader alone, and with the safety filter in front,
where what it raises interrupts the check-in. A miss costs one more question; a red-flag sign that is taken for "none"
would cost care, and is counted on its own: there must be none. `--list` prints every miss.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bench.eval_safety import classifier
from components.check_in_guess import Guesses
from components.check_in_routing import FORM, guessed
from components.embedding import shared_embedding
from components.embedding_store import embed_examples
from components.safety_filter import for_answer
from knowledge import places
from knowledge.check_in.content import CheckIn, load_check_in
from knowledge.check_in.course import Progress, Said
from knowledge.check_in.denial import Denial
from knowledge.check_in.reading import Reader
from knowledge.safety import Context, SafetyFilter, SafetyRules

FOLDER = places.ROOT / "tests" / "check_in"
#: The first set, by which the aim is judged; more voices; and rows that were written when all was finished.
HELD_OUT, VOICES, FRESH = (FOLDER / f"held_out{name}.yml" for name in ("", "_2", "_3"))
TODAY = date(2026, 11, 22)
#: Share of rows that must be understood with the safety filter in front, a little below what was measured.
FLOORS = {HELD_OUT: 0.94, VOICES: 0.86, FRESH: 0.86}
#: Levels whose signs the safety filter may take out of the check-in's hands: its reply is no less careful.
URGENT = ("crisis", "A", "B")


@dataclass(frozen=True)
class Row:
    """A typed answer: the open question, the text, and all that it may mean, as `outcome` writes it."""

    question: str
    text: str
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What was understood of a row. `asked_again`: nothing was taken, so that the visitor is asked once more.

    `tier` is what the safety filter raised it to, whose reply comes then. `sign`: the row means an urgent sign.
    """

    row: Row
    got: str
    care_lost: bool
    sign: bool = False
    tier: str | None = None

    @property
    def right(self) -> bool:
        """Whether it is what the row means; for what the filter raised, whether the row means an urgent sign."""
        return self.sign if self.tier else self.got in self.row.wanted

    @property
    def asked_again(self) -> bool:
        """Whether nothing was taken."""
        return self.got == "again"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns the exit code: 1 below a floor, or when a sign was taken for none."""
    parser = argparse.ArgumentParser(prog="python -m bench.eval_check_in", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print every row that was not understood")
    parser.add_argument("--rows", type=Path, action="append", help="a file with rows, in place of the project's own")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.rows or FLOORS:
        results = measure(load_check_in(), load_rows(path))
        filtered = behind_the_filter(results)
        floor = FLOORS.get(path, 0.0)
        _report(path, results, filtered, floor, options.list)
        failed |= share(filtered) < floor or any(each.care_lost for each in results)
    return 1 if failed else 0


def share(results: Sequence[Result]) -> float:
    """Return the share of rows that were understood."""
    return sum(each.right for each in results) / len(results)


def _report(path: Path, results: Sequence[Result], filtered: Sequence[Result], floor: float, listed: bool) -> None:
    right, again = sum(each.right for each in results), sum(each.asked_again and not each.right for each in results)
    lost = [each for each in results if each.care_lost]
    of, missed = (
        Counter(each.row.question for each in results),
        Counter(each.row.question for each in results if not each.right),
    )
    whole, raised = sum(each.right for each in filtered), [each for each in filtered if each.tier]
    harmless = sum(not each.sign for each in raised)
    print(f"{path.name}, {len(results)} rows")
    print(f"  with the safety filter in front    {whole} ({share(filtered):.1%}; floor {floor:.0%})")
    print(f"    raised by it                     {len(raised)}, {harmless} with no urgent sign")
    print(f"  by the reader alone                {right} ({share(results):.1%})")
    print(f"    asked again, taken for another   {again}, {len(results) - right - again}")
    print(f"    a red flag taken for none or less {len(lost)}")
    print("    missed by question               " + ", ".join(f"{name} {missed[name]}/{of[name]}" for name in of))
    for each in filtered if listed else lost:
        if not each.right or each.care_lost:
            got = f"raised to {each.tier}" if each.tier else each.got
            print(f"  {each.row.question:<9} {each.row.text!r}: {got}, means {' or '.join(each.row.wanted)}")


def load_rows(path: Path = HELD_OUT) -> list[Row]:
    """Return the held-out rows. Raises OSError, KeyError."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Row(question, row["text"], wanted(row, question)) for question, rows in raw.items() for row in rows]


def wanted(row: dict[str, Any], question: str) -> tuple[str, ...]:
    """Return what a row may mean, as texts to compare."""
    if "move" in row:
        return ("again" if row["move"] == "other" else str(row["move"]),)
    of, choices = row.get("of", question), sorted(row["choices"])
    if row.get("any"):
        return tuple(f"{of}: {choice}" for choice in choices)
    return (f"{of}: {', '.join(choices)}" if choices else "again",)


def measure(check_in: CheckIn, rows: Sequence[Row]) -> list[Result]:
    """Read every row as the service does."""
    reader, guesses = Reader(check_in), Guesses.fit(check_in, embed_examples)
    embeddings = shared_embedding().embed([row.text for row in rows])
    results = []
    for row, embedding in zip(rows, embeddings, strict=True):
        said = reader.read(row.text, at(check_in, row.question), TODAY)
        if said is None:
            guess = partial(guesses.guess, embedding=embedding)
            said = guessed(reader, check_in.question(row.question), row.text, guess)
        results.append(_result(check_in, row, said))
    return results


def behind_the_filter(results: Sequence[Result]) -> list[Result]:
    """Return the results as they are in the service, where the safety filter reads every answer first."""
    rules = SafetyRules()
    safety = SafetyFilter(rules, classifier(rules))
    sentences = shared_embedding().sentences([each.row.text for each in results])
    in_the_form, denial = Context(state=FORM), Denial(load_check_in().controls)
    found = [
        safety.assess(text, sentence, for_answer(in_the_form, text, denial))
        for text, sentence in zip((each.row.text for each in results), sentences, strict=True)
    ]
    return [
        replace(each, tier=one.tier, care_lost=False) if one.interrupts else each
        for each, one in zip(results, found, strict=True)
    ]


def at(check_in: CheckIn, question: str) -> Progress:
    """Return a progress at a question, with every one before it answered by its first choice."""
    before = _before(check_in, question)
    return Progress(answers={name: (check_in.question(name).choices[0].id,) for name in before}, question=question)


def outcome(said: Said | str | None) -> str:
    """Return what was understood, as one text to compare: "where: jaw, neck", "skip", or "again"."""
    if said is None:
        return "again"
    if isinstance(said, str):
        return said
    return f"{said.question}: {', '.join(sorted(said.choices))}" if said.move == "answer" else said.move


def _before(check_in: CheckIn, question: str) -> Iterator[str]:
    for each in check_in.questions:
        if each.id == question:
            return
        if not each.asked_if:
            yield each.id


def _result(check_in: CheckIn, row: Row, said: Said | str | None) -> Result:
    return Result(row, outcome(said), _care_lost(check_in, row, outcome(said)), _is_sign(check_in, row))


def _is_sign(check_in: CheckIn, row: Row) -> bool:
    """Return whether a row means a sign that leads to urgent care."""
    levels = [level.id for level in check_in.levels]
    most_urgent = min(_urgency(check_in, each) for each in row.wanted)
    return most_urgent < len(levels) and levels[most_urgent] in URGENT


def _care_lost(check_in: CheckIn, row: Row, got: str) -> bool:
    """Return whether an answer was taken that leads to less than the one that was meant."""
    wanted_level = max(_urgency(check_in, each) for each in row.wanted)
    got_level = _urgency(check_in, got)
    return check_in.question(row.question).red_flag and ": " in got and got_level > wanted_level


def _urgency(check_in: CheckIn, meaning: str) -> int:
    """Return the place of the most urgent level that an answer leads to; after all levels when it leads to none."""
    levels = [level.id for level in check_in.levels]
    question, is_answer, choices = meaning.partition(": ")
    if not is_answer:
        return len(levels)
    picked = choices.split(", ") if choices else []
    effects = [check_in.question(question).choice(each).effect for each in picked]
    return min((levels.index(each) for each in effects if each), default=len(levels))


if __name__ == "__main__":
    sys.exit(main())

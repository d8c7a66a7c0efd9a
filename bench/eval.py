"""`make eval`: how well messages are understood, on rows that are no training examples. Pictures go to results/.

Each row is read by the lines of code that the service runs (`components.understanding`), without Rasa around them and
without the safety filter, which `make eval-safety` measures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bench import figures, pictures
from bench.cross_validation import CrossValidation, cross_validate
from bench.curve import curve
from bench.figures import Measured, Reader
from bench.fitting import RememberingClassifier, fit
from bench.outcome import Said, said
from bench.rows import EVAL, SHARED, Examples, HeldOut, SharedRow, load_examples, load_held_out, load_shared
from components.embedding import Matrix, shared_embedding
from components.routing import Context
from components.understanding import Understanding, learn_spelling, load_areas, load_numbers
from knowledge import places
from knowledge.cards import FOLDERS, Library, load_library

RESULTS = places.ROOT / "results"
#: From this cosine on, a question is worded like an example.
LIKE = 0.75


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and draw. Returns the exit code: 1 only with --check and a figure below its floor."""
    options = _options(arguments)
    library = load_library()
    examples = load_examples(library)
    held_out, shared = load_rows(examples, options.eval)
    _progress("fitting on all examples")
    ours = understanding(examples)
    measured = measure(ours, held_out, shared, library)
    validated = None
    if options.folds:
        cards = health_cards(library)
        validated = cross_validate(ours, examples, cards, options.folds, _progress)
        measured.figures.update(validated.figures(cards, ours.numbers.off_topic_replies))
    _progress("")
    print(figures.table({"ours": measured.figures}))
    _print_cards(measured, validated)
    if options.curve:
        print("\n" + curve(ours, lambda each: measure(each, held_out, shared, library)))
    page = pictures.write(options.out, measured, validated, ours.numbers)
    print(f"\nPictures: {page}")
    missed = figures.below_floor(measured.figures)
    if missed:
        print("Below the floor (bench/understanding_floor.yml):\n  " + "\n  ".join(missed))
    return 1 if missed and options.check else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("--eval", type=Path, default=EVAL, help="folder with the public rows (.jsonl)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the pictures")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation; 0 leaves it out")
    parser.add_argument("--curve", action="store_true", help="the main figures at other thresholds too")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is below its floor")
    return parser.parse_args(arguments)


def load_rows(examples: Examples, folder: Path) -> tuple[HeldOut, dict[str, list[SharedRow]]]:
    """Return both kinds of rows and say what is left out."""
    held_out = load_held_out(examples.texts)
    print(f"{len(examples.texts)} examples of {len(set(examples.labels))} cards, replies and follow-ups. ", end="")
    print(f"Held-out rows left out because a card has them as an example: {held_out.dropped}.")
    shared = load_shared(folder)
    absent = [name for name in SHARED if name not in shared]
    if absent:
        print(f"Skipped, not in {folder}: {', '.join(absent)}.")
    return held_out, shared


def understanding(examples: Examples) -> Understanding:
    """Return the understanding of the service, fitted on all examples."""
    fitted = fit(examples)
    remembering = RememberingClassifier(**vars(fitted))
    spelling = learn_spelling(examples.texts, examples.labels)
    return Understanding(remembering, load_numbers(), load_areas(), lambda texts: _embedded(tuple(texts)), spelling)


@cache
def _embedded(texts: tuple[str, ...]) -> Matrix:
    return shared_embedding().embed(texts)  # once: thresholds are tried on the same rows again and again


def measure(
    ours: Understanding, held_out: HeldOut, shared: Mapping[str, Sequence[SharedRow]], library: Library
) -> Measured:
    """Read every row as the service does, and count."""
    new = unlike_examples(ours, held_out)
    return figures.measure(reader(ours), held_out, shared, health_cards(library), ours.areas, new)


def unlike_examples(ours: Understanding, held_out: HeldOut) -> frozenset[str]:
    """Return the held-out questions that are worded like no example: the ones that say most about new visitors."""
    texts = [row.text for row in held_out.questions]
    return frozenset(text for text in texts if (ours.classifier.examples @ ours.embed([text])[0]).max() < LIKE)


def reader(ours: Understanding) -> Reader:
    """Return our reading of a message, in the shape that all systems share."""

    def read(text: str, topic: str | None) -> Said:
        reading = ours.read(text, Context(topic=topic))
        return said(reading.decision, *reading.ranking[0])

    return read


def health_cards(library: Library) -> frozenset[str]:
    """Return the ids of the cards about health, movements, treatments and the clinic."""
    return frozenset(card.id for card in library.cards.values() if FOLDERS[card.folder] == "ask")


def _print_cards(measured: Measured, validated: CrossValidation | None) -> None:
    if validated:
        counts = validated.by_label()
        weakest = sorted(counts, key=lambda label: counts[label].share)[:10]
        print("\nWeakest by cross-validation:")
        for label in weakest:
            print(f"  {label:<40}{counts[label]}")
        print("\nCards most confused by cross-validation (examples of the first taken for the second):")
        with_cards = {pair: count for pair, count in validated.confusions().items() if "ask/" in "".join(pair)}
        for (label, guess), count in pictures.top(with_cards, 20):
            print(f"  {count:>3}  {label} → {guess}")
    print("\nMost confused among the own questions (best of the accepted cards → what was most likely):")
    for (label, guess), count in pictures.top(pictures.question_confusions(measured), 15):
        print(f"  {count:>3}  {label} → {guess}")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="\r" if not text else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)

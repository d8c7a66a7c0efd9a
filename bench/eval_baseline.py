"""`make eval-baseline`: the figures of `make eval`, ours and those of Rasa's default pipeline on the same cards."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import eval as ours_eval
from bench import figures, stock
from bench.rows import EVAL, load_examples
from knowledge.cards import load_library


def main(arguments: Sequence[str] | None = None) -> int:
    """Train when nothing fitting is there, measure both and print. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.eval_baseline", description=__doc__)
    parser.add_argument("--eval", type=Path, default=EVAL, help="folder with the public rows (.jsonl)")
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="fewer make a quick trial, not a fair figure")
    parser.add_argument("--stale", action="store_true", help="the newest trained default pipeline, even of older cards")
    options = parser.parse_args(arguments)
    library = load_library()
    examples = load_examples(library)
    held_out, shared = ours_eval.load_rows(examples, options.eval)
    ours = ours_eval.understanding(examples)
    measured = ours_eval.measure(ours, held_out, shared, library)
    began = time.monotonic()
    try:
        model = stock.train(stock.project(library, examples, options.epochs), print, stale=options.stale)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"({time.monotonic() - began:.0f} s)")
    read = stock.reader(model, {stock.intent_of(label): label for label in examples.labels})
    theirs = figures.measure(
        read,
        held_out,
        shared,
        ours_eval.health_cards(library),
        ours.areas,
        ours_eval.unlike_examples(ours, held_out),
    )
    name = "Rasa's default" if options.epochs == stock.EPOCHS else f"Rasa, {options.epochs} epochs"
    print(figures.table({"ours": measured.figures, name: theirs.figures}))
    print("Rasa's default offers no choices and knows no card that one is on: there it is counted by the intent alone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

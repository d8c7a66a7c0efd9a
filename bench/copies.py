"""`make bench-copies`: what the second of two Rasas that share one model brings on this machine, and what it takes.

Both systems are up all the time and get their visitors in turn, a few seconds each, so that a machine that slows down
slows both.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import services
from bench.load import Load, PublicApi, load
from bench.rows import load_examples, load_held_out
from bench.speed import messages
from knowledge import places
from knowledge.cards import load_library
from tools.train import trained_model

SYSTEMS = {1: "one Rasa", 2: "two that share a model"}
#: Visitors at once, without time to think.
VISITORS = (1, 4, 6, 8, 10)


@dataclass
class Measured:
    """What one system did: its turns by visitors at once, and the memory of all its processes in MB afterwards."""

    turns: dict[int, list[Load]] = field(default_factory=dict)
    megabytes: float = 0.0

    def of(self, visitors: int) -> tuple[float, float, float]:
        """Return messages a second, p50 and p95 (milliseconds): the middle of the turns."""
        turns = self.turns[visitors]
        return (
            median(each.per_second for each in turns),
            median(each.quantile(0.5) for each in turns),
            median(each.quantile(0.95) for each in turns),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both in turn, print and write results/copies.md. Returns the exit code."""
    options = _options(arguments)
    model = trained_model()
    if model is None:
        print("There is no trained model of these cards: run `make train`.", file=sys.stderr)
        return 1
    library = load_library()
    texts = messages(load_held_out(load_examples(library).texts))
    try:
        report = write_up(measure(model.resolve(), texts, options.rounds, options.seconds))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "copies.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.copies", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each system for each number of visitors")
    parser.add_argument("--seconds", type=float, default=6.0, help="of a turn")
    parser.add_argument("--out", type=Path, default=places.ROOT / "results", help="folder for copies.md")
    return parser.parse_args(arguments)


def measure(model: Path, texts: Sequence[str], rounds: int, seconds: float) -> Mapping[int, Measured]:
    """Start both systems, have visitors talk to them in turn, and stop them."""
    found = {rasas: Measured() for rasas in SYSTEMS}
    with contextlib.ExitStack() as stack:
        running = {}
        for rasas in SYSTEMS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unclench-copies-")))
            service, base = services.ours(model, folder, rasas)
            running[rasas] = stack.enter_context(service), PublicApi(base)
            load(running[rasas][1], texts, 4, seconds, False)  # the first messages after a start are slow
        for round_ in range(rounds):
            for visitors in VISITORS:
                print(f"round {round_ + 1} of {rounds}: {visitors} visitor(s)", flush=True)
                for rasas, (_, target) in running.items():
                    done = load(target, texts, visitors, seconds, False)
                    found[rasas].turns.setdefault(visitors, []).append(done)
        for rasas, (service, _) in running.items():
            found[rasas].megabytes = sum(service.memory().values())
    return found


def write_up(found: Mapping[int, Measured]) -> str:
    """Return the report."""
    lines = ["# Two Rasas that share a model against one", "", "| visitors at once | system | a second | p50 | p95 |"]
    lines.append("|---|---|---|---|---|")
    for visitors in VISITORS:
        for rasas, name in SYSTEMS.items():
            a_second, p50, p95 = found[rasas].of(visitors)
            lines.append(f"| {visitors} | {name} | {a_second:.1f} | {p50:.0f} ms | {p95:.0f} ms |")
    one, two = (found[rasas].megabytes for rasas in SYSTEMS)
    lines += ["", f"Memory of all processes afterwards: {one:.0f} MB and {two:.0f} MB; what is shared counts once."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

"""`make bench-speed`: reply times, growth with the conversation, memory and start, beside Rasa's default pipeline.

Both systems run at the same time and get the same messages in turn, so that a machine that slows down slows both. The
ratios are what to look at: milliseconds depend on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from bench import services, stock
from bench.rows import HeldOut, load_examples, load_held_out
from bench.talk import Conversation, PublicApi, RestChannel, System
from knowledge import places
from knowledge.cards import load_library
from tools.train import MODELS, trained_model

OURS, STOCK = "ours", "Rasa's default"
TURNS = 5
EARLY = range(3, 8)
LATE = range(291, 306)
WARM_UP = 5


@dataclass
class Timed:
    """What was measured of one system: milliseconds, megabytes by process, seconds."""

    replies: list[float] = field(default_factory=list)
    early: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    memory: Mapping[str, float] = field(default_factory=dict)
    ready: float = 0.0

    def quantile(self, share: float) -> float:
        """Return a quantile of the reply times."""
        return float(np.quantile(self.replies, share))

    @property
    def growth(self) -> float:
        """How much longer turn 300 takes than turn 5."""
        return median(self.late) / median(self.early)

    @property
    def megabytes(self) -> float:
        """The resident memory of all processes."""
        return sum(self.memory.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, measure, stop, print and write results/speed.md. Returns the exit code."""
    options = _options(arguments)
    model = options.model or trained_model()
    if model is None and (model := newest_model()):
        _say("The model is older than the content or the code: `make train` makes a new one.")
    if model is None:
        print("There is no trained model: run `make train`.", file=sys.stderr)
        return 1
    library = load_library()
    examples = load_examples(library)
    texts = messages(load_held_out(examples.texts))
    timed = {OURS: Timed()}
    try:
        with contextlib.ExitStack() as stack:
            systems: dict[str, System] = {}
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unclench-speed-")))
            running = {}
            if not options.without_stock:
                files = stock.project(library, examples, options.epochs)
                trained = stock.train(files, _say, stale=options.stale)
                (folder / "stock").mkdir()
                running[STOCK], base = services.stock_service(trained, files, folder / "stock")
                systems[STOCK] = RestChannel(base)
                timed[STOCK] = Timed()
            running[OURS], base = services.ours(model.resolve(), folder)
            systems[OURS] = PublicApi(base)
            for name, service in running.items():
                _say(f"starting {name}")
                timed[name].ready = stack.enter_context(service).seconds_to_ready
            measure(systems, timed, texts, options.conversations, options.long)
            for name, service in running.items():
                timed[name].memory = service.memory()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    report = write_up(timed)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--model", type=Path, help="our model; default: the one that `make train` made last")
    parser.add_argument("--without-stock", action="store_true", help="ours alone, without Rasa's default pipeline")
    parser.add_argument("--stale", action="store_true", help="the newest trained default pipeline, even of older cards")
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="of the default pipeline")
    parser.add_argument("--conversations", type=int, default=40, help=f"short ones, {TURNS} messages each")
    parser.add_argument(
        "--long", type=int, default=3, help=f"long ones, {LATE.stop - 1} messages each (stock: one); 0: none"
    )
    parser.add_argument("--out", type=Path, default=places.ROOT / "results", help="folder for speed.md")
    return parser.parse_args(arguments)


def newest_model() -> Path | None:
    """Return the newest trained model, or None."""
    models = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return models[-1] if models else None


def messages(held_out: HeldOut) -> list[str]:
    """Return what is sent, in an order that is the same from run to run."""
    texts = [row.text for row in held_out.questions]
    random.Random(0).shuffle(texts)  # noqa: S311 (an order, not a secret)
    return texts


def measure(
    systems: Mapping[str, System], timed: Mapping[str, Timed], texts: Sequence[str], short: int, long: int
) -> None:
    """Fill `timed`: first short conversations, then long ones."""
    _converse(systems, texts, WARM_UP)  # the first messages after a start are slow everywhere
    _say(f"{short} conversations of {TURNS} messages")
    for name, milliseconds in _converse(systems, texts, short).items():
        timed[name].replies = milliseconds
    for at in range(long):
        for name, system in systems.items():
            if at and name == STOCK:
                continue  # its turn 300 takes long enough to be seen once
            _say(f"{name}: a conversation of {LATE.stop - 1} messages")
            early, late = grow(system.open, texts[at:])
            timed[name].early += early
            timed[name].late += late


def _converse(systems: Mapping[str, System], texts: Sequence[str], count: int) -> dict[str, list[float]]:
    """Hold `count` conversations with every system, message by message in turn; return the times."""
    times: dict[str, list[float]] = {name: [] for name in systems}
    for each in range(count):
        open_ones = {name: system.open() for name, system in systems.items()}
        for turn in range(TURNS):
            text = texts[(each * TURNS + turn) % len(texts)]
            order = list(open_ones.items())
            for name, conversation in order if (each + turn) % 2 else reversed(order):
                times[name].append(conversation.say(text))
    return times


def grow(open_one: Callable[[], Conversation], texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the times of early and of late turns with the same texts, taken one right after the other."""
    old = open_one()
    for turn in range(1, LATE.start):
        old.say(texts[turn % len(texts)])
    early, late = [], []
    late_texts = [texts[turn % len(texts)] for turn in LATE]
    for start in range(0, len(late_texts), len(EARLY)):
        young = open_one()
        for turn in range(1, EARLY.start):
            young.say(texts[turn % len(texts)])
        for text in late_texts[start : start + len(EARLY)]:
            late.append(old.say(text))
            early.append(young.say(text))
    return early, late


def write_up(timed: Mapping[str, Timed]) -> str:
    """Return the report: ratios first, then the absolute figures."""
    mine, theirs = timed[OURS], timed.get(STOCK)
    lines = ["# Speed", "", "| what | figure | must be |", "|---|---|---|"]
    if theirs:
        ratio = mine.quantile(0.5) / theirs.quantile(0.5)
        lines.append(f"| reply p50, ours through the public API / {STOCK} over REST | {ratio:.2f} | ≤ 0.40 |")
    if mine.late:
        lines.append(f"| turn 300 / turn 5 of one conversation, ours | {mine.growth:.2f} | ≤ 1.20 |")
    if theirs and theirs.late:
        lines.append(f"| turn 300 / turn 5 of one conversation, {STOCK} | {theirs.growth:.2f} | – |")
    if theirs:
        lines.append(f"| resident memory, ours / {STOCK} | {mine.megabytes / theirs.megabytes:.2f} | – |")
        lines.append(f"| start to ready, ours / {STOCK} | {mine.ready / theirs.ready:.2f} | – |")
    lines.append(f"| resident memory of all our processes | {mine.megabytes / 1000:.2f} GB | ≤ 1.1 GB |")
    lines.append(f"| our start to ready, model trained | {mine.ready:.1f} s | ≤ 25 s |")
    lines += ["", "| " + " | ".join(["", *timed]) + " |", "|---" * (len(timed) + 1) + "|"]
    rows: list[tuple[str, Callable[[Timed], str]]] = [
        ("reply p50", lambda each: f"{each.quantile(0.5):.1f} ms"),
        ("reply p95", lambda each: f"{each.quantile(0.95):.1f} ms"),
        ("replies measured", lambda each: str(len(each.replies))),
        ("turn 5, median", lambda each: f"{median(each.early):.1f} ms" if each.early else "–"),
        ("turn 300, median", lambda each: f"{median(each.late):.1f} ms" if each.late else "–"),
        ("memory", lambda each: ", ".join(f"{name} {size:.0f} MB" for name, size in each.memory.items())),
        ("start to ready", lambda each: f"{each.ready:.1f} s"),
    ]
    for title, cell in rows:
        lines.append("| " + " | ".join([title, *(cell(each) for each in timed.values())]) + " |")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    lines += ["", f"{os.cpu_count()} cores, load {load:.1f} at the end, one message at a time."]
    return "\n".join(lines) + "\n"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

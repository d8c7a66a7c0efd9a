"""`make bench`: one run, one report. Ours by its public API, Rasa's default pipeline and NLP.js, on the same cards.

One system at a time, so that each has the whole machine; what is compared are ratios. Written to bench/results:
`latest.json` (every figure), `report.md` and its pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench import eval as understanding
from bench import figures, nlpjs_service, report, services, stages, stock
from bench.figures import Measured, Reader
from bench.load import Load, NlpJs, PublicApi, RestChannel, Target, load
from bench.report import NLPJS, OURS, STOCK
from bench.rows import EVAL, Examples, load_examples, load_held_out
from bench.services import ServiceFault, Services
from bench.speed import messages
from bench.turns import course
from knowledge import places
from knowledge.cards import Library, load_library
from tools.train import seconds_of_training, trained_model

RESULTS = places.ROOT / "bench" / "results"
#: Visitors at once, without time to think and with it.
CROWDS = (1, 10, 50, 100)
#: Visitors at once among which the most messages a second within LIMIT are looked for.
STEADY = (1, 2, 3, 4, 6, 8, 12)
#: Milliseconds that 95 of 100 replies may take.
LIMIT = 150.0
#: The crowd during which processor time is counted: enough to keep a process busy, not enough to queue for long.
COUNTED = 2


@dataclass(frozen=True)
class System:
    """One system: how it runs and is talked to, its training in seconds, and how it reads if that needs it running."""

    service: Services
    target: Target
    train_s: float | None = None
    read: Reader | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. Returns the exit code."""
    options = _options(arguments)
    library = load_library()
    examples = load_examples(library)
    texts = messages(load_held_out(examples.texts))
    found: dict[str, Any] = {
        "on": date.today().isoformat(),
        "machine": machine(),
        "stock": _trained(options),
        "systems": {},
    }
    right, judge = judged(library, examples, options)
    try:
        options.systems = [name for name in options.systems if name != NLPJS or _has_node()]
        for name in options.systems:
            with tempfile.TemporaryDirectory(prefix="unclench-bench-") as folder:
                system = make(name, library, examples, Path(folder), options)
                found["systems"][name] = measure(name, system, texts, options, judge)
    except (ServiceFault, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    found["accuracy"] = {OURS: _shares(right)}
    for name, each in found["systems"].items():
        if "accuracy" in each:
            found["accuracy"][name] = each.pop("accuracy")
    if STOCK in options.systems:  # its model is read in this process, once its service has gone
        model = stock.train(stock.project(library, examples, options.epochs), _say, stale=options.stale)
        read = stock.reader(model, {stock.intent_of(label): label for label in examples.labels})
        found["accuracy"][STOCK] = _shares(judge(read))
    ours = found["systems"].get(OURS, {})
    found["cpu_ms_per_message"] = ours.get("cpu_ms_per_message", {})
    found["resident_mb"] = ours.get("resident_mb", {})
    report.write(found, options.out)
    print((options.out / "report.md").read_text(encoding="utf-8"))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.everything", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0, help="of each crowd")
    parser.add_argument("--turns", type=int, default=500, help="of the long conversation")
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="of the default pipeline")
    parser.add_argument("--stale", action="store_true", help="the newest trained default pipeline, even of older cards")
    parser.add_argument("--systems", nargs="+", default=[STOCK, NLPJS, OURS], choices=[STOCK, NLPJS, OURS])
    parser.add_argument("--eval", type=Path, default=EVAL, help="folder with the public rows (.jsonl)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the report")
    return parser.parse_args(arguments)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        )
        if Path("/proc/cpuinfo").is_file()
        else iter([platform.processor()]),
        "unknown",
    )
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9),
        "system": platform.system(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def make(name: str, library: Library, examples: Examples, folder: Path, options: argparse.Namespace) -> System:
    """Return a system that is ready to be started. Raises RuntimeError when it can't be."""
    if name == OURS:
        model = trained_model()
        if model is None:
            raise RuntimeError("There is no trained model of these cards: run `make train`.")
        service, base = services.ours(model.resolve(), folder)
        return System(service, PublicApi(base), seconds_of_training())
    if name == STOCK:
        files = stock.project(library, examples, options.epochs)
        trained = stock.train(files, _say, stale=options.stale)
        service, base = services.stock_service(trained, files, folder)
        return System(service, RestChannel(base), stock.seconds_of(trained))
    service, base = nlpjs_service.service(library, examples, folder)
    return System(service, NlpJs(base), read=nlpjs_service.reader(base))


def measure(
    name: str, system: System, texts: Sequence[str], options: argparse.Namespace, judge: Callable[[Reader], Measured]
) -> dict[str, Any]:
    """Start a system, talk to it in every way, stop it. Returns its figures."""
    _say(f"{name}: starting")
    with system.service as running:
        found: dict[str, Any] = {"start_s": round(running.seconds_to_ready, 1), "train_s": system.train_s}
        load(system.target, texts, 1, 5.0, False)  # the first messages after a start are slow everywhere
        found["crowds"] = [
            _row(_talk(name, system.target, texts, visitors, options.seconds, thinks))
            for thinks in (False, True)
            for visitors in CROWDS
        ]
        steady = [_talk(name, system.target, texts, each, options.seconds, False) for each in STEADY]
        found["steady"] = [_row(each) for each in steady]
        within = [each.per_second for each in steady if each.quantile(0.95) <= LIMIT]
        found["messages_a_second"] = round(max(within), 1) if within else None
        with _counted(running, name) as counted:
            counted["messages"] = len(load(system.target, texts, COUNTED, options.seconds, False).replies)
        found |= stages.per_message(counted)
        found["resident_mb"] = {process: round(size) for process, size in running.memory().items()}
        if system.read:
            found["accuracy"] = _shares(judge(system.read))
        if name != NLPJS:
            _say(f"{name}: a conversation of {options.turns} messages")
            held = course(system.target, texts, options.turns)
            found["turns"] = [round(each, 1) for each in held.turns]
            found["early_turns"] = [round(each, 1) for each in held.early]
    return found


def _talk(name: str, target: Target, texts: Sequence[str], visitors: int, seconds: float, thinks: bool) -> Load:
    _say(f"{name}: {visitors} visitor(s){', who think' if thinks else ''}")
    return load(target, texts, visitors, 3 * seconds if thinks else seconds, thinks)


def _row(done: Load) -> dict[str, Any]:
    return {
        "visitors": done.visitors,
        "thinks": done.thinks,
        **{
            f"p{share:.0f}_ms": round(done.quantile(share / 100), 1) if done.replies else None for share in (50, 95, 99)
        },
        "per_second": round(done.per_second, 1),
        "unanswered": done.unanswered,
    }


@contextlib.contextmanager
def _counted(running: Services, name: str) -> Iterator[dict[str, Any]]:
    """Count processor time of each process, and the seconds by stage of ours, of what happens inside."""
    counted: dict[str, Any] = {}
    cpu, inside = running.cpu_ms(), stages.read(running) if name == OURS else {}
    yield counted
    counted["cpu_ms"] = {process: after - cpu[process] for process, after in running.cpu_ms().items()}
    now = stages.read(running) if name == OURS else {}
    counted["stage_ms"] = {stage: 1000 * (seconds - inside.get(stage, 0.0)) for stage, seconds in now.items()}


def judged(
    library: Library, examples: Examples, options: argparse.Namespace
) -> tuple[Measured, Callable[[Reader], Measured]]:
    """Return how right ours is, and what finds that out of another reader."""
    held_out, shared = understanding.load_rows(examples, options.eval)
    ours = understanding.understanding(examples)
    cards, unlike = understanding.health_cards(library), understanding.unlike_examples(ours, held_out)
    return understanding.measure(ours, held_out, shared, library), lambda read: figures.measure(
        read, held_out, shared, cards, ours.areas, unlike
    )


def _shares(measured: Measured) -> dict[str, float]:
    return {key: round(figure.share, 4) for key, figure in measured.figures.items()}


def _trained(options: argparse.Namespace) -> str:
    """Return how the default pipeline that is measured was trained."""
    older = " (on an earlier state of the cards)" if options.stale else ""
    return f"{options.epochs} epochs{older}"


def _has_node() -> bool:
    try:
        nlpjs_service.install()
    except nlpjs_service.NoNode as error:
        _say(str(error))
        return False
    return True


def _say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""What a number of conversations a day needs and costs, computed from measured figures: `make capacity`.

CPU and memory come from a report of `make bench` (bench/results/latest.json: `cpu_ms_per_message` and `resident_mb`, by
process). What nobody can measure here is an argument: conversations, messages in each, how the day is spread, prices.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge import places

RESULTS = places.ROOT / "bench" / "results" / "latest.json"
PROCESSES = ("web", "rasa", "actions")
HOURS_A_MONTH = 730
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Measured:
    """What one message costs: CPU milliseconds, and what one process of each kind holds, in MB."""

    cpu_ms: Mapping[str, float]
    resident_mb: Mapping[str, float]


@dataclass(frozen=True)
class Asked:
    """What is to be carried, and at which price.

    `peak` is how much busier the busiest hour is than the mean one; `load` the share of a core that is used at most, so
    that answers stay quick; `spare` how many processes of each kind may be lost at once. Prices in any one currency.
    """

    conversations_a_day: float = 1_000_000
    messages_a_conversation: float = 10
    peak: float = 3.0
    load: float = 0.6
    spare: int = 1
    price_core_hour: float = 0.04
    price_gb_hour: float = 0.005


@dataclass(frozen=True)
class Need:
    """What is needed. `cores` by process, rounded up to whole ones as each process uses one core."""

    messages_a_second_mean: float
    messages_a_second_peak: float
    processes: Mapping[str, int]
    memory_gb: float
    price_a_month: float
    price_a_million_conversations: float

    @property
    def cores(self) -> int:
        """Return the cores of all processes."""
        return sum(self.processes.values())


def need(measured: Measured, asked: Asked) -> Need:
    """Return what carries `asked` at its peak. Raises ValueError for figures that cannot be."""
    for name, value in (*measured.cpu_ms.items(), *measured.resident_mb.items()):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name}: {value} is no measured figure.")
    if min(asked.conversations_a_day, asked.messages_a_conversation, asked.price_core_hour, asked.price_gb_hour) < 0:
        raise ValueError("Numbers and prices are zero or more.")
    if not (0 < asked.load <= 1 and asked.peak >= 1 and asked.spare >= 0):
        raise ValueError("load lies between 0 and 1, peak is 1 or more, spare 0 or more.")
    mean = asked.conversations_a_day * asked.messages_a_conversation / SECONDS_A_DAY
    peak = mean * asked.peak
    # One process answers with one core: Python holds its lock, and each kind is a process of its own.
    processes = {
        name: max(1, math.ceil(peak * measured.cpu_ms[name] / 1000 / asked.load)) + asked.spare for name in PROCESSES
    }
    memory = sum(count * measured.resident_mb[name] for name, count in processes.items()) / 1024
    hour = sum(processes.values()) * asked.price_core_hour + memory * asked.price_gb_hour
    month = hour * HOURS_A_MONTH
    conversations_a_month = asked.conversations_a_day * HOURS_A_MONTH / 24
    a_million = month / conversations_a_month * 1e6 if conversations_a_month else 0
    return Need(mean, peak, processes, memory, month, a_million)


def read_measured(path: Path) -> Measured:
    """Read the figures of a report. Raises SystemExit with what to run when there are none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        cpu, resident = report["cpu_ms_per_message"], report["resident_mb"]
        return Measured(*({name: float(part[name]) for name in PROCESSES} for part in (cpu, resident)))
    except FileNotFoundError:
        sys.exit(f"There are no measured figures yet ({path}). Run the bench first: make bench.")
    except (ValueError, KeyError, TypeError):
        sys.exit(f"{path} does not hold cpu_ms_per_message and resident_mb of {', '.join(PROCESSES)}. Run: make bench.")


def table(measured: Measured, asked: Asked, found: Need) -> list[str]:
    """Return the result as lines of Markdown."""
    lines = [
        f"{asked.conversations_a_day:,.0f} conversations a day of {asked.messages_a_conversation:g} messages: "
        f"{found.messages_a_second_mean:,.1f} messages a second on average, {found.messages_a_second_peak:,.1f} in the "
        f"busiest hour (× {asked.peak:g}). Cores are used to {asked.load:.0%}; {asked.spare} of each kind may be lost.",
        "",
        "| process | CPU a message | processes (a core each) | memory |",
        "|---|---|---|---|",
    ]
    for name in PROCESSES:
        count = found.processes[name]
        cpu, memory = measured.cpu_ms[name], count * measured.resident_mb[name] / 1024
        lines.append(f"| {name} | {cpu:.2f} ms | {count} | {memory:.1f} GB |")
    whole = sum(measured.cpu_ms[name] for name in PROCESSES)
    lines += [
        f"| all | {whole:.2f} ms | {found.cores} | {found.memory_gb:.1f} GB |",
        "",
        f"At {asked.price_core_hour:g} a core and hour and {asked.price_gb_hour:g} a GB and hour: "
        f"{found.price_a_month:,.0f} a month, {found.price_a_million_conversations:,.2f} a million conversations. "
        "Without databases, proxy and traffic.",
    ]
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is needed."""
    parser = argparse.ArgumentParser(prog="make capacity", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    for name, value in vars(Asked()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args(arguments))
    measured = read_measured(given.pop("results"))
    asked = Asked(**given)
    try:
        print("\n".join(table(measured, asked, need(measured, asked))))
    except ValueError as fault:
        sys.exit(str(fault))
    return 0


if __name__ == "__main__":
    sys.exit(main())

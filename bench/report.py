"""The report of `make bench`: ratios first, then what they come from, then pictures. From plain figures, for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from bench.turns import AROUND, growth

OURS, STOCK, NLPJS = "ours", "Rasa's default", "NLP.js"
INK = {OURS: "#1f6f63", STOCK: "#b4532a", NLPJS: "#6b6b8d"}
#: Figures of accuracy in the report, and what they are called.
ACCURACY = {
    "questions.understood": "own held-out questions: answered or among 3 choices",
    "questions.answered": "… answered at once",
    "questions.wrong": "… a wrong card, confidently",
    "questions_new.understood": "those worded like no example: understood",
}

Found = Mapping[str, Any]


def write(found: Found, folder: Path) -> None:
    """Write latest.json, report.md and the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    drawn = [_crowds_picture(found, folder), _turns_picture(found, folder), _stages_picture(found, folder)]
    (folder / "report.md").write_text(text(found, [each for each in drawn if each]), encoding="utf-8")


def text(found: Found, pictures: Sequence[str] = ()) -> str:
    """Return the report as Markdown."""
    machine, systems = found["machine"], found["systems"]
    names = [name for name in (OURS, STOCK, NLPJS) if name in systems]
    lines = [
        "# Benchmark",
        "",
        f"{found['on']}: {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, load {machine['load_before']} before.",
        "Made by `make bench`; every figure is in latest.json.",
        "One system at a time has the whole machine, those who send included. NLP.js only names a card: it keeps no",
        "conversation, looks for no crisis and stores nothing. Rasa's default pipeline was trained with "
        f"{found['stock']}.",
        "",
        *_ratios(systems),
        "## Replies, by visitors at once",
        "",
        *_crowds(systems, names),
        "## One visitor at a time and a few, without time to think",
        "",
        *_steady(systems, names),
        "## Processor time and memory",
        "",
        *_costs(systems, names),
        "## Accuracy",
        "",
        *_accuracy(found.get("accuracy", {}), names),
        *(f"![{name}]({name}.svg)" for name in pictures),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _ratios(systems: Found) -> list[str]:
    ours, stock = systems.get(OURS), systems.get(STOCK)
    if not ours:
        return []
    rows = ["| what | ours / Rasa's default | aim |", "|---|---|---|"]

    def row(name: str, value: Callable[[], float], aim: str) -> None:
        try:
            rows.append(f"| {name} | {value():.2f} | {aim} |")
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
            rows.append(f"| {name} | not measured | {aim} |")

    if stock:
        row("reply p50, one visitor", lambda: _alone(ours)["p50_ms"] / _alone(stock)["p50_ms"], "≤ 0.30")
        row("reply p95, one visitor", lambda: _alone(ours)["p95_ms"] / _alone(stock)["p95_ms"], "≤ 0.30")
        row("messages a second with p95 ≤ 150 ms", lambda: _steadily(ours) / _steadily(stock), "≥ 4")
        row("start to ready", lambda: ours["start_s"] / stock["start_s"], "≤ 0.50")
        row("training", lambda: ours["train_s"] / stock["train_s"], "≤ 0.40")
        row("resident memory, all processes", lambda: _total(ours) / _total(stock), "≤ 0.90")
    row(
        "last turns of the long conversation against the same in a new one, ours",
        lambda: growth(ours["turns"], ours["early_turns"]),
        "≤ 1.10",
    )
    if stock:
        row("the same, Rasa's default", lambda: growth(stock["turns"], stock["early_turns"]), "–")
    return [*rows, ""]


def _alone(system: Found) -> Found:
    found: Found = next(each for each in system["crowds"] if each["visitors"] == 1 and not each["thinks"])
    return found


def _steadily(system: Found) -> float:
    return float(system["messages_a_second"])


def _total(system: Found) -> float:
    return float(sum(system["resident_mb"].values()))


def _crowds(systems: Found, names: Sequence[str]) -> list[str]:
    rows = ["| visitors | system | p50 | p95 | p99 | a second | unanswered |", "|---|---|---|---|---|---|---|"]
    for at in range(len(systems[names[0]]["crowds"])):
        for name in names:
            each = systems[name]["crowds"][at]
            who = f"{each['visitors']}{' who think' if each['thinks'] else ''}"
            times = " | ".join(f"{each[key]} ms" if each[key] else "–" for key in ("p50_ms", "p95_ms", "p99_ms"))
            rows.append(f"| {who} | {name} | {times} | {each['per_second']} | {each['unanswered']} |")
    return [*rows, ""]


def _steady(systems: Found, names: Sequence[str]) -> list[str]:
    rows = ["| system | visitors: messages a second (p95) | most with p95 ≤ 150 ms |", "|---|---|---|"]
    for name in names:
        each = systems[name]
        course = " · ".join(f"{row['visitors']}: {row['per_second']} ({row['p95_ms']} ms)" for row in each["steady"])
        rows.append(f"| {name} | {course} | {each['messages_a_second'] or 'none'} |")
    return [*rows, ""]


def _costs(systems: Found, names: Sequence[str]) -> list[str]:
    rows = ["| system | CPU a message | memory | start to ready | training |", "|---|---|---|---|---|"]
    for name in names:
        each = systems[name]
        cpu = ", ".join(f"{process} {value} ms" for process, value in each["cpu_ms_per_message"].items())
        memory = ", ".join(f"{process} {value} MB" for process, value in each["resident_mb"].items())
        rows.append(f"| {name} | {cpu} | {memory} | {each['start_s']} s | {_trained(each)} |")
    by_stage = systems.get(OURS, {}).get("stage_ms_per_message", {})
    stages = ", ".join(f"{stage} {value} ms" for stage, value in by_stage.items())
    rows += [
        "",
        "Ours keeps the vectors of unchanged examples from one training to the next; NLP.js trains when it starts.",
    ]
    told = ["", f"By stage of our Rasa (`safety` is part of `understanding`): {stages}."] if stages else []
    return [*rows, *told, ""]


def _trained(system: Found) -> str:
    return f"{system['train_s']:.0f} s" if system.get("train_s") else "–"


def _accuracy(accuracy: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> list[str]:
    shown = [name for name in names if name in accuracy]
    rows = ["| | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    for key, title in ACCURACY.items():
        if all(key in accuracy[name] for name in shown):
            rows.append(f"| {title} | " + " | ".join(f"{100 * accuracy[name][key]:.1f} %" for name in shown) + " |")
    return [*rows, ""]


def _crowds_picture(found: Found, folder: Path) -> str:
    figure, axes = plt.subplots(figsize=(7, 3.6))
    for name, system in found["systems"].items():
        rows = [each for each in system["crowds"] if not each["thinks"] and each["p50_ms"]]
        visitors = [each["visitors"] for each in rows]
        axes.plot(visitors, [each["p50_ms"] for each in rows], "o-", color=INK[name], label=f"{name}, p50")
        axes.plot(visitors, [each["p95_ms"] for each in rows], "o:", color=INK[name], label=f"{name}, p95")
    axes.set(xscale="log", yscale="log", xlabel="visitors at once, no time to think", ylabel="reply, ms")
    return _save(figure, axes, folder, "crowds")


def _turns_picture(found: Found, folder: Path) -> str | None:
    measured = {name: each["turns"] for name, each in found["systems"].items() if each.get("turns")}
    if not measured:
        return None
    figure, axes = plt.subplots(figsize=(7, 3.2))
    for name, times in measured.items():
        starts = range(0, len(times) - AROUND + 1, AROUND)
        middle = [sorted(times[at : at + AROUND])[AROUND // 2] for at in starts]
        axes.plot([at + AROUND // 2 for at in starts], middle, color=INK[name], label=name)
    axes.set(xlabel="turn of one conversation", ylabel="reply, ms", ylim=(0, None))
    return _save(figure, axes, folder, "turns")


def _stages_picture(found: Found, folder: Path) -> str | None:
    stages = dict(found["systems"].get(OURS, {}).get("stage_ms_per_message", {}))
    if not stages:
        return None
    stages.pop("message", None)
    figure, axes = plt.subplots(figsize=(7, 2.6))
    axes.barh(list(stages), list(stages.values()), color=INK[OURS], label="ms a message, by stage of our Rasa")
    axes.invert_yaxis()
    return _save(figure, axes, folder, "stages")


def _save(figure: Any, axes: Any, folder: Path, name: str) -> str:
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    return name

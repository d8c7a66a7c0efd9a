"""Pictures of what `make eval` measured: one HTML page, and the same pictures as PNG. Never a text of a row."""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from bench.cross_validation import CrossValidation
from bench.figures import NAMES, Figure, Measured
from bench.outcome import NOT_UNDERSTOOD
from components.routing import Numbers

Confusions = Mapping[tuple[str, str], int]

#: Labels shown in the confusion picture; more cannot be read.
SHOWN = 28
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1d2b2a}
img{max-width:100%}table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:left}
tr{border-bottom:1px solid #ddd}
td:nth-child(n+2){text-align:right;font-variant-numeric:tabular-nums}"""


def write(folder: Path, measured: Measured, validated: CrossValidation | None, numbers: Numbers) -> Path:
    """Draw everything into `folder` and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    confusions: Counter[tuple[str, str]] = Counter(question_confusions(measured))
    confusions.update(validated.confusions() if validated else {})
    drawn = {
        "How sure it is: right, wrong, off topic": ("confidence", _confidence(measured, numbers)),
        "Which is taken for which": ("confusion", _confusion(confusions)),
    }
    images = []
    for title, (name, figure) in drawn.items():
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
        plt.close(figure)
        (folder / f"understanding_{name}.png").write_bytes(buffer.getvalue())
        encoded = base64.b64encode(buffer.getvalue()).decode()
        images.append(f'<h2>{title}</h2><img alt="{title}" src="data:image/png;base64,{encoded}">')
    page = folder / "understanding.html"
    page.write_text(_page(images, measured, validated, confusions), encoding="utf-8")
    return page


def question_confusions(measured: Measured) -> dict[tuple[str, str], int]:
    """Return how often an own question's first accepted card lost to another, whatever was decided then."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in measured.readings:
        if each.kind == "questions" and not each.right:
            counts["|".join(sorted(each.accept)), each.said.label.partition("/")[2]] += 1
    return dict(counts)


def top(confusions: Confusions, count: int) -> list[tuple[tuple[str, str], int]]:
    """Return the most frequent confusions."""
    return sorted(confusions.items(), key=lambda row: (-row[1], row[0]))[:count]


def _confidence(measured: Measured, numbers: Numbers) -> Any:
    """Return a histogram of the first label's share."""
    off_topic = ("off_topic", "small_talk", "out_of_scope")
    right = [each.said.share for each in measured.readings if each.right]
    wrong = [each.said.share for each in measured.readings if each.right is False]
    off = [
        each.said.share for each in measured.readings if each.kind in off_topic and each.said.label.startswith("ask/")
    ]
    groups = {
        f"own questions, right card first ({len(right)})": (right, "#2a7f76"),
        f"own questions, another card first ({len(wrong)})": (wrong, "#c2452d"),
        f"off topic or small talk, a health card first ({len(off)})": (off, "#d9a441"),
    }
    figure, panels = plt.subplots(len(groups), 1, figsize=(9, 7), sharex=True)
    bins = np.linspace(0, 1, 26)
    for panel, (title, (shares, colour)) in zip(panels, groups.items(), strict=True):
        panel.hist(shares, bins=bins, color=colour)
        panel.axvline(numbers.answer, color="#1d2b2a", linestyle="--", linewidth=1)
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_ylabel("messages")
    panels[-1].set_xlabel(f"share of the most likely card (dashed: answered at once from {numbers.answer:.2f})")
    figure.tight_layout()
    return figure


def _confusion(confusions: Confusions) -> Any:
    """Return a matrix of the labels that are confused most."""
    pairs: Counter[tuple[str, str]] = Counter()
    for (label, guess), count in confusions.items():
        pair = _short(label), _short(guess)
        if not NOT_UNDERSTOOD.intersection(pair):  # these would fill the picture; the list below has them
            pairs[pair] += count
    weight: Counter[str] = Counter()
    for (label, guess), count in pairs.items():
        weight[label] += count
        weight[guess] += count
    shown = sorted(name for name, _ in weight.most_common(SHOWN))
    shown = shown or ["nothing"]
    grid = np.array([[pairs.get((row, column), 0) for column in shown] for row in shown], dtype=float)
    size = max(4.0, 0.36 * len(shown) + 2)
    figure, panel = plt.subplots(figsize=(size, size))
    panel.imshow(np.where(grid > 0, grid, np.nan), cmap="YlOrRd")
    panel.grid(color="#eeeeee", linewidth=0.5)
    panel.set_axisbelow(True)
    panel.set_xticks(range(len(shown)), shown, rotation=90, fontsize=8)
    panel.set_yticks(range(len(shown)), shown, fontsize=8)
    for row, column in np.argwhere(grid > 0):
        panel.text(column, row, int(grid[row, column]), ha="center", va="center", fontsize=7)
    panel.set_xlabel("taken for")
    panel.set_ylabel("meant")
    return figure


def _short(label: str) -> str:
    """Return the id of a label; of several accepted ids the first."""
    return label.rpartition("/")[2].partition("|")[0]


def _page(images: list[str], measured: Measured, validated: CrossValidation | None, confusions: Confusions) -> str:
    figures = measured.figures
    rows = "".join(_line(title, figures[key]) for key, title in NAMES.items() if key in figures)
    pairs = "".join(
        f"<tr><td>{html.escape(label)} → {html.escape(guess)}</td><td>{count}</td></tr>"
        for (label, guess), count in top(confusions, 30)
    )
    cards = ""
    if validated:
        counts = sorted(validated.by_label().items(), key=lambda row: row[1].share)
        lines = "".join(_line(label, figure) for label, figure in counts)
        cards = f"<h2>Each card, cross-validated</h2><table>{lines}</table>"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Understanding</title><style>{STYLE}</style>"
        f"<h1>How well messages are understood</h1><table>{rows}</table>{''.join(images)}"
        f"<h2>Most confused</h2><table>{pairs}</table>{cards}</html>"
    )


def _line(name: str, figure: Figure) -> str:
    share = f"<td>{100 * figure.share:.1f} %</td><td>{figure.count}/{figure.of}</td>"
    return f"<tr><td>{html.escape(name)}</td>{share}</tr>"

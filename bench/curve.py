"""The curve: the main figures while one threshold of data/understanding.yml is moved and the others stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.figures import Measured
from components.understanding import Understanding

TRIED: dict[str, tuple[float, ...]] = {
    "answer": (0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.60, 0.70),
    "likeness": (0.0, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65),
    "follow_up_boost": (1.0, 2.0, 3.0, 5.0, 8.0, 12.0),
    "offer": (0.10, 0.20, 0.30, 0.40, 0.50),
    "off_topic": (0.30, 0.40, 0.50, 0.60, 0.70),
    "follow_up": (0.40, 0.50, 0.60, 0.70),
    "part": (0.25, 0.35, 0.45, 0.55),
}
COLUMNS = {
    "questions.understood": "understood",
    "questions.answered": "at once",
    "questions.wrong": "wrong",
    "questions_on_card.understood": "on a card",
    "questions_on_card.wrong": "wrong there",
    "all_off_topic.health_card": "off-topic",
    "off_topic_on_card.health_card": "on a card",
    "ordinary_stress.health_card": "stress→card",
    "follow_ups.answered": "follow-ups",
    "follow_ups.on_card": "on card",
    "two_questions.found": "both found",
    "real_questions_en.missed": "public missed",
}


def curve(ours: Understanding, measure: Callable[[Understanding], Measured]) -> str:
    """Return a table with a line for each value tried; `*` marks the present one."""
    lines = [f"{'':<24}" + "".join(f"{title:>13}" for title in COLUMNS.values())]
    for name, values in TRIED.items():
        present = getattr(ours.numbers, name)
        for value in sorted({*values, present}):
            numbers = replace(ours.numbers, **{name: value})
            figures = measure(replace(ours, numbers=numbers)).figures
            cells = (f"{100 * figures[key].share:.1f} %" if key in figures else "–" for key in COLUMNS)
            mark = "*" if value == present else " "
            lines.append(f"{name:<16}{value:>6.2f}{mark} " + "".join(f"{cell:>13}" for cell in cells))
    return "\n".join(lines)

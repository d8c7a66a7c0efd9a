from __future__ import annotations

import pytest

from bench.widget import Spent, difference, time_of, write_up


def run(url: str, microseconds: int, **more: object) -> dict[str, object]:
    return {"name": "EvaluateScript", "ph": "X", "ts": 0, "dur": microseconds, "args": {"data": {"url": url}}, **more}


def test_only_the_runs_of_the_script_count() -> None:
    events = [
        run("https://a.example/widget.js", 4000),
        run("https://a.example/other.js", 9000),
        run("https://a.example/widget.js", 500, ts=9000),
        run("https://a.example/widget.js", 7000, name="Layout", ts=20_000),
    ]
    assert time_of("widget.js", events) == 4.5


def test_what_the_script_does_later_counts_and_what_it_does_within_itself_counts_once() -> None:
    events = [
        run("https://a.example/widget.js", 4000, ts=1000),
        run("https://a.example/widget.js", 300, ts=2000, name="FunctionCall"),
        run("https://a.example/widget.js", 600, ts=9000, name="FunctionCall"),
    ]
    assert time_of("widget.js", events) == 4.6


def test_processor_time_counts_before_the_clock() -> None:
    assert time_of("widget.js", [run("https://a.example/widget.js", 4000, tdur=2500)]) == 2.5


def test_what_the_loader_adds_is_what_a_page_spends_less_what_it_spends_without() -> None:
    withs = [Spent(14, 5, 50, 300), Spent(10, 4, 48, 280), Spent(12, 6, 49, 290)]
    withouts = [Spent(1, 2, 45, 270), Spent(1, 3, 44, 260), Spent(2, 1, 46, 280)]
    assert difference(withs, withouts) == pytest.approx((11, 3, 4, 20))


def test_the_report_gives_each_figure_beside_what_it_must_be() -> None:
    size = {"widget.js": 3 * 1024, "chat.js": 14 * 1024, "chat.css": 5 * 1024, "/chat": 6 * 1024}
    added = Spent(script=7, style=1, layout=2, all=12)
    report = write_up(size, [900.0, 1200.0, 1000.0], [(4.0, 0), (6.0, 0), (5.0, 0)], added)
    assert "| loader, gzip | 3.0 KB | ≤ 4 KB |" in report
    assert "| all script and style, gzip | 22.0 KB | ≤ 45 KB |" in report
    assert "| open to usable on a slow phone, median | 1.00 s | ≤ 1.5 s |" in report
    assert "traced, median | 5.0 ms | ≤ 20 ms |" in report
    assert "script | 7.0 ms | ≤ 20 ms |" in report

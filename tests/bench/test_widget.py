from __future__ import annotations

from bench.widget import time_of, write_up


def test_only_the_runs_of_the_script_count() -> None:
    def run(url: str, microseconds: int, **more: object) -> dict[str, object]:
        return {"name": "EvaluateScript", "ph": "X", "dur": microseconds, "args": {"data": {"url": url}}, **more}

    events = [
        run("https://a.example/widget.js", 4000),
        run("https://a.example/other.js", 9000),
        run("https://a.example/widget.js", 500),
        run("https://a.example/widget.js", 7000, name="Layout"),
    ]
    assert time_of("widget.js", events) == 4.5


def test_the_report_gives_each_figure_beside_what_it_must_be() -> None:
    size = {"widget.js": 3 * 1024, "chat.js": 14 * 1024, "chat.css": 5 * 1024, "/chat": 6 * 1024}
    report = write_up(size, [900.0, 1200.0, 1000.0], [(4.0, 0), (6.0, 0), (5.0, 0)])
    assert "| loader, gzip | 3.0 KB | ≤ 4 KB |" in report
    assert "| all script and style, gzip | 22.0 KB | ≤ 45 KB |" in report
    assert "| open to usable on a slow phone, median | 1.00 s | ≤ 1.5 s |" in report
    assert "median | 5.0 ms | ≤ 20 ms |" in report

"""Capacity is arithmetic over measured figures, and says what to run while there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.capacity import Asked, Measured, main, need

#: Made up for the tests; no result of a bench.
MEASURED = Measured({"web": 2.0, "rasa": 6.0, "actions": 0.5}, {"web": 100, "rasa": 500, "actions": 100})


def test_a_million_conversations_are_computed_as_by_hand() -> None:
    found = need(MEASURED, Asked(864_000, 10, peak=3, load=0.5, spare=1, price_core_hour=0.1, price_gb_hour=0))
    assert (found.messages_a_second_mean, found.messages_a_second_peak) == (100, 300)
    # 300/s × 6 ms = 1.8 cores of work, at half load 3.6: four, and one to spare
    assert found.processes == {"web": 3, "rasa": 5, "actions": 2}
    assert found.memory_gb == pytest.approx((300 + 2500 + 200) / 1024)
    assert found.price_a_month == pytest.approx(10 * 0.1 * 730)
    assert found.price_a_million_conversations == pytest.approx(1 / 0.864 * 10 * 0.1 * 24)


def test_one_conversation_a_day_still_needs_one_process_of_each_kind() -> None:
    assert need(MEASURED, Asked(1, 1, spare=0)).processes == {"web": 1, "rasa": 1, "actions": 1}


@given(st.floats(1, 1e7), st.floats(1, 100), st.floats(1, 10), st.floats(0.1, 1))
def test_more_to_do_never_needs_less(conversations: float, messages: float, peak: float, load: float) -> None:
    less = need(MEASURED, Asked(conversations, messages, peak, load))
    more = need(MEASURED, Asked(conversations * 2, messages, peak, load))
    assert all(more.processes[name] >= less.processes[name] for name in less.processes)
    assert more.price_a_month >= less.price_a_month


@pytest.mark.parametrize(
    "wrong", [{"load": 0}, {"load": 1.2}, {"peak": 0.5}, {"spare": -1}, {"conversations_a_day": -1}]
)
def test_figures_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        need(MEASURED, Asked(**wrong))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rasa"):
        need(Measured({**MEASURED.cpu_ms, "rasa": float("nan")}, MEASURED.resident_mb), Asked())


def test_without_a_result_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="make bench"):
        main(["--results", str(tmp_path / "latest.json")])
    for content in ("", "[]", "{}", '{"cpu_ms_per_message": {"web": 1}, "resident_mb": {}}'):
        (tmp_path / "latest.json").write_text(content)
        with pytest.raises(SystemExit, match="make bench"):
            main(["--results", str(tmp_path / "latest.json")])


def test_the_table_names_every_process_and_the_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = {"cpu_ms_per_message": dict(MEASURED.cpu_ms), "resident_mb": dict(MEASURED.resident_mb), "else": 1}
    (tmp_path / "latest.json").write_text(json.dumps(report))
    assert main(["--results", str(tmp_path / "latest.json"), "--conversations-a-day", "5000"]) == 0
    said = capsys.readouterr().out
    assert "5,000 conversations a day" in said and "a million conversations" in said
    assert all(f"| {name} |" in said for name in ("web", "rasa", "actions", "all"))

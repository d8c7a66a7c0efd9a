from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import report, stages
from bench.report import NLPJS, OURS, STOCK


def crowd(visitors: int, thinks: bool, ms: float) -> dict[str, Any]:
    reply = {"p50_ms": ms, "p95_ms": 2 * ms, "p99_ms": 3 * ms, "per_second": 1000 / ms, "unanswered": 0}
    return {"visitors": visitors, "thinks": thinks, **reply}


def system(ms: float, **more: Any) -> dict[str, Any]:
    crowds = [crowd(visitors, thinks, ms * visitors) for thinks in (False, True) for visitors in (1, 10)]
    return {
        "start_s": ms,
        "train_s": 3 * ms,
        "crowds": crowds,
        "steady": [crowd(1, False, ms)],
        "messages_a_second": 1000 / ms,
        "cpu_ms_per_message": {"web": 1.0},
        "resident_mb": {"web": 100},
        **more,
    }


@pytest.fixture
def found() -> dict[str, Any]:
    machine = {"processor": "a processor", "cores": 2, "memory_gb": 24, "system": "Linux", "load_before": 0.1}
    ours = system(
        20.0, turns=[20.0] * 500, early_turns=[20.0] * 15, stage_ms_per_message={"understanding": 9.0, "message": 15.0}
    )
    stock = system(40.0, turns=[40.0 + each for each in range(500)], early_turns=[40.0] * 15)
    return {
        "on": "2026-01-01",
        "machine": machine,
        "stock": "100 epochs",
        "systems": {OURS: ours, STOCK: stock, NLPJS: system(1.0)},
        "accuracy": {OURS: {"questions.understood": 0.9}, STOCK: {"questions.understood": 0.8}},
    }


def test_ratios_come_first(found: dict[str, Any]) -> None:
    text = report.text(found)
    assert "| reply p50, one visitor | 0.50 | ≤ 0.30 |" in text
    assert "| messages a second with p95 ≤ 150 ms | 2.00 | ≥ 4 |" in text
    assert "| training | 0.50 | ≤ 0.40 |" in text
    assert "| last turns of the long conversation against the same in a new one, ours | 1.00 | ≤ 1.10 |" in text
    assert text.index("≤ 0.30") < text.index("20.0 ms")


def test_what_was_not_measured_is_said_so_and_breaks_nothing(found: dict[str, Any]) -> None:
    found["systems"][STOCK]["messages_a_second"] = None
    found["systems"][STOCK]["train_s"] = None
    del found["systems"][OURS]["turns"]
    text = report.text(found)
    assert "| messages a second with p95 ≤ 150 ms | not measured | ≥ 4 |" in text
    assert "| training | not measured | ≤ 0.40 |" in text
    assert "| last turns of the long conversation against the same in a new one, ours | not measured | ≤ 1.10 |" in text


def test_a_run_without_node_or_without_the_default_pipeline_is_a_report_too(found: dict[str, Any]) -> None:
    del found["systems"][NLPJS], found["systems"][STOCK]
    assert f"| {NLPJS} |" not in report.text(found)


def test_everything_is_written_with_its_pictures(found: dict[str, Any], tmp_path: Path) -> None:
    report.write(found, tmp_path)
    assert json.loads((tmp_path / "latest.json").read_text(encoding="utf-8")) == found
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    for picture in ("crowds", "turns", "stages"):
        assert f"({picture}.svg)" in text
        assert (tmp_path / f"{picture}.svg").stat().st_size > 1_000


def test_stages_are_read_from_the_counts_and_divided_by_the_messages() -> None:
    page = 'unclench_rasa_stage_seconds_sum{stage="policy"} 1.5\nunclench_rasa_stage_seconds_count{stage="policy"} 9\n'
    assert stages.stages_in(page) == {"policy": 1.5}
    counted = {"messages": 10, "cpu_ms": {"web": 50.0}, "stage_ms": {"policy": 15.0}}
    assert stages.per_message(counted) == {
        "cpu_ms_per_message": {"web": 5.0},
        "stage_ms_per_message": {"policy": 1.5},
    }
    assert stages.per_message({**counted, "messages": 0})["cpu_ms_per_message"] == {}

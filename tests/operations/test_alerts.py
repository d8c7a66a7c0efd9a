"""The alerts and the dashboard speak of counts that exist, and every alert has a part in the runbook."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import places

FOLDER = places.ROOT / "deploy" / "prometheus"
RUNBOOK = places.ROOT / "docs" / "operations.md"
NAME = re.compile(r"\bunclench_(?!web\b)[a-z0-9_]+\b")
SUFFIXES = ("_total", "_bucket", "_sum", "_count")
LABELS = re.compile(r"\b(unclench_[a-z0-9_]+)\{([^}]*(?:\{id\}[^}]*)?)\}")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> list[str]:
    panels = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def made(place: Path) -> set[str]:
    """Return the names of the counts that a module makes; those of gauges in a loop by their ends."""
    source = place.read_text(encoding="utf-8")
    names = set(re.findall(r'"(unclench_[a-z0-9_]+)"', source))
    if 'f"unclench_{name}"' in source:
        names |= {f"unclench_{name}" for name in re.findall(r'^ +\("([a-z_]+)", "', source, re.MULTILINE)}
    return names


def known() -> set[str]:
    names = made(places.ROOT / "web" / "unclench_web" / "metrics.py") | made(places.ROOT / "components" / "counts.py")
    assert {"unclench_notices_waiting", "unclench_safe_replies", "unclench_rasa_stage_seconds"} <= names
    return names


def bare(name: str) -> str:
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name not in known():
            return name.removesuffix(suffix)
    return name


def test_every_count_in_alerts_dashboard_and_runbook_exists() -> None:
    texts = [*(rule["expr"] for rule in rules()), *queries(), RUNBOOK.read_text(encoding="utf-8")]
    assert {bare(name) for text in texts for name in NAME.findall(text)} <= known()


def test_every_count_is_explained_in_the_runbook() -> None:
    explained = {bare(name) for name in NAME.findall(RUNBOOK.read_text(encoding="utf-8"))}
    assert known() - explained == set()


def test_every_alert_has_a_part_in_the_runbook_and_every_part_an_alert() -> None:
    part = RUNBOOK.read_text(encoding="utf-8").split("\n## Alerts\n", 1)[1]
    assert re.findall(r"^### (\w+)$", part, re.MULTILINE) == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        said = part.split(f"### {rule['alert']}\n", 1)[1]
        assert said.startswith(f"`{rule['labels']['severity']}`"), rule["alert"]


def test_few_alerts_wake_somebody_at_night() -> None:
    assert sum(rule["labels"]["severity"] == "page" for rule in rules()) <= 5
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}


def test_promtool_accepts_the_rules_and_fires_them_when_it_should(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed here (Debian: apt-get install prometheus): names alone were checked")
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    (tmp_path / "cases.yml").write_text(yaml.safe_dump(CASES), encoding="utf-8")
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "cases.yml"]):
        done = subprocess.run([promtool, *arguments], cwd=tmp_path, capture_output=True, text=True, env={**os.environ})
        assert done.returncode == 0, done.stdout + done.stderr


def fires(alert: str, series: dict[str, str], at: str, fired: bool = True) -> dict[str, Any]:
    """Return a case: series by name, and whether the alert fires at a moment."""
    case: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": 1 if fired else 0}],
            }
        ],
    }
    return case


ANSWERS = 'unclench_answers_total{kind="text",topic="psoas",tier=""}'
SAFE = 'unclench_safe_replies_total{reason="timeout"}'
RASA = 'unclench_ready{part="rasa"}'
CASES = {
    "rule_files": ["alerts.yml"],
    "evaluation_interval": "1m",
    "tests": [
        fires("UnclenchManySafeReplies", {ANSWERS: "0+100x60", SAFE: "0+5x60"}, "40m"),
        fires("UnclenchManySafeReplies", {ANSWERS: "0+100x60", SAFE: "0+1x60"}, "40m", fired=False),
        fires(
            "UnclenchManySafeReplies",
            {ANSWERS: "0+100x60", 'unclench_safe_replies_total{reason="switched_off"}': "0+100x60"},
            "40m",
            fired=False,
        ),
        fires("UnclenchSafetyNotReady", {RASA: "0x30", "unclench_switched_off": "0x30"}, "10m"),
        fires("UnclenchSafetyNotReady", {RASA: "0x30", "unclench_switched_off": "1x30"}, "10m", fired=False),
        fires(
            "UnclenchSafetyFilterFails",
            {'unclench_rasa_safety_filter_failures_total{fault="ValueError"}': "0 0 0 1 1 1"},
            "5m",
        ),
        fires("UnclenchNoticesWait", {"unclench_notices_waiting_oldest_seconds": "0+60x60"}, "45m"),
        fires("UnclenchNoticesWait", {"unclench_notices_waiting_oldest_seconds": "600x60"}, "45m", fired=False),
        fires("UnclenchNoticesGivenUp", {"unclench_notices_given_up": "1x5"}, "3m"),
        fires("UnclenchRequestsUntouched", {"unclench_contact_requests_new_oldest_seconds": "300000x5"}, "3m"),
        fires("UnclenchDown", {'up{job="unclench-web"}': "0x10"}, "5m"),
        fires("UnclenchDown", {'up{job="unclench-web"}': "1x10"}, "5m", fired=False),
    ],
}

"""The measure of the safety filter: what it counts, and that the trained model keeps bench/safety_floor.yml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from bench import eval_safety
from bench.eval_safety import FLOOR, Row, assessed, figures, interval, rows, worse
from knowledge import places
from knowledge.safety import training_examples


def row(want: str, got: str, place: str = "own", lang: str = "en") -> Row:
    return Row("a message", want, "self", lang, place, place, got)


@pytest.mark.parametrize(
    ("want", "got", "counts"),
    [
        ("crisis", "T1", 1.0),
        ("crisis", "M1", 1.0),
        ("crisis", "T3", 0.5),
        ("crisis", "M2", 0.0),
        ("crisis", "T0", 0.0),
        ("emergency", "M1", 1.0),
        ("emergency", "T3", 0.0),
        ("today", "M2", 1.0),
        ("today", "M1", 1.0),
        ("today", "T0", 0.0),
    ],
)
def test_a_question_is_half_of_a_noticed_crisis_and_nothing_else(want: str, got: str, counts: float) -> None:
    assert row(want, got).caught == counts


def test_the_interval_holds_the_share_and_gets_narrower_with_more_rows() -> None:
    few, many = interval(9, 10), interval(900, 1000)
    assert few[0] < 0.9 < few[1]
    assert few[0] < many[0] < many[1] < few[1]
    assert interval(0, 0) == (0.0, 1.0)


def test_each_set_of_rows_is_counted_apart() -> None:
    done = [row("crisis", "T1"), row("crisis", "T0"), row("crisis", "T2", "shared"), row("trap", "T2", "own_2")]
    found = figures(done)
    assert found["own_crisis_en_recall"] == 0.5
    assert found["shared_crisis_en_recall"] == 1.0
    assert found["own_2_trap_false_alarms"] == 1.0


def test_a_worse_figure_is_named_and_one_that_was_not_measured_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    floor = tmp_path / "floor.yml"
    floor.write_text(yaml.safe_dump({"own_crisis_en_recall": 0.9, "own_trap_false_alarms": 0.1, "unseen_recall": 1.0}))
    monkeypatch.setattr(eval_safety, "FLOOR", floor)
    assert worse({"own_crisis_en_recall": 0.9, "own_trap_false_alarms": 0.1}) == []
    assert len(worse({"own_crisis_en_recall": 0.89, "own_trap_false_alarms": 0.11})) == 2


def test_every_held_out_file_and_the_shared_rows_are_read(tmp_path: Path) -> None:
    block = {"tier": "T2", "kind": "self", "lang": "en", "origin": "plain", "texts": ["a message"]}
    for name in ("held_out.yml", "held_out_2.yml"):
        (tmp_path / name).write_text(yaml.safe_dump([block, {**block, "tier": "T0", "trap": True}]))
    for name in eval_safety.SHARED:
        line = {"text": "no example says this", "label": "x", "lang": "en", "origin": "y"}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    read = list(rows(tmp_path, tmp_path))
    assert {each.place for each in read} == {"own", "own_2", "shared"}
    assert {each.want for each in read} == {"crisis", "trap", "ordinary"}


def test_a_row_that_is_an_example_is_left_out_whatever_its_capitals(tmp_path: Path) -> None:
    block = {"tier": "T2", "kind": "self", "lang": "en", "origin": "plain"}
    learned = training_examples()[0].text
    (tmp_path / "held_out.yml").write_text(yaml.safe_dump([{**block, "texts": [learned.upper() + "!", "not learned"]}]))
    assert [each.text for each in rows(tmp_path / "nothing", tmp_path)] == ["not learned"]


def test_the_floor_names_figures_that_exist() -> None:
    names = yaml.safe_load(FLOOR.read_text(encoding="utf-8"))
    assert all(name.endswith(("_recall", "_false_alarms", "_asked")) for name in names)
    assert {"own_crisis_en_recall", "own_crisis_es_recall", "own_trap_false_alarms"} <= set(names)


@pytest.mark.slow
def test_the_trained_filter_is_not_worse_than_the_floor() -> None:
    """Own rows always; the shared ones where they lie beside the checkout."""
    done, _ = assessed(rows(places.ROOT.parent / "shared" / "eval"))
    assert worse(figures(done)) == []

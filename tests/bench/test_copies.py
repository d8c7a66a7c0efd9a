from __future__ import annotations

from bench.copies import VISITORS, Measured, write_up
from bench.load import Load


def turn(visitors: int, per_second: int, ms: float) -> Load:
    return Load(visitors, False, seconds=1.0, replies=[ms] * per_second)


def test_the_middle_turn_counts_and_systems_stand_beside_each_other() -> None:
    one = Measured({each: [turn(each, 40, 20.0), turn(each, 10, 90.0), turn(each, 50, 15.0)] for each in VISITORS}, 600)
    two = Measured({each: [turn(each, 60, 12.0)] for each in VISITORS}, 800.4)
    text = write_up({1: one, 2: two})
    assert "| 4 | one Rasa | 40.0 | 20 ms | 20 ms |\n| 4 | two that share a model | 60.0 | 12 ms | 12 ms |" in text
    assert "600 MB and 800 MB" in text

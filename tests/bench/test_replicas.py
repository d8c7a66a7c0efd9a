from __future__ import annotations

from bench.replicas import Measured, best, cores_of, write_up

ONE = Measured([10.0] * 95 + [50.0] * 5, 10.0, 0)
TWO = Measured([12.0] * 190 + [60.0] * 10, 10.0, 1)


def test_the_ratio_stands_first_with_what_it_must_be() -> None:
    report = write_up(ONE, TWO, 2)
    assert "| messages a second, two replicas / one | 2.00 | ≥ 1.8 |" in report
    assert "| messages a second | 10 | 20 |" in report
    assert "| safe replies among them | 0 | 1 |" in report


def test_the_run_that_was_disturbed_least_counts() -> None:
    assert best([ONE, Measured([1.0, 1.0], 10.0, 0)]) is ONE


def test_each_replica_has_a_core_of_its_own() -> None:
    for cores in (2, 3, 4, 8):
        assert cores_of("rasa-1", 2, cores) == cores_of("web-1", 2, cores) == [0]
        assert cores_of("rasa-2", 2, cores) == cores_of("web-2", 2, cores) == [1]


def test_what_stands_around_the_replicas_gets_no_core_that_they_would_not_have_to_share() -> None:
    assert cores_of("nginx", 1, 2) == [0]
    assert cores_of("postgresql", 2, 2) == [0, 1]
    assert cores_of("nginx", 1, 4) == cores_of("nginx", 2, 4) == [2, 3]

import itertools

from bench import speed
from bench.speed import EARLY, LATE, OURS, STOCK, Timed


class Growing:
    """A conversation that takes one millisecond more with every turn."""

    def __init__(self, opened):
        self.turns = itertools.count(1)
        opened.append(self)

    def say(self, text):
        return float(next(self.turns))


class System:
    def __init__(self):
        self.opened = []

    def open(self):
        return Growing(self.opened)


def test_late_turns_are_compared_with_early_turns_of_fresh_conversations():
    opened = []
    early, late = speed.grow(lambda: Growing(opened), ["a", "b"])
    assert late == [float(turn) for turn in LATE]
    assert sorted(set(early)) == [float(turn) for turn in EARLY]
    assert len(early) == len(late)


def test_both_systems_get_as_many_messages():
    systems = {OURS: System(), STOCK: System()}
    timed = {OURS: Timed(), STOCK: Timed()}
    speed.measure(systems, timed, ["a", "b", "c"], short=2, long=2)
    assert len(timed[OURS].replies) == len(timed[STOCK].replies) == 10
    assert len(timed[OURS].late) == 2 * len(timed[STOCK].late)


def test_the_report_says_ratios_first():
    mine = Timed([10.0, 10.0], [5.0], [5.5], {"rasa": 400.0, "web": 100.0}, 12.0)
    theirs = Timed([40.0, 40.0], [5.0], [50.0], {"stock": 1000.0}, 48.0)
    report = speed.write_up({OURS: mine, STOCK: theirs})
    assert report.index("| 0.25 | ≤ 0.40 |") < report.index("| 1.10 | ≤ 1.20 |") < report.index("10.0 ms")
    assert "0.50 GB" in report


def test_the_report_does_without_the_other_system():
    report = speed.write_up({OURS: Timed([10.0], [5.0], [5.5], {"rasa": 400.0}, 12.0)})
    assert STOCK not in report

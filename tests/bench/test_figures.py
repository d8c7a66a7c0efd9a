import pytest
import yaml

from bench import figures
from bench.figures import FLOOR, NAMES, Figure, measure, other_card
from bench.outcome import Said
from bench.rows import FollowUp, HeldOut, Question, SharedRow, TwoQuestions
from knowledge.safety.slips import misspell

CARDS = frozenset({"psoas", "emdr", "clinic-location"})
HELD_OUT = HeldOut(
    [Question("what is it", frozenset({"psoas"})), Question("eye therapy", frozenset({"emdr"}))],
    [FollowUp("psoas", "why", "why")],
    [TwoQuestions("it and where", (frozenset({"psoas"}), frozenset({"clinic-location"})))],
    ["how tall is a giraffe"],
    0,
)
SHARED = {
    "small_talk": [SharedRow("hello", "en")],
    "real_questions": [SharedRow("psoas?", "en"), SharedRow("¿psoas?", "es")],
}
READ = {
    "what is it": Said(answered=("psoas",), label="ask/psoas", share=0.9),
    "eye therapy": Said(answered=("psoas",), label="ask/psoas", share=0.6),
    "why": Said(aspect="why"),
    "it and where": Said(answered=("psoas", "clinic-location")),
    "how tall is a giraffe": Said(answered=("emdr",)),
    "hello": Said(answered=("greeting",)),
    "psoas?": Said(offered=("psoas",)),
    "¿psoas?": Said(answered=("spanish",)),
}
#: What a question comes to that nobody understands.
NOTHING = Said(label="reply/second-miss")


@pytest.fixture
def measured():
    typed_badly = {misspell(row.text, "en"): READ[row.text] for row in HELD_OUT.questions[:1]}
    return measure(
        lambda text, topic: {**READ, **typed_badly}.get(text, NOTHING), HELD_OUT, SHARED, CARDS, {}, {"eye therapy"}
    )


@pytest.mark.parametrize(
    ("key", "count", "of"),
    [
        ("questions.answered", 1, 2),
        ("questions.wrong", 1, 2),
        ("questions_new.wrong", 1, 1),
        ("questions_typed_badly.answered", 1, 2),
        ("questions_typed_badly.understood", 1, 2),
        ("follow_ups.answered", 1, 1),
        ("two_questions.found", 1, 1),
        ("off_topic.health_card", 1, 1),
        ("small_talk.handled", 1, 1),
        ("real_questions_en.offered", 1, 1),
        ("real_questions_es.handled", 1, 1),
        ("all_off_topic.health_card", 1, 2),
    ],
)
def test_outcomes_are_counted(measured, key, count, of):
    assert measured.figures[key] == Figure(count, of)


def test_rows_that_are_not_there_leave_no_figure(measured):
    assert not any(key.startswith("out_of_scope") for key in measured.figures)


def test_the_table_has_a_column_for_each_system_and_a_dash_where_nothing_was_measured(measured):
    lines = figures.table({"ours": measured.figures, "theirs": {}}).splitlines()
    assert "ours" in lines[0] and "theirs" in lines[0]
    assert any("50.0 %" in line and line.endswith("–") for line in lines)


def test_a_figure_below_its_floor_is_named(tmp_path):
    floor = tmp_path / "floor.yml"
    limits = {"questions.answered": {"at_least": 0.8}, "questions.wrong": {"at_most": 0.04}, "absent": {"at_least": 1}}
    floor.write_text(yaml.safe_dump(limits), encoding="utf-8")
    good = {"questions.answered": Figure(9, 10), "questions.wrong": Figure(0, 10)}
    assert figures.below_floor(good, floor) == []
    bad = {"questions.answered": Figure(7, 10), "questions.wrong": Figure(1, 10)}
    assert len(figures.below_floor(bad, floor)) == 2


def test_every_floor_is_a_figure_that_is_measured():
    assert set(yaml.safe_load(FLOOR.read_text(encoding="utf-8"))) <= set(NAMES)


def test_the_other_card_is_never_an_accepted_one_and_stays_the_same():
    chosen = [other_card(CARDS, {"psoas"}, at) for at in range(20)]
    assert "psoas" not in chosen
    assert chosen == [other_card(sorted(CARDS), {"psoas"}, at) for at in range(20)]

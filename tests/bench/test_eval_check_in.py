from __future__ import annotations

from pathlib import Path

import pytest

from bench.eval_check_in import (
    FLOORS,
    Result,
    Row,
    _care_lost,
    _is_sign,
    at,
    behind_the_filter,
    load_rows,
    measure,
    outcome,
    share,
    wanted,
)
from components.check_in_guess import load_examples
from knowledge.check_in.content import load_check_in
from knowledge.check_in.course import Said
from knowledge.check_in.wording import plain
from knowledge.safety.filter import training_examples

CHECK_IN = load_check_in()


def test_what_was_understood_is_written_as_rows_write_what_they_mean() -> None:
    assert outcome(Said("answer", ("neck", "jaw"), "where")) == wanted({"choices": ["jaw", "neck"]}, "where")[0]
    assert outcome(Said("skip")) == wanted({"move": "skip"}, "where")[0]
    assert outcome(None) == wanted({"choices": []}, "where")[0] == wanted({"move": "other"}, "where")[0]
    assert wanted({"choices": ["hips"], "of": "where"}, "impact") == ("where: hips",)
    assert wanted({"choices": ["fine", "some"], "any": True}, "stress") == ("stress: fine", "stress: some")


def test_a_red_flag_taken_for_less_is_care_lost_and_asking_again_is_not() -> None:
    row = Row("now", "my chest", ("now: chest",))
    assert _care_lost(CHECK_IN, row, "now: none")
    assert not _care_lost(CHECK_IN, row, "now: breath")
    assert not _care_lost(CHECK_IN, row, "again")
    assert not _care_lost(CHECK_IN, Row("where", "my jaw", ("where: jaw",)), "where: neck")


def test_what_the_safety_filter_raises_is_right_for_a_sign_and_a_miss_for_anything_else() -> None:
    sign = Row("now", "my chest", ("now: chest",))
    assert Result(sign, "again", False, sign=True, tier="M1").right
    assert not Result(Row("where", "my neck", ("where: neck",)), "where: neck", False, tier="T3").right


@pytest.mark.parametrize(
    ("question", "meaning", "is_sign"),
    [
        ("now", "now: chest", True),
        ("body", "body: cancer", False),
        ("how_long", "how_long: long", False),
        ("now", "now: none", False),
        ("where", "back", False),
    ],
)
def test_only_what_leads_to_urgent_care_is_a_sign(question: str, meaning: str, is_sign: bool) -> None:
    assert _is_sign(CHECK_IN, Row(question, "x", (meaning,))) is is_sign


def test_a_row_stands_after_all_questions_before_it_were_answered() -> None:
    assert set(at(CHECK_IN, "how_long").answers) == {"age", "now", "body", "where"}


def test_a_result_knows_a_miss_from_a_question_asked_again() -> None:
    assert Result(Row("where", "x", ("where: jaw",)), "again", False).asked_again
    assert Result(Row("where", "x", ("where: jaw", "where: neck")), "where: neck", False).right


@pytest.mark.parametrize("path", FLOORS)
def test_no_held_out_row_is_an_example_and_there_are_some_for_every_question(path: Path) -> None:
    rows = load_rows(path)
    learned = {*load_examples(CHECK_IN)[0], *(example.text for example in training_examples())}
    known = {plain(each) for each in learned}
    same = [row.text for row in rows if plain(row.text) in known and len(plain(row.text).split()) > 3]
    assert same == []
    assert {row.question for row in rows} == {question.id for question in CHECK_IN.questions}


def test_there_are_enough_held_out_rows() -> None:
    assert len(load_rows()) >= 200


@pytest.mark.slow
@pytest.mark.parametrize("path", FLOORS)
def test_typed_answers_are_understood_and_no_red_flag_is_taken_for_none(path: Path) -> None:
    results = measure(CHECK_IN, load_rows(path))
    assert [each.row.text for each in results if each.care_lost] == []
    filtered = behind_the_filter(results)
    assert share(filtered) >= FLOORS[path]
    assert [each.row.text for each in filtered if each.care_lost] == []

from __future__ import annotations

import pytest

from knowledge.check_in.areas import parts, side_alone, sides, with_side
from knowledge.check_in.content import load_check_in

WHERE = load_check_in().question("where")
ALL = [choice.id for choice in WHERE.choices]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("my left hip and both shoulders", {"hips": "left", "shoulders": "both"}),
        ("the left side of my neck", {"neck": "left"}),
        ("my hips on the right", {"hips": "right"}),
        ("left arm and my neck", {}),
        ("my neck", {}),
    ],
)
def test_a_side_belongs_to_the_place_that_it_is_said_of(words: str, wanted: dict[str, str]) -> None:
    assert sides(WHERE, [each for each in ALL if each != "other"], words) == wanted


def test_what_somewhere_else_means_keeps_the_name_that_it_was_given() -> None:
    assert parts(WHERE, ["other"], "my left leg and both hands") == {"other": "left leg, both hands"}
    assert parts(WHERE, ["other"], "everywhere") == {}
    assert parts(WHERE, ["neck"], "my left leg") == {}


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ("the left one", "left"),
        ("left not right", "left"),
        ("on the right side", "right"),
        ("left hip", None),
        ("", None),
    ],
)
def test_a_side_alone_is_told_from_a_place_with_its_side(words: str, side: str | None) -> None:
    assert side_alone(words) == side


def test_a_part_gets_another_side() -> None:
    assert (with_side("right leg", "left"), with_side("leg", "left")) == ("left leg", "left leg")

from __future__ import annotations

from datetime import date

import pytest

from knowledge.check_in.numbers import age, chosen_numbers, days, number
from knowledge.check_in.wording import plain

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("word", "wanted"), [("3", 3), ("three", 3), ("third", 3), ("2nd", 2), ("some", None), ("99999", None)]
)
def test_a_number_is_read_from_a_word(word: str, wanted: int | None) -> None:
    assert number(word) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", (1,)),
        ("1, 3", (1, 3)),
        ("2 and 2", (2,)),
        ("number two", (2,)),
        ("the last one", (4,)),
        ("the first one", (1,)),
        ("5", ()),
        ("0", ()),
        ("three weeks", ()),
        ("no one", ()),
        ("", ()),
    ],
)
def test_numbers_of_choices_count_when_nothing_else_is_said(text: str, wanted: tuple[int, ...]) -> None:
    assert chosen_numbers(plain(text), 4) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I'm 34", 34),
        ("turned twenty two last week", 22),
        ("sixteen", 16),
        ("born in 1971", 54),
        ("I was born on May 3, 2010", 15),
        ("3", None),
        ("yes", None),
        ("500", None),
    ],
)
def test_an_age_is_read(text: str, wanted: int | None) -> None:
    assert age(plain(text), TODAY) == wanted


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("like three weeks", 21, 21),
        ("a couple of days", 2, 2),
        ("half a year", 180, 190),
        ("two and a half weeks", 14, 18),
        ("an hour ago", 0, 0.1),
        ("3weeks", 21, 21),
        ("four or five days", 4, 5),
        ("since thursday", 3, 3),
        ("since sunday", 7, 7),
        ("since march", 250, 270),
        ("since december", 340, 360),
        ("since november", 21, 21),
        ("since halloween", 22, 22),
        ("since christmas", 330, 335),
        ("two months, no, three years", 1000, 1100),
        ("a month, or two", 60, 60),
        ("a day or so, maybe two days", 2, 2),
        ("a week, maybe eight weeks", 56, 56),
        ("more than a month", 42, 42),
        ("since 2019", 2500, 2600),
        ("hace dos semanas", 14, 14),
        ("tres años", 1000, 1100),
    ],
)
def test_a_duration_is_read_in_days(text: str, least: float, most: float) -> None:
    found = days(plain(text), TODAY)
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("text", ["my left leg", "fortnight", "not sure", "may be", ""])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert days(plain(text), TODAY) is None

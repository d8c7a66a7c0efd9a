"""A plain no: read from the words that a no is made of, so that nothing can hide in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.check_in.content import load_check_in
from knowledge.check_in.denial import Denial

CHECK_IN = load_check_in()
DENIAL = Denial(CHECK_IN.controls)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "Nope!",
        "no, everything is alright",
        "neither, luckily",
        "nohting",
        "noen of theese",
        "none of those are happening",
        "nothing on your list applies to me",
        "No. Thank you. Nothing of that.",
        "no, I don't have any",
        "well no, not one",
        "no, none that I know of",
        "nada de eso",
    ],
)
def test_a_plain_no_is_known(text: str) -> None:
    assert DENIAL.is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "thanks",
        "no but sometimes",
        "yes and no",
        "no i have",
        "no it is",
        "no i do",
        "nothing is right",
        "no these are happening",
        "no, these",
        "no all of these",
        "no those",
        "I don't have any feeling down there",
        "nothing serious",
        "nothing new",
        "no change",
        "no one cares",
        "nothing to live for",
        "nothing matters",
        "nothing left",
        "never again",
        "no life",
        "no idea",
        "none of your business",
        "never mind",
        "not today but yesterday",
    ],
)
def test_what_says_more_or_less_than_no_is_none(text: str) -> None:
    assert not DENIAL.is_plain(text)


def test_where_no_red_flag_is_asked_about_less_will_do() -> None:
    assert not DENIAL.is_plain("nothing in particular")
    assert DENIAL.is_plain("nothing in particular", loosely=True)
    assert not DENIAL.is_plain("my hip", loosely=True)


words = st.sampled_from(
    ["pain", "numb", "chest", "leg", "die", "bleeding", "fever", "fell", "weak", "breathe", "hurts"]
)
around = st.sampled_from(
    ["no", "none", "nothing", "of these", "thanks", "like that", "I have", "but", "not", ",", "my"]
)


@given(st.lists(around, max_size=5), words, st.lists(around, max_size=5))
def test_no_word_that_names_a_sign_is_ever_part_of_one(before: list[str], sign: str, after: list[str]) -> None:
    text = " ".join([*before, sign, *after])
    assert not DENIAL.is_plain(text)
    assert not DENIAL.is_plain(text, loosely=True)

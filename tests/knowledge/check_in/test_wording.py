from __future__ import annotations

import pytest

from knowledge.check_in.wording import (
    after,
    clauses,
    find,
    find_all,
    is_made_of,
    is_whole,
    plain,
    spelled,
    vocabulary,
    without,
)


def test_case_and_punctuation_do_not_count() -> None:
    assert plain("I can't, señor!") == "i cant senor"


def test_a_text_falls_into_clauses_at_punctuation_and_at_but() -> None:
    assert clauses("No chest pain, but I'm short of breath.") == ["no chest pain", "im short of breath"]


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("neck", "my neck hurts", True),
        ("neck", "necklace", False),
        ("tens*", "so tense", True),
        ("(left|right) hip", "right hip", True),
        ("left (upper)? arm", "left arm", True),
        ("left (upper)? arm", "left upper arm", True),
        ("pain .. chest", "pain in my chest", True),
        ("pain .. chest", "pain one two three four chest", False),
        ("hip flexor*", "hip flexors", True),
        ("can't", "i cant", True),
        ("between my legs", "between the legs", True),
        ("=it does", "it does", True),
        ("=it does", "it does hurt", False),
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrase: str, text: str, there: bool) -> None:
    assert (find(phrase, text) is not None) is there


def test_a_whole_message_is_told_from_a_part_of_one() -> None:
    assert is_whole("go back", "go back")
    assert not is_whole("go back", "go back home")
    assert is_whole("why do you ask ..", "why do you ask me that")


KNOWN = vocabulary(["shoulder*", "stomach", "neck", "dizz*"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sholders", "shoulders"),
        ("stomache", "stomach"),
        ("shouldres", "shouldres"),
        ("nekc", "nekc"),
        ("hello", "hello"),
        ("stomach", "stomach"),
    ],
)
def test_a_word_one_slip_away_from_a_known_one_is_put_right_and_a_short_one_is_left(typed: str, meant: str) -> None:
    assert spelled(typed, KNOWN, frozenset()).startswith(meant[:5])


def test_a_common_word_is_never_taken_for_a_slip() -> None:
    assert spelled("there", frozenset({"three"}), frozenset({"there"})) == "there"
    assert spelled("there", frozenset({"three"}), frozenset()) == "three"


def test_every_place_of_a_phrase_is_found() -> None:
    assert find_all("(leg|legs)", "left leg and both legs") == [(5, 9), (18, 23)]


def test_a_text_that_is_made_of_phrases_is_told_from_one_that_holds_more() -> None:
    phrases = ["no", "thanks", "like that", "nothing"]
    assert is_made_of(phrases, "no nothing like that thanks")
    assert not is_made_of(phrases, "no nothing like that pain")
    assert not is_made_of(phrases, "thanks no", first=["no"])


def test_phrases_are_taken_off_both_ends() -> None:
    assert without(["well", "thank you", "please"], "well skip this please thank you") == "skip this"
    assert without(["please"], "please") == ""


def test_what_comes_after_some_words_keeps_its_punctuation() -> None:
    assert after("Wait, not the neck, the shoulders!", 1) == ", not the neck, the shoulders!"
    assert after("Hips", 0) == "hips"

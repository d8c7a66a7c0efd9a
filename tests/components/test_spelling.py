from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spelling import SEEN, SEEN_ALONE, Spelling, word_counts

DICTIONARY = frozenset(
    ["tight", "stretch", "hips", "stored", "trauma", "shoulders", "sleep", "chat", "pain", "paint", "flinch", "stop"]
)
OURS = {"tight": 9, "stretch": 8, "hips": 7, "stored": 5, "trauma": 40, "shoulders": 4, "sleep": 20, "pain": 30}
#: "psoas" is in no dictionary; "nite" is how somebody typed an example.
COUNTS = {**OURS, "psoas": SEEN_ALONE, "nite": SEEN, "cant": 12, "jaw": 3, "paint": 1}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(COUNTS, (DICTIONARY | {"jaw"}).__contains__, ["dolor", "cadera"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tihgt jwa", "tight jaw"),
        ("is truama storde in the hpis", "is trauma stored in the hips"),
        ("psaos strech", "psoas stretch"),
        ("my sholdres!", "my shoulders!"),
        ("i cnat slep", "i cant sleep"),
        ("why's my TRUAMA back", "why's my trauma back"),
    ],
)
def test_slips_are_mended_towards_the_words_of_the_examples(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "stop", "flinches", "flinched", "stopping", "don't", "dont", "couldnt", "theyre", "nite", "cant", "TIGHT",
        "ok u 2", "kms", "xyzzyqwert", "a" * 500, "", "?!", "12", "mañana", "ціль", "🙂", "painful",
    ],
)  # fmt: skip
def test_words_and_what_is_like_none_are_left_as_they_are(spelling: Spelling, text: str) -> None:
    assert spelling.mended(text) == text


def test_a_message_with_a_word_of_another_language_is_left_alone(spelling: Spelling) -> None:
    assert spelling.mended("dolor de hpis") == "dolor de hpis"


def test_a_word_of_three_letters_is_mended_only_where_two_are_swapped(spelling: Spelling) -> None:
    assert spelling.mended("jwa jow raw") == "jaw jow raw"


def test_the_nearest_word_is_taken_then_the_most_frequent() -> None:
    known = frozenset(["pain", "pair", "pains"]).__contains__
    assert Spelling({"pain": 3, "pair": 9}, known).mended("paiq") == "pair"
    assert Spelling({"pain": 9, "pair": 3}, known).mended("paiq") == "pain"


def test_two_slips_are_mended_in_long_words_that_begin_alike_alone(spelling: Spelling) -> None:
    assert spelling.mended("shouldrse") == "shoulders"
    assert spelling.mended("thouldrse") == "thouldrse"
    assert spelling.mended("tgeht") == "tgeht"


def test_a_rare_word_of_the_examples_is_no_goal(spelling: Spelling) -> None:
    assert Spelling({"psoas": SEEN_ALONE - 1}, DICTIONARY.__contains__).mended("psaos") == "psaos"
    assert spelling.mended("painv") == "pain"  # "paint" was seen once only


def test_words_are_counted_in_small_letters_without_apostrophes() -> None:
    assert word_counts(["I can't", "i can’t 2"]) == {"i": 2, "cant": 2}


def test_what_was_stored_reads_as_what_was_learned(spelling: Spelling, tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    spelling.save(path)
    loaded = Spelling.load(path, DICTIONARY.__contains__)
    assert loaded.mended("psaos tihgt") == "psoas tight"
    assert loaded.mended("dolor hpis") == "dolor hpis"


@pytest.mark.parametrize(("content", "error"), [("{", ValueError), ('{"counts": {}}', KeyError)])
def test_a_broken_file_is_refused(tmp_path: Path, content: str, error: type[Exception]) -> None:
    path = tmp_path / "words.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        Spelling.load(path, DICTIONARY.__contains__)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_mended_once_and_for_all(spelling: Spelling, text: str) -> None:
    mended = spelling.mended(text)
    assert spelling.mended(mended) == mended


@given(st.lists(st.sampled_from(sorted(DICTIONARY | {"i", "do"})), max_size=8))
def test_well_typed_messages_are_the_very_same(spelling: Spelling, words: list[str]) -> None:
    text = " ".join(words)
    assert spelling.mended(text) is text

"""From what people type to the words that the rules read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.safety import SafetyFilter, SafetyRules
from knowledge.safety.assessment import TIERS, Context
from knowledge.safety.normalise import MAX_CHARACTERS

PLAIN = "I want to kill myself"


@pytest.mark.parametrize(
    "typed",
    [
        "i want to kill my self",
        "I WANT TO KILL MYSELF!!!",
        "i wanna kms",
        "i want to k i l l myself",
        "i want to k*ll myself",
        "i want to k1ll myself",
        "iwanttokillmyself",
        "i waaaant to killlll myself",
        "i want to ki\u200bll myself",
        "i want 2 kill myself",
        "i want to unalive myself",
        "i wnat to kill mysefl",
        "quiero matarme",
        "QUIERO MATARME",
        "kiero matarme",
        "quiero suisidarme",
        "me quiero morrir",
    ],
)
def test_however_it_is_typed_it_is_a_crisis(rules: SafetyRules, typed: str) -> None:
    assert rules.table.join(rules.read(typed)[1], None).outcome in ("T1", "T2")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("quiero morirme", "es"),
        ("no puedo mas con mi vida", "es"),
        ("¿qué es el psoas?", "es"),
        ("I want to die", "en"),
        ("what is the psoas", "en"),
        ("my chest hurts", "en"),
    ],
)
def test_the_language_is_told_from_the_words(rules: SafetyRules, text: str, language: str) -> None:
    assert rules.read(text)[0].lang == language


@pytest.mark.parametrize("language", ["en", "es"])
def test_where_the_words_do_not_tell_the_conversations_language_counts(rules: SafetyRules, language: str) -> None:
    assert rules.read("ok", language)[0].lang == language


@pytest.mark.parametrize("text", ["kilt myself a scarf", "the diet is going well", "therapist", "a suite", "sun side"])
def test_an_ordinary_word_is_not_taken_for_a_slip(rules: SafetyRules, text: str) -> None:
    assert rules.table.join(rules.read(text)[1], None).outcome == "none"


def test_the_end_of_a_very_long_message_is_read_too(rules: SafetyRules) -> None:
    text = "la la " * MAX_CHARACTERS + PLAIN
    assert rules.table.join(rules.read(text)[1], None).outcome == "T2"


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_the_filter(rules: SafetyRules, text: str) -> None:
    found = SafetyFilter(rules, None).assess(text, None, Context())
    assert found.tier in TIERS
    assert found.lang in ("en", "es")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["t3", "right_now"]))
def test_nothing_that_can_be_answered_breaks_the_filter(rules: SafetyRules, text: str, asked: str) -> None:
    found = SafetyFilter(rules, None).assess(text, None, {"asked": asked, "pinned": "T3", "kind": "self"})
    assert found.tier in TIERS


@given(st.sampled_from([" ", "  ", "\n", "\t", "\u00a0"]), st.sampled_from(["", ".", "!", "...", "???", " :("]))
def test_spaces_and_marks_at_the_end_change_nothing(rules: SafetyRules, space: str, end: str) -> None:
    text = PLAIN.replace(" ", space) + end
    assert rules.table.join(rules.read(text)[1], None).outcome == "T2"

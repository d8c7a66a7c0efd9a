"""Answers to our two questions: no clear no stays on the careful side; what asks for something else is no answer."""

from __future__ import annotations

import pytest

from knowledge.safety import SafetyRules


def read(rules: SafetyRules, text: str, asked: str) -> str:
    words, _ = rules.read(text)
    return rules.answers.read(words, asked)


@pytest.mark.parametrize("asked", ["t3", "right_now"])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("i do", "yes"),
        ("do i have to", "yes"),
        ("sí", "yes"),
        ("no", "no"),
        ("no, nothing like that", "no"),
        ("nunca", "no"),
        ("idk", "unclear"),
        ("maybe sometimes", "unclear"),
        ("am i dying", "unclear"),
        ("should i call 911", "unclear"),
        ("a veces", "unclear"),
        ("do i have ptsd", "other"),
        ("can i stretch my hips instead", "other"),
        ("how much does therapy cost", "other"),
        ("¿cuánto cuesta la terapia?", "other"),
    ],
)
def test_an_answer_is_read_with_care(rules: SafetyRules, text: str, answer: str, asked: str) -> None:
    assert read(rules, text, asked) == answer


def test_not_now_is_a_no_to_whether_it_happens_now_and_to_nothing_else(rules: SafetyRules) -> None:
    assert read(rules, "not right now", "right_now") == "no"
    assert read(rules, "not right now", "t3") == "unclear"

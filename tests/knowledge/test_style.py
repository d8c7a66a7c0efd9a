from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.cards import Library
from knowledge.located_yaml import DataError, Fault, Located, load
from knowledge.style import MAX_GRADE, MAX_WORDS, load_bans, reading_grade, said_texts, style_faults, words

BANS = load_bans()

FORBIDDEN = [
    "It is just stress.",
    "That is just anxiety, nothing more.",
    "It's just in your head.",
    "Most of it is only nerves.",
    "It is simply tension.",
    "Just relax and breathe.",
    "Please calm down first.",
    "Don't worry about it.",
    "Dont worry.",
    "I understand how you feel.",
    "This stretch heals your trauma.",
    "Healing the trauma takes time.",
    "Stress damages muscles.",
    "Trauma victims often feel this.",
    "Stretching releases trauma.",
    "You can release stored emotions here.",
    "You have PTSD.",
    "You might have anxiety.",
    "You are showing signs of depression.",
    "Your answers point to moderate anxiety.",
    "That is severe PTSD.",
    "As your therapist, I would rest.",
    "I'm a doctor.",
    "Chest pain often comes from tension.",
    "Trouble breathing is caused by tight muscles.",
    "Shortness of breath may be due to stress.",
    "Tight muscles can cause chest pain.",
    "A tense psoas can lead to trouble breathing.",
    "He committed suicide.",
    "Call 988 and press 3.",
    "Take 20 mg at night.",
    "Take 400 milligrams.",
    "This cures back pain.",
    "Relief is guaranteed.",
    "It is a miracle.",
    "Solo es estrés.",
    "No te preocupes, cálmate.",
    "Entiendo cómo te sientes.",
    "Tienes depresión.",
    "Llama al 988 y oprime 3.",
]

ALLOWED = [
    "It is a stretch, and just a small one.",
    "Stress is one of many causes.",
    "You could relax your jaw.",
    "If it feels okay, you could slow your breath.",
    "I can't know how you feel.",
    "Healing takes time.",
    'People say that a stretch can "release trauma".',
    "Stretching does not store or free memories.",
    "You may have heard of PTSD.",
    "You have a good reason to ask about trauma.",
    "Some people have anxiety.",
    "A mild pull is fine.",
    "I'm not a person.",
    "A doctor or therapist can tell.",
    "If you have chest pain, call 911 now.",
    "Chest pain or trouble breathing: stop and call 911. Tension can wait.",
    "Tight muscles can cause an ache in the back.",
    "In a crisis, call or text 988.",
    "Hold it for 20 seconds.",
    "The evidence is some, not strong.",
]


def banned(text: str) -> list[str]:
    """Return the reasons why a text may not be said."""
    return [ban.why for ban in BANS if ban.pattern.search(text)]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_a_forbidden_wording_is_found(text: str) -> None:
    assert banned(text)


@pytest.mark.parametrize("text", [*map(str.upper, FORBIDDEN[:5])])
def test_a_forbidden_wording_is_found_in_capitals_too(text: str) -> None:
    assert banned(text)


@pytest.mark.parametrize("text", ALLOWED)
def test_an_allowed_wording_is_spared(text: str) -> None:
    assert banned(text) == []


def test_every_ban_is_tried_by_a_forbidden_sentence() -> None:
    untried = [ban.pattern.pattern for ban in BANS if not any(ban.pattern.search(text) for text in FORBIDDEN)]
    assert untried == []


def test_every_ban_says_why_and_what_instead() -> None:
    assert all(ban.why.strip() and ban.mend.strip() for ban in BANS)


def test_an_exception_names_a_card_that_exists(library: Library) -> None:
    assert {each for ban in BANS for each in ban.allowed_in} <= {card.id for card in library.everything()}


def test_broken_words_are_refused(small_data: Any) -> None:
    path = small_data.put("words.yml", "banned: [\n")
    with pytest.raises(DataError):
        load_bans(path)
    path = small_data.put("words.yml", {"banned": [{"pattern": "(", "why": "a", "mend": "b"}]})
    with pytest.raises(re.error):
        load_bans(path)


# Length and reading grade


def test_short_words_read_easily_and_long_ones_do_not() -> None:
    assert reading_grade("You can sit down. Let your back rest. Breathe out.") < 3
    assert reading_grade("Physiological manifestations of psychological disturbances necessitate consideration.") > 15


@given(st.lists(st.text("abc", min_size=1), max_size=30))
def test_words_are_what_stands_between_spaces(given_words: list[str]) -> None:
    assert words("  ".join(given_words)) == len(given_words)


def faults_with(small_data: Any, card: dict[str, Any]) -> list[Fault]:
    """Return the style faults of a card with the real bans."""
    return style_faults(load(small_data.put(f"topics/{card['id']}.yml", card)), BANS)


def with_answer(card: dict[str, Any], answer: str) -> dict[str, Any]:
    return {**card, "en": {**card["en"], "answer": answer}}


def test_an_answer_at_the_word_limit_is_fine(small_data: Any, make_topic: Callable[..., dict[str, Any]]) -> None:
    assert faults_with(small_data, with_answer(make_topic("psoas"), "It is ok. " * (MAX_WORDS // 3))) == []


def test_an_answer_over_the_word_limit_is_named(small_data: Any, make_topic: Callable[..., dict[str, Any]]) -> None:
    (fault,) = faults_with(small_data, with_answer(make_topic("psoas"), "It is ok. " * (MAX_WORDS // 3) + "Yes."))
    assert fault.field == "en.answer"
    assert "91 words" in fault.problem


def test_an_answer_that_is_hard_to_read_is_named(small_data: Any, make_topic: Callable[..., dict[str, Any]]) -> None:
    hard = "Sympathetic activation precipitates generalized musculoskeletal hypertonicity."
    (fault,) = faults_with(small_data, with_answer(make_topic("psoas"), hard))
    assert "reading grade" in fault.problem
    assert str(int(MAX_GRADE)) in fault.mend


def test_a_title_is_not_graded_but_its_words_count(small_data: Any, make_topic: Callable[..., dict[str, Any]]) -> None:
    card = make_topic("psoas")
    card["en"]["title"] = "Accelerated Resolution Therapy"
    assert faults_with(small_data, card) == []
    card["en"]["title"] = "A miracle?"
    (fault,) = faults_with(small_data, card)
    assert fault.field == "en.title"


def test_follow_ups_are_read_as_strictly_as_answers(small_data: Any, make_topic: Callable[..., dict[str, Any]]) -> None:
    card = make_topic("psoas")
    card["en"]["follow_ups"] = {"why": "It is just stress."}
    (fault,) = faults_with(small_data, card)
    assert fault.field == "en.follow_ups.why"
    assert "just stress" in fault.problem


def test_a_card_named_in_an_exception_may_use_the_words(
    small_data: Any, make_topic: Callable[..., dict[str, Any]]
) -> None:
    text = "I can't promise a cure."
    assert faults_with(small_data, with_answer(make_topic("psoas"), text))
    assert faults_with(small_data, with_answer(make_topic("no-treatment-plan"), text)) == []


@pytest.mark.parametrize(
    "english", [None, "a text", ["a"], {"follow_ups": ["a"]}, {"answer": 5, "follow_ups": {"why": 5}}]
)
def test_a_card_of_a_wrong_form_has_no_texts_and_crashes_nothing(small_data: Any, english: Any) -> None:
    document = load(small_data.put("topics/psoas.yml", {"id": "psoas", "en": english}))
    assert list(said_texts(document.value)) == []
    assert isinstance(document, Located)
    assert style_faults(document, BANS) == []

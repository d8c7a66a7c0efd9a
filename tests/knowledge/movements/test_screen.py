from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest

from knowledge import places
from knowledge.check_in.content import check_in
from knowledge.check_in.course import Progress
from knowledge.located_yaml import load
from knowledge.movements.from_check_in import HELD, with_check_in
from knowledge.movements.guide import Guide
from knowledge.movements.screen import CLEARED, clauses, facts_by_number, facts_in, plain, screen_of, with_facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("I have a bad knee", "knee"),
        ("my knees are shot", "knee"),
        ("I can't kneel anymore", "knee"),
        ("got a knee replacement in 2019", "knee"),
        ("I'm pregnant", "pregnant"),
        ("im 20 weeks along", "pregnant"),
        ("we're expecting a baby in june", "pregnant"),
        ("I had my hip replaced", "hip_replacement"),
        ("two hip replacements here", "hip_replacement"),
        ("got a new hip last spring", "hip_replacement"),
        ("I have osteoporosis", "thin_bones"),
        ("my bones are fine but i fractured my wrist... fracture still healing", "thin_bones"),
        ("I fall a lot", "falls"),
        ("i fell twice this winter", "falls"),
        ("i have high blood pressure", "heart_or_pressure"),
        ("pacemaker since march", "heart_or_pressure"),
        ("my doctor told me not to exercise", "limit_exercise"),
        ("I was told to take it easy", "limit_exercise"),
        ("I had surgery on my belly three weeks ago", "injury"),
        ("pulled my hip flexor", "injury"),
        ("sharp pain in my groin", "strong_pain"),
        ("My balance is bad", "balance"),
        ("I use a cane", "balance"),
        ("I get dizzy when I stand up", "dizzy"),
        ("bad back over here", "back"),
        ("it pinches in my hip when I bend", "hip_pinch"),
        ("I've got a hernia", "hernia"),
        ("frozen shoulder, so", "wrist_or_shoulder"),
        ("I can't get down on the floor", "no_floor"),
        ("I can't get on the floor", "no_floor"),
        ("if i get down i cant get back up", "no_floor"),
        ("I use a wheelchair", "no_standing"),
        ("I have glaucoma", "glaucoma"),
        ("yoga gives me flashbacks", "flashbacks"),
        ("can I do this with a bad knee?", "knee"),
    ],
)
def test_a_fact_is_understood_in_plain_words(guide: Guide, text: str, fact: str) -> None:
    assert fact in facts_in(text, guide.screen)


@pytest.mark.parametrize(
    "text",
    [
        "my mom had her hip replaced",
        "I'm not pregnant",
        "my jaw hurts all the time",
        "no knee problems here",
        "i never had surgery",
        "what does pregnancy do to the hips?",
        "does stress cause back pain",
        "is a hip replacement a big operation?",
        "had knee... no wait, nothing",
        "what is the psoas",
        "i had back surgery ten years ago",
        "my friend is pregnant and stressed",
        "tell me about trauma and the hips",
        "my shoulders are tense",
        "how do I get rid of tight hips",
    ],
)
def test_somebody_else_a_denial_or_a_question_in_general_tells_nothing(guide: Guide, text: str) -> None:
    assert facts_in(text, guide.screen) == ()


def test_several_facts_in_one_message_are_all_understood(guide: Guide) -> None:
    told = facts_in("I'm pregnant, my knee is bad and I get dizzy", guide.screen)
    assert set(told) == {"pregnant", "knee", "dizzy"}


@pytest.mark.parametrize(
    ("word", "fact"), [("knee", "knee"), ("baby", "pregnant"), ("numb", "red_today"), ("bp", "heart_or_pressure")]
)
def test_a_bare_word_is_an_answer_while_the_question_is_open_and_only_then(guide: Guide, word: str, fact: str) -> None:
    assert facts_in(word, guide.screen, answering=True) == (fact,)
    assert facts_in(word, guide.screen) == ()


def test_every_choice_of_the_screen_is_understood_when_it_is_typed(guide: Guide) -> None:
    for fact in guide.screen.facts.values():
        for choice in fact.choice.values():
            assert fact.id in facts_in(choice, guide.screen, answering=True), choice


@pytest.mark.parametrize("text", ["{}, {}", "{} {}", "{} and {}", "#{}; {}.", " {},{} "])
def test_numbers_mean_the_facts_at_these_places(guide: Guide, text: str) -> None:
    asked = guide.screen.asked
    for one, other in combinations(range(len(asked)), 2):
        assert facts_by_number(text.format(one + 1, other + 1), guide.screen) == (asked[one], asked[other])


@pytest.mark.parametrize("text", ["99", "0", "3, 99"])
def test_a_number_that_stands_for_nothing_spoils_the_list(guide: Guide, text: str) -> None:
    assert facts_by_number(text, guide.screen) == ()


@pytest.mark.parametrize("text", ["3 weeks ago", "two of them", "2 min", "", "my 2 knees", "1st trimester"])
def test_a_text_with_a_number_in_it_is_no_list(guide: Guide, text: str) -> None:
    assert facts_by_number(text, guide.screen) is None


def test_words_over_folded_facts_name_each_of_them(guide: Guide) -> None:
    folded = [group for group in guide.screen.groups if group.folded]
    assert folded
    for group in folded:
        words = re.split("[,?]", group.label["en"])
        named = {fact for each in words for fact in facts_in(each.strip(), guide.screen, answering=True)}
        assert set(group.facts) <= named


def test_what_rules_out_every_movement_is_never_folded(guide: Guide) -> None:
    folded = {each for group in guide.screen.groups if group.folded for each in group.facts}
    assert not folded & (guide.screen.general | guide.screen.red)


@pytest.mark.parametrize(
    ("group", "fault"),
    [
        ({"facts": ["falls"], "en": {"label": "Again"}}, "once each"),
        ({"facts": ["no_standing"], "en": {"label": "Never asked"}}, "no_standing"),
    ],
)
def test_groups_that_do_not_fit_the_facts_are_refused(group: dict[str, Any], fault: str) -> None:
    raw = load(places.DATA / "movements" / "screen.yml").value
    with pytest.raises(KeyError, match=fault):
        screen_of({**raw, "groups": [*raw["groups"], group]})


def test_groups_that_fold_what_rules_out_every_movement_are_refused() -> None:
    raw = load(places.DATA / "movements" / "screen.yml").value
    with pytest.raises(KeyError, match="may not be folded"):
        screen_of({**raw, "groups": [{**each, "folded": True} for each in raw["groups"]]})


def test_a_hip_that_the_surgeon_cleared_takes_the_place_of_the_hip(guide: Guide) -> None:
    told = facts_in("I had my hip replaced but my surgeon cleared me", guide.screen)
    assert told == (CLEARED,)
    assert with_facts(("hip_replacement", "knee"), (CLEARED,)) == ("knee", CLEARED)
    assert with_facts((CLEARED,), ("hip_replacement",)) == ("hip_replacement",)


def test_nothing_that_was_told_is_forgotten_and_nothing_counts_twice() -> None:
    assert with_facts(("knee",), ("knee", "pregnant")) == ("knee", "pregnant")


def test_texts_are_read_without_signs_and_in_clauses() -> None:
    assert plain("I CAN’T, really!") == "i cant really"
    assert clauses("not pregnant, but my knee hurts. ok") == ["not pregnant", "my knee hurts", "ok"]


def test_every_fact_says_why_it_counts(guide: Guide) -> None:
    assert [fact.id for fact in guide.screen.facts.values() if not fact.because.get("en")] == []


def test_what_the_check_in_holds_back_ends_when_its_answer_is_changed(guide: Guide) -> None:
    flagged = Progress({"now": ("chest",)}).as_values()
    changed = Progress({"now": ("none",)}).as_values()
    assert HELD in with_check_in((), check_in(), flagged, guide.screen)
    assert with_check_in((HELD, "pregnant"), check_in(), changed, guide.screen) == ("pregnant",)

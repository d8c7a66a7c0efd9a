"""What is said around movements reads like the rest: short, plain, with the stop rule before the first step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from knowledge.answers import Message, Situation
from knowledge.cards import Library
from knowledge.movements.choosing import Catalogue
from knowledge.movements.exercise import SIDES
from knowledge.movements.guide import Guide
from knowledge.movements.said import resume_choice, say
from knowledge.movements.screen import PASSED
from knowledge.movements.state import AFTER, HURTS, OFFERS, READY, SCREEN, STEP, Say, State
from knowledge.style import MAX_GRADE, MAX_WORDS, load_bans, reading_grade, words

FREE = State(passed=PASSED)


def said(library: Library, state: State, *each: Say) -> list[Message]:
    return say(library, each, state, Situation(movements=state))


def forms(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(card, form) for card, exercise in catalogue.exercises.items() for form in exercise.forms]


def ready(library: Library, card: str, form: str) -> Message:
    (message,) = said(library, FREE.opening(READY, card, form), Say("ready"))
    return message


def everything(library: Library, catalogue: Catalogue, guide: Guide) -> Iterator[str]:
    for card, form in forms(catalogue):
        yield ready(library, card, form)["text"]
        for at in range(len(catalogue.exercises[card].forms[form].steps)):
            yield said(library, FREE.opening(STEP, card, form, at), Say("step", at=at))[0]["text"]
    plain_ones = ("screen", "screen_which", "screen_unclear", "offers", "offers_near", "offers_again", "skipped")
    for name in (
        *plain_ones,
        HURTS,
        AFTER,
        "after_worse",
        "after_same",
        "after_looser",
        "stopped",
        "hurts_over",
        "hurts_doctor",
    ):
        yield said(library, FREE.opening(SCREEN if name.startswith("screen") else OFFERS), Say(name))[0]["text"]
    for fact in guide.screen.facts:
        for name in ("screen_more", "ruled_out", "noted", "noted_fine", "noted_ruled_out", "switched", "none_fits"):
            yield said(library, FREE.opening(OFFERS), Say(name, facts=(fact,)))[0]["text"]


def test_every_text_is_short_and_easy_to_read(library: Library, catalogue: Catalogue, guide: Guide) -> None:
    texts = set(everything(library, catalogue, guide))
    assert {text: words(text) for text in texts if words(text) > MAX_WORDS} == {}
    assert {text: reading_grade(text) for text in texts if reading_grade(text) > MAX_GRADE and words(text) > 12} == {}


def test_no_text_has_a_wording_that_is_never_used(library: Library, catalogue: Catalogue, guide: Guide) -> None:
    texts = [*everything(library, catalogue, guide), *guide.pictures["en"].values()]
    assert [(text, ban.why) for text in texts for ban in load_bans() if ban.pattern.search(text)] == []


def test_the_stop_rule_and_911_come_before_the_first_step_of_every_form(library: Library, catalogue: Catalogue) -> None:
    for card, form in forms(catalogue):
        text = ready(library, card, form)["text"]
        assert "Stop" in text and "911" in text, (card, form)
        if not catalogue.exercises[card].is_practice:
            for sign in ("sharp or new pain", "numbness", "tingling", "dizziness", "too much"):
                assert sign in text, (card, form, sign)


def test_marching_and_leg_lifts_are_called_strengthening(library: Library) -> None:
    for card in ("seated-marching", "marching", "leg-lifts"):
        assert "strengthening, not a stretch" in ready(library, card, "usual")["text"]
    for card in ("half-kneel", "leg-dangle"):
        assert "This is a stretch" in ready(library, card, "usual")["text"]


def test_every_step_has_its_drawing_with_words_for_it_and_names_its_side(
    library: Library, catalogue: Catalogue
) -> None:
    for card, form in forms(catalogue):
        steps = ready(library, card, form)["data"]["steps"]
        for step, drawn in zip(steps, catalogue.exercises[card].forms[form].steps, strict=True):
            assert step["picture"].endswith(f"/{drawn.drawing}.svg")
            assert step["alt"] and "{" not in step["alt"]
            if step["side"]:
                assert step["side"] in step["alt"]
                assert step["side"] in step["say"], (card, form, step)


def test_both_sides_get_the_same(library: Library, catalogue: Catalogue) -> None:
    for card, form in forms(catalogue):
        by_side: dict[str, list[Any]] = {side: [] for side in SIDES}
        for step in catalogue.exercises[card].forms[form].steps:
            if step.side:
                by_side[step.side].append((step.name if step.name != "swap" else "kneel", step.picture, step.seconds))
        assert by_side["left"] == by_side["right"], (card, form)


def test_a_step_says_where_it_stands_and_how_long_it_takes_and_offers_the_five_ways_on(library: Library) -> None:
    (message,) = said(library, FREE.opening(STEP, "half-kneel", "usual", 1), Say("step", at=1))
    assert message["text"].startswith("Step 2 of 5.") and message["text"].endswith("About 20 seconds.")
    assert [choice["label"] for choice in message["choices"]] == ["Next", "Back", "Repeat", "Stop", "This hurts"]
    assert (message["kind"], message["data"]["state"], message["data"]["at"]) == ("exercise", "step", 1)
    assert message["data"]["steps"][1]["side"] == "left"
    (last,) = said(library, FREE.opening(STEP, "half-kneel", "usual", 4), Say("step", at=4))
    assert last["choices"][0]["label"] == "I'm done"


def test_offers_come_with_time_and_picture(library: Library) -> None:
    (message,) = said(
        library, FREE.opening(OFFERS), Say("offers", cards=(("half-kneel", "usual"), ("marching", "usual")))
    )
    assert [choice["label"] for choice in message["choices"]] == [
        "The kneeling hip stretch, 2 min",
        "Marching on your feet, 2 min",
    ]
    shown = message["data"]["offers"][0]
    assert (shown["topic"], shown["minutes"], shown["position"]) == ("half-kneel", 2, "kneeling")
    assert shown["picture"].endswith("kneel-shift-left.svg") and shown["alt"]


def test_a_gentler_form_that_stands_in_is_called_a_smaller_one_for_you(library: Library) -> None:
    state = State(passed=PASSED, facts=("knee",)).opening(OFFERS)
    (message,) = said(library, state, Say("offers", cards=(("half-kneel", "gentler"),)))
    assert "a smaller one for you" in message["choices"][0]["label"]


def test_the_screen_asks_for_all_of_it_in_one_question_and_offers_every_fact(library: Library, guide: Guide) -> None:
    (message,) = said(library, State().opening(SCREEN), Say("screen"))
    labels = [choice["label"] for choice in message["choices"]]
    assert labels[-2:] == ["None of these", "I'd rather not say"]
    assert set(labels) >= {fact.choice["en"] for fact in guide.screen.facts.values() if fact.choice}
    for sign in (
        "Chest pain",
        "weakness or numbness",
        "Surgery",
        "hip replacement",
        "Thin bones",
        "Pregnancy",
        "Falls",
    ):
        assert sign in message["text"]


def test_the_screen_comes_in_groups_that_leave_none_of_it_out(library: Library, guide: Guide) -> None:
    for facts in ((), ("knee",), ("red_now", "falls"), tuple(guide.screen.groups[0].facts)):
        (message,) = said(library, State(facts=facts).opening(SCREEN), Say("screen"))
        data = message["data"]
        answers = [each["id"] for each in data["answers"]]
        assert answers == [each for each in guide.screen.asked if each not in facts]
        assert sum(group["answers"] for group in data["groups"]) == len(answers)
        assert all(group["answers"] for group in data["groups"])
        labels = [choice["label"] for choice in message["choices"]][: len(answers)]
        assert labels == [guide.screen.facts[each].choice["en"] for each in answers]


def test_a_fact_keeps_its_number_when_others_are_left_out(library: Library, guide: Guide) -> None:
    (message,) = said(library, State(facts=("red_now", "knee")).opening(SCREEN), Say("screen"))
    for answer in message["data"]["answers"]:
        assert guide.screen.asked[answer["number"] - 1] == answer["id"]


def test_what_was_told_is_not_asked_again(library: Library) -> None:
    (message,) = said(library, State(facts=("knee",)).opening(SCREEN), Say("screen_more", facts=("knee",)))
    labels = [choice["label"] for choice in message["choices"]]
    assert labels[-1] == "That's all" and "Knee trouble, or a new knee" not in labels


def test_afterwards_is_three_words_and_no_score(library: Library, catalogue: Catalogue, guide: Guide) -> None:
    (message,) = said(library, FREE.opening(AFTER, "half-kneel", "usual", 4), Say("after"))
    assert [choice["label"] for choice in message["choices"]] == ["Looser or calmer", "About the same", "Worse"]
    score = re.compile(r"\b(score|points|out of ten|rate|streak|well done|great job)\b", re.IGNORECASE)
    assert [text for text in everything(library, catalogue, guide) if score.search(text)] == []


def test_only_an_open_movement_is_led_back_to(library: Library) -> None:
    assert resume_choice(library, FREE, "en") is None
    choice = resume_choice(library, FREE.opening(STEP, "half-kneel", "usual", 1), "en")
    assert choice is not None and choice["topic"] == "half-kneel"


def test_what_has_no_guide_says_so(library: Library) -> None:
    from dataclasses import replace

    with pytest.raises(ValueError, match="data/movements"):
        said(replace(library, guide=None), FREE, Say("offers"))

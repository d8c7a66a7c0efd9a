"""Guided movements through the public API: the screen, finding one, the steps by words alone, what comes between."""

from __future__ import annotations

import pytest

from tests.conversations.dsl import Chat

pytestmark = pytest.mark.slow


def screened(chat: Chat) -> Chat:
    """Answer the movement screen: nothing fits."""
    return chat.says("give me a stretch").gets(says="does any of this fit you").takes("None of these")


def kneeling(chat: Chat) -> Chat:
    """Go to the first step of the kneeling hip stretch."""
    return screened(chat).takes("The kneeling hip stretch").gets(says="Stop at sharp or new pain").takes("Start")


def step(chat: Chat) -> int | None:
    """Return the step that is shown, None when none is."""
    shown = chat.messages[-1]
    return shown["data"].get("at") if shown["kind"] == "exercise" else None


def offered(chat: Chat) -> set[str]:
    return {choice["topic"] for message in chat.messages for choice in message["choices"] if choice["topic"]}


def test_a_movement_is_found_screened_and_followed_by_words_alone(chat: Chat) -> None:
    chat.says("something for my hips, sitting down").gets(says="does any of this fit you")
    chat.says("none").gets(kind="exercise", offers="seated-marching")
    chat.says("1").gets(topic="seated-marching", says="strengthening, not a stretch").gets(says="911")
    for at in range(5):
        chat.says("next").gets(kind="exercise", says=f"Step {at + 1} of 5")
    chat.says("back").gets(says="Step 4 of 5").says("repeat").gets(says="Step 4 of 5")
    chat.says("next").says("done").gets(says="How do you feel now")
    chat.says("a bit looser").gets(says="Good to hear")


def test_offers_come_with_time_and_picture_and_are_three_at_most(chat: Chat) -> None:
    screened(chat)
    shown = chat.messages[-1]["data"]["offers"]
    assert 1 <= len(shown) <= 3
    for offer in shown:
        assert offer["minutes"] >= 1 and offer["alt"]
        picture = chat.http.get(offer["picture"])
        assert picture.status_code == 200 and picture.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    ("wish", "position"),
    [("at my desk", "seated"), ("lying down", "lying"), ("one standing up", "standing")],
)
def test_what_is_found_follows_a_wish(chat: Chat, wish: str, position: str) -> None:
    screened(chat).says(wish).gets(kind="exercise")
    assert chat.messages[-1]["data"]["offers"][0]["position"] == position


def test_another_shows_others(chat: Chat) -> None:
    first = offered(screened(chat))
    chat.says("another one").gets(kind="exercise")
    assert not first & offered(chat)


def test_several_may_be_picked_from_the_list_by_number_and_that_is_all(chat: Chat) -> None:
    chat.says("give me a stretch").gets(kind="exercise", says="does any of this fit you")
    numbers = {each["id"]: each["number"] for each in chat.messages[-1]["data"]["answers"]}
    chat.says(f"{numbers['knee']}, {numbers['balance']}").gets(kind="exercise", offers="seated-marching")
    assert not offered(chat) & {"half-kneel", "marching"}


def test_a_red_flag_picked_by_number_gets_the_safety_reply(chat: Chat) -> None:
    chat.says("give me a stretch")
    numbers = {each["id"]: each["number"] for each in chat.messages[-1]["data"]["answers"]}
    chat.says(f"{numbers['red_today']}, {numbers['knee']}").gets(kind="crisis", tier="M2").offers_no_movement()


@pytest.mark.parametrize(
    ("told", "never"),
    [
        ("I have a bad knee", {"nothing"}),
        ("I'm pregnant, 20 weeks along", {"half-kneel", "leg-dangle", "seated-marching", "leg-lifts", "marching"}),
        ("I had my hip replaced", {"half-kneel", "leg-dangle", "seated-marching", "leg-lifts", "marching"}),
        ("my balance is bad", {"half-kneel", "marching"}),
    ],
)
def test_a_body_fact_is_kept_for_the_conversation_whenever_it_is_told(chat: Chat, told: str, never: set[str]) -> None:
    chat.says(told)
    chat.says("what is the psoas?").gets(topic="psoas")
    chat.says("show me a stretch")
    if chat.messages[-1]["data"].get("state") == "screen":
        chat.takes("That's all")
    for _ in range(3):
        assert not offered(chat) & never
        chat.says("another one")


def test_a_bad_knee_in_the_middle_leads_to_a_smaller_form(chat: Chat) -> None:
    kneeling(chat).says("i have a bad knee").gets(says="a smaller one for you")
    assert chat.messages[-1]["data"]["form"] == "gentler"
    assert chat.messages[-1]["data"]["position"] == "standing"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("how long?", "Fifteen to thirty seconds"),
        ("why?", "Kneeling takes the back leg behind"),
        ("how often should i do this", "A few days a week"),
        ("is that proven?", "standard stretch"),
        ("is it for me?", "can't tell from a chat"),
        ("tell me more", "Two small things"),
        ("when will it get better?", "longer in the hip"),
        ("other side?", "right side comes in step"),
        ("repeat", "Step 1 of 5"),
        ("say that again", "Step 1 of 5"),
    ],
)
def test_a_follow_up_in_the_middle_is_answered_and_the_step_comes_again(chat: Chat, asked: str, answered: str) -> None:
    kneeling(chat).says(asked).gets(says=answered)
    assert step(chat) == 0


def test_not_getting_to_the_floor_leads_to_another_form_of_the_same(chat: Chat) -> None:
    kneeling(chat).says("I can't get on the floor").gets(topic="half-kneel", says="smaller one for you")
    assert chat.messages[-1]["data"]["form"] == "gentler"


def test_easier_leads_to_the_gentler_form(chat: Chat) -> None:
    kneeling(chat).says("got anything easier?").gets(topic="half-kneel", says="on your feet")


def test_another_question_in_the_middle_leads_back(chat: Chat) -> None:
    kneeling(chat).says("next").says("what is emdr?").gets(topic="emdr")
    chat.takes("Back to the movement").gets(says="Step 2 of 5")


def test_it_hurts_stops_asks_for_red_flags_and_does_not_go_on(chat: Chat) -> None:
    kneeling(chat).says("ow, it hurts").gets(says="Don't push through").gets(says="chest pain")
    chat.takes("None of these").gets(says="leave that movement out")
    chat.says("give me a stretch")
    assert "half-kneel" not in offered(chat)


@pytest.mark.parametrize(("choice", "tier"), [("Chest, breath", "M1"), ("New weakness", "M2")])
def test_a_red_flag_after_it_hurts_gets_the_safety_reply_and_no_movement_after_it(
    chat: Chat, choice: str, tier: str
) -> None:
    kneeling(chat).says("it hurts").takes(choice).gets(kind="crisis", tier=tier)
    chat.says("show me another stretch").gets(topic="movement-not-now").offers_no_movement()


def test_a_red_flag_on_the_screen_ends_it(chat: Chat) -> None:
    chat.says("give me a stretch").takes("Chest pain").gets(kind="crisis", tier="M1", says="911")
    chat.says("give me a stretch").gets(topic="movement-not-now")


def test_worse_afterwards_leads_to_the_stop_rule_and_a_clinician(chat: Chat) -> None:
    kneeling(chat)
    for _ in range(5):
        chat.says("next")
    chat.takes("Worse").gets(says="stop here").gets(says="a doctor")


def test_passing_over_the_question_leaves_what_is_safe_for_everybody(chat: Chat) -> None:
    chat.says("give me a stretch").says("i'd rather not say").gets(says="safe for nearly everybody", offers="grounding")
    assert not offered(chat) & {"half-kneel", "seated-marching", "leg-dangle", "leg-lifts", "marching"}


@pytest.mark.parametrize("alarm", ["i want to die", "my chest hurts and i can't breathe", "I am going to kill myself"])
def test_a_crisis_ends_the_movement_and_no_old_choice_brings_it_back(chat: Chat, alarm: str) -> None:
    kneeling(chat)
    onward = chat.messages[-1]["choices"][0]["id"]
    chat.says(alarm).gets(kind="crisis").offers_no_movement()
    chat.says("next").offers_no_movement()
    answer = chat.post(json={"choice": onward})
    assert answer.status_code == 200
    assert {message["kind"] for message in answer.json()["messages"]} <= {"crisis", "text"}
    assert "movement-not-now" in {message["topic"] for message in answer.json()["messages"]}


def test_a_calm_practice_is_guided_without_the_screen(chat: Chat) -> None:
    chat.says("can you show me the 5-4-3-2-1 grounding exercise").gets(topic="grounding")
    chat.takes("Guide me").gets(kind="exercise", says="calm practice").takes("Start").gets(
        says="Name five things you see"
    )


def test_the_ball_is_told_about_and_guided_is_what_stands_in_its_place(chat: Chat) -> None:
    chat.says("how do I do the stability ball exercise").gets(topic="stability-ball")
    chat.takes("Sliding one leg back").gets(says="does any of this fit you")
    chat.says("none").gets(topic="stability-ball", says="Sliding one leg back, at a counter")


def test_the_place_in_a_movement_survives_many_turns(chat: Chat) -> None:
    kneeling(chat).says("next")
    for _ in range(4):
        chat.says("why?")
    chat.says("next").gets(says="Step 3 of 5")

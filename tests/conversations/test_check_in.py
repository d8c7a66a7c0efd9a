"""The check-in as people go through it: buttons, own words, second thoughts, a stop, questions in between, alarms."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import pytest

from tests.conversations.dsl import Chat

pytestmark = pytest.mark.slow

#: The way through with nothing picked that leads anywhere, a label a question.
CALM = [
    "Yes, 18",
    "None of these",
    "None of these",
    "Neck",
    "A few days",
    "A little",
    "Some",
    "None of these",
    "Gentle",
]


def started(chat: Chat) -> Chat:
    return chat.says("start the check-in").gets(kind="check_in")


def at_question(chat: Chat, number: int) -> Chat:
    """Go to a question by buttons; 0 is the first."""
    started(chat)
    for label in CALM[:number]:
        chat.takes(label)
    return chat


def open_question(chat: Chat) -> str | None:
    data = chat.messages[-1]["data"]
    return data.get("question")


def result(chat: Chat) -> dict[str, object]:
    assert chat.messages[-1]["kind"] == "check_in_result", [m["text"][:80] for m in chat.messages]
    data: dict[str, object] = chat.messages[-1]["data"]
    return data


def test_the_calm_way_ends_with_reading_movement_and_a_person_in_nine_turns(chat: Chat) -> None:
    at_question(chat, len(CALM))
    data = result(chat)
    assert data["level"] == "D"
    chat.gets(says="may miss things").gets(offers="stretch-menu").gets(offers="contact").gets(
        offers="neck-and-shoulders"
    )
    assert "you are fine" not in chat.messages[-1]["text"].lower()


def test_with_buttons_the_median_way_takes_ten_turns_at_most(open_chat: Callable[[], Chat]) -> None:
    ways = [
        CALM,
        [*CALM[:3], "Chest", "No, neither", *CALM[4:]],
        [*CALM[:5], "I can't do my usual", "No, bit by bit", *CALM[6:]],
        [*CALM[:1], "Chest pain"],
        [*CALM[:2], "Fever"],
        ["Skip"] * 9,
    ]
    turns = []
    for way in ways:
        chat = started(open_chat())
        for label in way:
            chat.takes(label)
        result(chat)
        turns.append(1 + len(way))
    print(f"turns with buttons: {turns}, median {median(turns)}")
    assert median(turns) <= 10


def test_own_words_go_all_the_way(chat: Chat) -> None:
    started(chat).says("I'm 34")
    chat.says("no, none of that").says("nope")
    assert open_question(chat) == "where"
    chat.says("my neck and a little my jaw").says("like three weeks").says("not really").says("pretty okay")
    chat.says("none of these").says("something to read")
    assert result(chat)["places"] == "You noticed tightness here: jaw, neck."


def test_numbers_work_as_on_a_phone_without_buttons(chat: Chat) -> None:
    started(chat)
    assert "1. Yes, 18 or older" in chat.messages[-1]["text"]
    for typed in ("1", "9", "17", "1, 2", "3", "1", "2", "11", "4"):
        chat.says(typed)
    data = result(chat)
    assert data["level"] == "D"
    assert [line["call"] for line in data["lines"]][:2] == ["988", "911"]  # type: ignore[attr-defined, index]


@pytest.mark.parametrize(
    ("labels", "level", "because"),
    [
        (["Yes, 18", "Chest pain"], "A", "chest pain"),
        (["Yes, 18", "In danger"], "A", "danger"),
        (["Yes, 18", "None", "Numb groin"], "A", "groin"),
        (["Yes, 18", "None", "Fever"], "B", "fever"),
        (["No, under 18"], "minor", "under 18"),
        ([*CALM[:3], "Belly", "Not sure"], "A", "not being sure"),
    ],
)
def test_an_urgent_answer_ends_it_at_once_and_offers_no_movement(
    chat: Chat, labels: list[str], level: str, because: str
) -> None:
    started(chat)
    for label in labels:
        chat.takes(label)
    data = result(chat)
    assert data["level"] == level
    assert because in chat.messages[-1]["text"].lower()
    chat.offers_no_movement()


def test_danger_from_somebody_shows_the_line_for_it(chat: Chat) -> None:
    at_question(chat, 1).takes("In danger")
    assert "800-799-7233" in [line["call"] for line in result(chat)["lines"]]  # type: ignore[attr-defined, index]


def test_thoughts_of_suicide_get_the_reply_to_a_crisis_and_stay_pinned(chat: Chat) -> None:
    at_question(chat, 1).takes("Thoughts of suicide").gets(kind="crisis", tier="T2", says="988")
    chat.says("show me the seated marching exercise").offers_no_movement()


def test_after_an_urgent_result_movements_are_held_back_until_the_answer_is_corrected(chat: Chat) -> None:
    at_question(chat, 1).takes("Chest pain")
    chat.says("show me the seated marching exercise").gets(topic="movement-not-now")
    chat.says("change my answer").takes("None of these")
    for label in CALM[2:]:
        chat.takes(label)
    assert result(chat)["level"] == "D"
    chat.says("show me the seated marching exercise").gets(topic="stretch-menu", says="Before the first movement")


def test_a_red_flag_left_out_leads_to_its_list_to_c_and_to_no_movement(chat: Chat) -> None:
    at_question(chat, 1).takes("Skip").gets(says="911")
    for label in CALM[2:]:
        chat.takes(label)
    data = result(chat)
    assert data["level"] == "C"
    assert "left out" in chat.messages[-1]["text"]
    chat.offers_no_movement()


def test_why_is_answered_and_the_same_question_comes_again(chat: Chat) -> None:
    at_question(chat, 4).says("why do you ask?")
    assert open_question(chat) == "how_long"
    assert chat.messages[-1]["data"]["note"]


@pytest.mark.parametrize("number", range(len(CALM)))
def test_a_question_of_ones_own_is_answered_and_the_same_question_comes_again(chat: Chat, number: int) -> None:
    at_question(chat, number)
    before = open_question(chat)
    chat.says("what is the psoas?").gets(topic="psoas")
    assert open_question(chat) == before


def test_what_is_not_understood_is_explained_asked_again_and_then_may_be_left_out(chat: Chat) -> None:
    at_question(chat, 4).says("purple elephants").gets(says="didn't get how long")
    assert open_question(chat) == "how_long"
    chat.says("green ones").gets(says="skip")
    chat.takes("Skip")
    assert open_question(chat) == "impact"


@pytest.mark.parametrize("half", ["kind of", "maybe", "not really", "I guess"])
def test_half_a_no_on_a_red_flag_is_asked_again(chat: Chat, half: str) -> None:
    at_question(chat, 1).says(half)
    assert open_question(chat) == "now"


def test_one_can_go_back_change_the_answer_and_go_on_where_one_was(chat: Chat) -> None:
    at_question(chat, 5).takes("Back")
    assert open_question(chat) == "how_long"
    chat.takes("Over six weeks")
    assert open_question(chat) == "impact"


def test_a_correction_changes_the_earlier_answer_and_keeps_the_question(chat: Chat) -> None:
    at_question(chat, 4).says("wait, it was my left leg").gets(says="Changed")
    assert open_question(chat) == "how_long"
    for label in CALM[4:]:
        chat.takes(label)
    assert result(chat)["places"] == "You noticed tightness here: left leg."


def test_one_can_stop_and_come_back_later(chat: Chat) -> None:
    at_question(chat, 5).says("stop")
    assert open_question(chat) is None
    chat.says("what is emdr?").gets(topic="emdr")
    chat.says("let's continue")
    assert open_question(chat) == "impact"
    chat.takes("Stop").takes("Go on with the check-in")
    assert open_question(chat) == "impact"


def test_starting_again_while_one_is_left_goes_on_where_it_was(chat: Chat) -> None:
    at_question(chat, 5).says("stop").says("start the check-in")
    assert open_question(chat) == "impact"


def test_start_over_begins_from_the_first_question(chat: Chat) -> None:
    at_question(chat, 5).says("start over")
    assert open_question(chat) == "age"


def test_a_contact_request_in_the_middle_shows_the_form_and_the_check_in_waits(chat: Chat) -> None:
    at_question(chat, 5).says("i want to talk to a person").gets(kind="contact_form")
    chat.says("let's continue")
    assert open_question(chat) == "impact"


def test_a_button_of_an_earlier_question_changes_that_answer(chat: Chat) -> None:
    at_question(chat, 5)
    earlier = next(m for m in chat.transcript() if m["data"].get("question") == "where")
    jaw = next(each for each in earlier["choices"] if each["label"] == "Jaw")
    chat.messages = chat.post(json={"choice": jaw["id"]}).json()["messages"]
    assert open_question(chat) == "impact"
    assert "Changed" in chat.messages[-1]["text"]


def test_a_long_conversation_in_the_middle_keeps_the_answers(chat: Chat) -> None:
    at_question(chat, 5)
    for _ in range(6):
        chat.says("what is the psoas?")
    for label in CALM[5:]:
        chat.takes(label)
    assert result(chat)["places"] == "You noticed tightness here: neck."


@pytest.mark.parametrize("number", range(len(CALM)))
@pytest.mark.parametrize(
    ("alarm", "tiers"),
    [
        ("i want to kill myself", ("T1", "T2")),
        ("my chest hurts and i can't breathe", ("M1",)),
        ("quiero morirme", ("T1", "T2")),
    ],
)
def test_an_alarm_interrupts_at_every_question(chat: Chat, number: int, alarm: str, tiers: tuple[str, ...]) -> None:
    at_question(chat, number).says(alarm).gets(kind="crisis", tier=tiers)
    assert len(chat.messages) == 1
    chat.offers_no_movement()


def test_after_an_alarm_the_check_in_ends_with_help_and_not_with_a_movement(chat: Chat) -> None:
    at_question(chat, 5).says("my chest hurts and i can't breathe").gets(kind="crisis", tier="M1")
    chat.says("let's continue")
    assert result(chat)["level"] == "A"
    assert "earlier in this chat" in chat.messages[-1]["text"]
    chat.offers_no_movement()


def test_a_false_alarm_that_was_cleared_up_goes_on_where_it_was(chat: Chat) -> None:
    at_question(chat, 5).says("my chest gets tight when I'm stressed").gets(kind="crisis", says="right now")
    chat.says("no").takes("Go on with the check-in")
    assert open_question(chat) == "impact"


def test_the_result_says_exactly_what_would_be_shared(chat: Chat) -> None:
    at_question(chat, len(CALM))
    share = result(chat)["share"]
    assert share["lines"][3] == "Where: Neck"  # type: ignore[index]
    assert share["text"] == "\n".join(share["lines"])  # type: ignore[index]
    at_question(chat, 1).takes("Chest pain")
    assert result(chat)["share"] is None

"""A crisis or an emergency comes before everything else, in every state of a conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.dsl import Chat

pytestmark = pytest.mark.slow

#: How to get into each state that a conversation can be in.
STATES: dict[str, Callable[[Chat], Chat]] = {
    "just opened": lambda chat: chat,
    "on a topic": lambda chat: chat.says("what is the psoas?"),
    "after did you mean": lambda chat: chat.says("qwv xkcd zzyzx brr"),
    "at the movement screen": lambda chat: chat.says("how do i do seated marching").says("what are the steps?"),
    "in a movement": lambda chat: (
        chat.says("how do i do seated marching").says("what are the steps?").takes("None of these").takes("Start")
    ),
    "at the contact form": lambda chat: chat.says("i want to talk to a person"),
    "at the check-in's first question": lambda chat: chat.says("start the check-in"),
    "in the middle of the check-in": lambda chat: (
        chat.says("start the check-in").takes("Yes, 18").takes("None of these").takes("None of these")
    ),
    "asked whether it is a crisis": lambda chat: chat.says("i just feel like there's no point anymore"),
    "after a crisis": lambda chat: chat.says("i want to kill myself"),
    "after an emergency": lambda chat: chat.says("i have chest pain right now"),
}
#: A plainly worded message for each tier and way in, the tiers that are right for it, and who or what it is about.
ALARMS = {
    "I am going to kill myself tonight": (("T1",), "self"),
    "i want to die": (("T1", "T2"), "self"),
    "quiero morirme": (("T1", "T2"), "self"),
    "my friend says she wants to end her life": (("T1", "T2"), "other"),
    "i want to kill my boss": (("T1", "T2"), "harm_to_others"),
    "my husband hits me and i am scared to go home": (("T1", "T2"), "abuse"),
    "i was raped last week": (("T1", "T2"), "assault"),
    "my chest hurts and i can't breathe": (("M1",), "chest_or_breath"),
    "my toddler swallowed my pills": (("M1",), "overdose"),
    "my face is drooping and my speech is slurred": (("M1",), "neurological"),
    "i have osteoporosis and i fell on my side": (("M2",), "bone_and_joint"),
    "i just feel like there's no point anymore": (("T3",), "self"),
}
NUMBERS = ("911", "988", "800-799-7233", "800-656-4673")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_interrupts_every_state(chat: Chat, state: str, alarm: str) -> None:
    STATES[state](chat)
    tiers, about = ALARMS[alarm]
    chat.says(alarm).gets(kind="crisis")
    raised = [message for message in chat.messages if message["kind"] == "crisis"]
    # With our question open, words that are no clear "no" count as its answer.
    asked = state == "asked whether it is a crisis" and tiers == ("T3",)
    assert raised[0]["data"]["tier"] in (("T2", "T3") if asked else tiers), raised
    assert raised[0]["data"]["kind"] == about
    assert raised[0]["data"]["lines"]
    assert any(number in raised[0]["text"] for number in NUMBERS)
    chat.offers_no_movement()


@pytest.mark.parametrize("alarm", ["i want to die", "my chest hurts and i can't breathe"])
def test_the_reply_to_an_alarm_offers_no_choice_that_leads_away(chat: Chat, alarm: str) -> None:
    chat.says("what is the psoas?").says(alarm)
    assert all(not message["choices"] for message in chat.messages)
    assert all(message["kind"] != "contact_form" for message in chat.messages)


def test_a_crisis_in_spanish_is_answered_in_spanish(chat: Chat) -> None:
    chat.says("ya no quiero vivir, quiero matarme").gets(kind="crisis", says="988").gets(says="oprim")


def test_after_a_crisis_comes_one_small_step_and_no_movement_and_the_card_stays(chat: Chat) -> None:
    chat.says("i want to kill myself").gets(kind="crisis")
    chat.says("ok thanks").gets(kind="crisis").offers_no_movement()
    chat.says("show me the seated marching exercise").offers_no_movement()
    assert "movement-not-now" in chat.topics()
    kinds = [message["kind"] for message in chat.transcript()]
    assert "crisis" in kinds


def test_the_one_question_is_asked_and_its_answer_understood(open_chat: Callable[[], Chat]) -> None:
    asked = open_chat().says("i just feel like there's no point anymore").gets(kind="crisis", tier="T3")
    asked.says("yes").gets(kind="crisis", tier=("T1", "T2"))
    asked = open_chat().says("i just feel like there's no point anymore").gets(kind="crisis", tier="T3")
    asked.says("no, i'm just tired")
    assert "crisis" in [message["kind"] for message in asked.transcript()]


@pytest.mark.parametrize(
    "denial", ["im not suicidal", "i don't want to die lol", "relax, I'm not going to hurt myself"]
)
def test_a_plain_denial_raises_nothing_and_settles_the_question_however_late(
    open_chat: Callable[[], Chat], denial: str
) -> None:
    fresh = open_chat().says(denial)
    assert "crisis" not in [message["kind"] for message in fresh.messages]
    late = open_chat().says("i just feel like there's no point anymore").gets(kind="crisis", tier="T3")
    late.says("what is the psoas?").gets(topic="psoas").says(denial)
    late.says("can you show me a movement")
    assert "movement-not-now" not in late.topics()


def test_the_question_is_asked_once_and_not_again_in_the_next_breath(chat: Chat) -> None:
    chat.says("i feel kinda numb and dont see the point lately").gets(kind="crisis", tier="T3")
    chat.says("no, nothing like that")
    assert all((message["data"] or {}).get("ask") is None for message in chat.messages)
    chat.says("what is the psoas?").gets(topic="psoas")
    assert all((message["data"] or {}).get("ask") is None for message in chat.messages)


@pytest.mark.parametrize(
    ("answer", "tier"),
    [
        ("yes", "T2"),
        ("sometimes", "T2"),
        ("not really, i don't know", "T2"),
        ("no", "T0"),
        ("i want to kill myself", "T2"),
    ],
)
def test_what_is_no_clear_no_to_the_question_counts_as_a_yes(chat: Chat, answer: str, tier: str) -> None:
    chat.says("i just feel like there's no point anymore").says(answer)
    assert chat.messages[0]["data"]["tier"] == tier


@pytest.mark.parametrize("answer", ["no", "yes", "what is the psoas?"])
def test_whatever_is_answered_the_card_stays_pinned_on_reload(chat: Chat, answer: str) -> None:
    chat.says("i just feel like there's no point anymore").says(answer).says("what is the psoas?")
    pinned = [message for message in chat.transcript() if message["kind"] == "crisis"]
    assert pinned and pinned[0]["data"]["lines"]


def test_you_misunderstood_does_not_unpin_the_card(chat: Chat) -> None:
    chat.says("i want to kill myself").says("no, you misunderstood me").says("what is the psoas?")
    assert any((message["data"] or {}).get("pinned") for message in chat.messages)
    chat.offers_no_movement()


def test_a_no_to_is_it_happening_now_lets_a_movement_be_asked_for_again_behind_its_question(chat: Chat) -> None:
    chat.says("my chest feels tight").gets(kind="crisis", says="right now")
    chat.says("no, not now").gets(says="911")
    chat.says("how do i do seated marching")
    assert "movement-not-now" not in chat.topics()


def test_an_emergency_that_was_confirmed_holds_movements_back(chat: Chat) -> None:
    chat.says("my chest feels tight").says("yes").says("how do i do seated marching")
    assert "movement-not-now" in chat.topics()


def test_the_next_step_is_said_once_and_the_question_is_answered_with_it(chat: Chat) -> None:
    chat.says("i want to kill myself").says("what is the psoas?").gets(kind="crisis").gets(topic="psoas")
    chat.says("why does it get tight?")
    assert all(message["kind"] != "crisis" for message in chat.messages)


def test_the_next_step_is_said_though_an_emergency_came_before_the_crisis(chat: Chat) -> None:
    chat.says("i can't breathe properly right now").gets(tier="M1")
    chat.says("i want to kill myself").gets(tier=("T1", "T2"))
    chat.says("no").gets(kind="crisis", says="step")


def test_a_tight_chest_is_asked_about_before_anything_else(chat: Chat) -> None:
    chat.says("my chest feels tight").gets(kind="crisis", says="right now")
    chat.says("yes").gets(kind="crisis", tier="M1", says="911")


@pytest.mark.parametrize(
    "text",
    [
        "this stretch is killing me",
        "i'm dying to know what the psoas is",
        "i'd kill for a massage",
        "can anxiety cause tight shoulders?",
        "my deadline at work is suicide",
    ],
)
def test_idioms_and_ordinary_questions_raise_no_alarm(chat: Chat, text: str) -> None:
    chat.says(text)
    assert all(message["kind"] != "crisis" for message in chat.messages), chat.messages


def test_a_denial_gets_its_answer_with_a_footer(chat: Chat) -> None:
    chat.says("I'm not suicidal, I just want to know about the psoas").gets(says="988")
    assert chat.topics()[0] in ("psoas", "psoas-and-stress")

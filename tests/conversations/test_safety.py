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
        chat.says("how do i do seated marching").says("what are the steps?").takes("None of these")
    ),
    "at the contact form": lambda chat: chat.says("i want to talk to a person"),
    "after the check-in": lambda chat: chat.says("can you check what kind of help i need"),
    "asked whether it is a crisis": lambda chat: chat.says("i just feel like there's no point anymore"),
    "after a crisis": lambda chat: chat.says("i want to kill myself"),
    "after an emergency": lambda chat: chat.says("i have chest pain right now"),
}
#: A plainly worded message for each way in, the tiers that are right for it, and who or what it is about.
ALARMS = {
    "I am going to kill myself tonight": (("T1",), "self"),
    "i want to die": (("T1", "T2"), "self"),
    "quiero morirme": (("T1", "T2"), "self"),
    "my friend says she wants to end her life": (("T1", "T2"), "other"),
    "my chest hurts and i can't breathe": (("M1",), "chest_or_breath"),
    "my husband hits me and i am scared to go home": (("T1", "T2"), "abuse"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_interrupts_every_state(chat: Chat, state: str, alarm: str) -> None:
    STATES[state](chat)
    tiers, about = ALARMS[alarm]
    chat.says(alarm).gets(kind="crisis", tier=tiers)
    assert chat.messages[-1]["data"]["kind"] == about
    assert chat.messages[-1]["data"]["lines"]
    assert any(number in chat.messages[-1]["text"] for number in ("911", "988", "800-799-7233"))
    chat.offers_no_movement()


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

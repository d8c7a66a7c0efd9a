"""What a message means while something is open, and what it means anywhere."""

from __future__ import annotations

import pytest

from knowledge.movements.guide import Guide
from knowledge.movements.reading import COMMANDS, Heard, Meaning, Place, entities_of, meaning
from knowledge.movements.screen import PASSED
from knowledge.movements.state import AFTER, HURTS, MENU, OFFERS, READY, SCREEN, STEP, Command, State, command_of
from knowledge.movements.wishes import Wish

MOVEMENTS = frozenset({"half-kneel", "seated-marching"})
CARD = "half-kneel"


def place(
    state: str = "",
    card: str = CARD,
    topic: str | None = None,
    passed: str | None = PASSED,
    facts: tuple[str, ...] = (),
    in_form: bool = False,
) -> Place:
    """Return a place where `state` is open, with the topic of its card unless another is given."""
    base = State(passed=passed, facts=facts)
    there = base.opening(state, card, "usual", 1) if state else base
    return Place(topic or (card if state else None), there, MOVEMENTS, in_form)


def heard(text: str, intent: str = "reply", **more: str) -> Heard:
    if intent == "reply" and not more:
        more = {"reply": "did-you-mean"}
    return Heard(text, intent, **more)


def do(text: str, there: Place, guide: Guide, intent: str = "reply", **more: str) -> str | None:
    command = meaning(heard(text, intent, **more), there, guide).command
    return command.do if command else None


@pytest.mark.parametrize("state", [READY, STEP])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("next", "next"),
        ("ok next please", "next"),
        ("done", "next"),
        ("Ready!", "next"),
        ("back", "back"),
        ("one back", "back"),
        ("again", "repeat"),
        ("say that again", "repeat"),
        ("stop", "stop"),
        ("no", "stop"),
        ("it hurts", "hurts"),
        ("ouch!!", "hurts"),
        ("this hurts my knee", "hurts"),
        ("other side?", "other_side"),
        ("do i do both sides", "other_side"),
        ("now the left one?", "other_side"),
        ("easier please", "easier"),
        ("this is too hard", "easier"),
        ("I can't get on the floor", "fact"),
        ("i have a bad knee", "fact"),
        ("flibber", "unclear"),
    ],
)
def test_in_a_movement_plain_words_are_commands(guide: Guide, state: str, text: str, wanted: str) -> None:
    assert do(text, place(state), guide) == wanted


@pytest.mark.parametrize(
    ("aspect", "wanted"),
    [*COMMANDS.items(), ("other_option", "another"), ("why", "ask"), ("how_long", "ask"), ("evidence", "ask")],
)
def test_in_a_movement_every_follow_up_is_about_it(guide: Guide, aspect: str, wanted: str) -> None:
    assert do("hmm about that", place(STEP), guide, "follow_up", aspect=aspect) == wanted


def test_a_question_about_something_else_is_left_alone(guide: Guide) -> None:
    assert do("what is emdr?", place(STEP), guide, "ask", topic="emdr") is None
    assert do("next", place(STEP, topic="emdr"), guide, "follow_up", aspect="next") is None


@pytest.mark.parametrize(
    ("text", "intent", "wanted"),
    [
        ("knee", "reply", "fact"),
        ("pregnant", "reply", "fact"),
        ("none", "deny", "none"),
        ("none of them", "deny", "none"),
        ("nope", "deny", "none"),
        ("all good", "reply", "none"),
        ("skip", "follow_up", "skip"),
        ("i'd rather not say", "deny", "skip"),
        ("not sure", "reply", "skip"),
        ("yes", "affirm", "which"),
        ("ok", "affirm", "which"),
        ("stop", "stop", "stop"),
        ("i have lupus", "reply", "unclear_fact"),
        ("3", "ask", "picked"),
        ("3, 11 and 12", "reply", "picked"),
        ("3, 99", "reply", "unclear_fact"),
    ],
)
def test_the_screen_is_answered_in_plain_words(guide: Guide, text: str, intent: str, wanted: str) -> None:
    more = {"aspect": "next"} if intent == "follow_up" else {}
    assert do(text, place(SCREEN, MENU, passed=None), guide, intent, **more) == wanted


def test_thats_all_ends_the_screen_once_something_was_told(guide: Guide) -> None:
    told = place(SCREEN, MENU, passed=None, facts=("knee",))
    assert do("that's all", told, guide) == "none"
    assert do("done", told, guide) == "none"
    assert do("that's it", place(SCREEN, MENU, passed=None), guide) == "which"


@pytest.mark.parametrize(
    ("text", "intent", "wanted"),
    [
        ("yes", "affirm", "hurts_now"),
        ("no", "deny", "hurts_none"),
        ("none of these", "deny", "hurts_none"),
        ("my chest", "reply", "hurts_now"),
        ("it went numb", "reply", "hurts_today"),
        ("it's a sharp pain", "reply", "hurts_strong"),
        ("hmm", "reply", "hurts"),
    ],
)
def test_what_hurts_is_read_with_care(guide: Guide, text: str, intent: str, wanted: str) -> None:
    assert do(text, place(HURTS), guide, intent) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("better", "looser"), ("calmer", "looser"), ("same", "same"), ("no different", "same"), ("worse", "worse"),
     ("not good", "worse"), ("it hurts more", "worse")],
)  # fmt: skip
def test_how_it_feels_is_read_from_plain_words(guide: Guide, text: str, wanted: str) -> None:
    assert do(text, place(AFTER), guide) == wanted


def test_a_movement_is_looked_for_anywhere(guide: Guide) -> None:
    found = meaning(heard("something for my hips, sitting"), place(), guide).command
    assert found == Command("find", wish=Wish(area="hips", position="seated"))
    assert do("give me a stretch", place(), guide, "ask", topic=MENU) == "find"
    assert do("do you have something i can do lying down", place(), guide, "follow_up", aspect="other_option") == "find"


@pytest.mark.parametrize("text", ["two minutes", "easier", "lying down", "another", "something else", "at my desk"])
def test_offers_are_refined_in_a_few_words(guide: Guide, text: str) -> None:
    assert do(text, place(OFFERS, MENU), guide) == "find"


@pytest.mark.parametrize("text", ["why are my hips tight", "what is the psoas", "does stress tighten hips"])
def test_a_question_is_no_wish(guide: Guide, text: str) -> None:
    assert do(text, place(OFFERS, MENU), guide, "ask", topic="tight-hips") is None


def test_the_steps_of_the_movement_one_is_on_start_it(guide: Guide) -> None:
    there = place(topic=CARD)
    assert meaning(heard("what are the steps", "follow_up", aspect="how"), there, guide).command == Command(
        "start", CARD
    )
    assert do("another one", there, guide, "follow_up", aspect="other_option") == "another"
    assert do("how?", place(topic="psoas"), guide, "follow_up", aspect="how") is None


def test_a_fact_that_is_all_that_was_said_is_answered_and_one_in_passing_is_kept(guide: Guide) -> None:
    assert meaning(heard("I have a bad knee"), place(), guide) == Meaning(Command("fact", facts=("knee",)))
    asked = heard("what is emdr and is it ok when I'm pregnant?", "ask", topic="emdr")
    assert meaning(asked, place(), guide) == Meaning(None, ("pregnant",))
    assert meaning(heard("my lower back hurts", "ask", topic="back-pain-and-stress"), place(), guide) == Meaning(
        None, ("back",)
    )


def test_in_a_form_and_in_a_crisis_nothing_is_taken_but_facts_are_kept(guide: Guide) -> None:
    assert meaning(heard("next"), place(STEP, in_form=True), guide) == Meaning()
    assert meaning(heard("i'm pregnant"), place(in_form=True), guide) == Meaning(None, ("pregnant",))
    assert meaning(heard("it hurts and i want to die", "crisis"), place(STEP), guide).command is None


def test_the_list_can_be_asked_for_again(guide: Guide) -> None:
    assert do("redo the movement check", place(), guide, "reply", reply="movement-screen") == "ask_screen"
    assert (
        do("one of those fits me", place(SCREEN, MENU, passed=None), guide, "reply", reply="movement-screen-stop")
        == "which"
    )


def test_a_command_travels_as_entities_and_ends_the_misses() -> None:
    command = Command("find", wish=Wish(area="hips"), facts=("knee",))
    entities = entities_of(command)
    assert entities["misses"] == 0
    assert command_of(entities) == command

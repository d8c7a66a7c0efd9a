from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.routing import (
    Context,
    Decision,
    Numbers,
    Ranking,
    area_in,
    decide,
    in_context,
    split_questions,
)
from components.understanding import load_areas, load_numbers
from knowledge import places
from knowledge.cards import load_library

NUMBERS = Numbers(
    answer=0.4,
    likeness=0.45,
    follow_up_boost=3.0,
    offer=0.3,
    off_topic=0.5,
    follow_up=0.5,
    part=0.45,
    candidates=3,
    misses=2,
    off_topic_replies=("out-of-scope", "small-talk"),
)
AREAS = {"neck": "neck-and-shoulders", "jaw": "jaw-clenching"}
NOWHERE = Context()
DOMAIN = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))
INTENTS = {name for each in DOMAIN["intents"] for name in each}
ENTITIES = set(DOMAIN["entities"])


def decided(
    *ranking: tuple[str, float],
    text: str = "a message",
    likeness: float = 1.0,
    parts: tuple[Ranking, ...] = (),
    context: Context = NOWHERE,
    numbers: Numbers = NUMBERS,
) -> Decision:
    return decide(text, ranking, likeness, parts, context, numbers, AREAS)


def choice(label: str, intent: str = "ask", **entities: Any) -> dict[str, Any]:
    return {"label": label, "topic": None, "payload": {"intent": intent, "entities": entities}}


# One clear question


def test_a_clear_question_is_answered_from_its_card() -> None:
    decision = decided(("ask/psoas", 0.8), ("ask/emdr", 0.2))
    assert decision == Decision("ask", {"topic": "psoas", "misses": 0}, 0.8)


def test_the_card_one_was_on_is_the_way_back() -> None:
    decision = decided(("ask/psoas", 0.8), context=Context(topic="emdr"))
    assert decision.entities == {"topic": "psoas", "previous_topic": "emdr", "misses": 0}


def test_the_same_card_again_is_no_way_back() -> None:
    assert "previous_topic" not in decided(("ask/psoas", 0.8), context=Context(topic="psoas")).entities


def test_a_share_at_the_threshold_answers_and_one_below_asks_back() -> None:
    assert decided(("ask/psoas", 0.4), ("ask/emdr", 0.35)).intent == "ask"
    assert decided(("ask/psoas", 0.39), ("ask/emdr", 0.35)).entities["reply"] == "did-you-mean"


def test_a_question_unlike_any_example_is_not_answered_however_sure() -> None:
    assert decided(("ask/psoas", 0.9), ("ask/emdr", 0.1), likeness=0.44).entities["reply"] == "did-you-mean"
    assert decided(("ask/psoas", 0.9), ("ask/emdr", 0.1), likeness=0.45).intent == "ask"


def test_likeness_counts_for_cards_only() -> None:
    assert decided(("reply/thanks", 0.9), likeness=0.0) == Decision("reply", {"reply": "thanks", "misses": 0}, 0.9)


@pytest.mark.parametrize(
    ("label", "intent"),
    [("contact/contact", "contact"), ("affirm/yes", "affirm"), ("start_over/start-over", "start_over")],
)
def test_other_categories_name_their_reply(label: str, intent: str) -> None:
    decision = decided((label, 0.9))
    assert (decision.intent, decision.entities["reply"]) == (intent, label.partition("/")[2])


# Off topic


def test_off_topic_is_said_when_its_replies_together_reach_the_threshold() -> None:
    decision = decided(("ask/psoas", 0.35), ("reply/out-of-scope", 0.3), ("reply/small-talk", 0.2))
    assert decision.entities == {"reply": "out-of-scope", "misses": 0}


def test_off_topic_below_the_threshold_is_asked_back() -> None:
    decision = decided(("ask/psoas", 0.38), ("ask/emdr", 0.2), ("reply/out-of-scope", 0.3))
    assert decision.entities["candidates"] == ["ask/psoas", "ask/emdr"]


# Did you mean, and misses


def test_the_nearest_cards_are_offered_best_first_and_three_at_most() -> None:
    decision = decided(("ask/a", 0.3), ("ask/b", 0.25), ("contact/contact", 0.2), ("ask/d", 0.15))
    assert decision.entities == {
        "reply": "did-you-mean",
        "candidates": ["ask/a", "ask/b", "contact/contact"],
        "misses": 1,
    }


def test_a_follow_up_is_offered_with_a_topic_only() -> None:
    ranking = (("follow_up/why", 0.3), ("ask/a", 0.3))
    assert decided(*ranking).entities["candidates"] == ["ask/a"]
    assert decided(*ranking, context=Context(topic="psoas")).entities["candidates"] == ["follow_up/why", "ask/a"]


def test_when_nothing_is_near_nothing_is_offered() -> None:
    decision = decided(("ask/a", 0.2), ("reply/out-of-scope", 0.3))
    assert decision.entities == {"reply": "out-of-scope", "candidates": [], "misses": 1}


def test_the_second_miss_in_a_row_offers_a_person() -> None:
    decision = decided(("ask/a", 0.3), ("ask/b", 0.3), context=Context(misses=1))
    assert decision.entities == {"reply": "second-miss", "candidates": ["ask/a", "ask/b"], "misses": 0}


def test_an_answer_ends_the_row_of_misses() -> None:
    assert decided(("ask/psoas", 0.8), context=Context(misses=1)).entities["misses"] == 0


# Follow-ups


def test_a_follow_up_names_its_aspect() -> None:
    assert decided(("follow_up/why", 0.8)) == Decision("follow_up", {"aspect": "why", "misses": 0}, 0.8)


def test_a_topic_on_the_table_makes_a_follow_up_likelier() -> None:
    ranking = [("ask/psoas", 0.5), ("follow_up/why", 0.3), ("reply/thanks", 0.2)]
    raised = in_context(ranking, Context(topic="emdr"), NUMBERS)
    assert raised[0] == ("follow_up/why", pytest.approx(0.9 / 1.6))
    assert sum(share for _, share in raised) == pytest.approx(1.0)


def test_without_a_topic_the_ranking_stays() -> None:
    ranking = [("ask/psoas", 0.6), ("follow_up/why", 0.4)]
    assert in_context(ranking, NOWHERE, NUMBERS) == ranking


def test_another_area_opens_the_card_about_it() -> None:
    decision = decided(("follow_up/other_area", 0.8), text="what about my NECK?", context=Context(topic="psoas"))
    assert decision == Decision("ask", {"topic": "neck-and-shoulders", "previous_topic": "psoas", "misses": 0}, 0.8)


def test_another_area_that_is_not_known_stays_a_follow_up() -> None:
    decision = decided(("follow_up/other_area", 0.8), text="what about the other side?", context=Context(topic="psoas"))
    assert decision.entities == {"aspect": "other_area", "misses": 0}


def test_back_returns_to_the_card_before_and_back_again_swaps() -> None:
    decision = decided(("follow_up/back", 0.8), context=Context(topic="psoas", previous_topic="emdr"))
    assert decision.intent == "ask"
    assert decision.entities == {"topic": "emdr", "previous_topic": "psoas", "misses": 0}


def test_back_with_nothing_before_stays_a_follow_up() -> None:
    assert decided(("follow_up/back", 0.8), context=Context(topic="psoas")).entities["aspect"] == "back"


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("my neck", "neck-and-shoulders"),
        ("JAW?", "jaw-clenching"),
        ("jaw or neck", "jaw-clenching"),
        ("bottleneck", None),
    ],
)
def test_the_first_area_that_is_named_counts(text: str, card: str | None) -> None:
    assert area_in(text, AREAS) == card


# A choice that is typed

OFFERED = Context(
    topic="psoas",
    misses=1,
    choices=(
        choice("What tightens it?", topic="psoas-and-stress"),
        choice("Why is that?", "follow_up", aspect="why", topic="psoas"),
        choice("Talk to a person", "contact", reply="contact"),
    ),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0),
        ("1.", 0),
        ("#1", 0),
        ("first", 0),
        ("The first one, ", 0),
        ("option 2", 1),
        ("number two!", 1),
        ("2nd", 1),
        ("third one", 2),
        ("3)", 2),
        ("the last one", 2),
        ("LAST", 2),
        ("what tightens it", 0),
        ("  Why is that??", 1),
        ("talk to a person", 2),
    ],
)
def test_a_typed_choice_is_taken(text: str, place: int) -> None:
    decision = decided(("reply/small-talk", 0.9), text=text, context=OFFERED)
    taken = OFFERED.choices[place]["payload"]
    assert decision == Decision(taken["intent"], {**taken["entities"], "misses": 0}, 1.0)


@pytest.mark.parametrize(
    "text", ["4", "five", "the 9th one", "one of my hips hurts", "12", "!!!", "", "what tightens it in the morning"]
)
def test_what_is_no_typed_choice_is_read_as_a_message(text: str) -> None:
    assert decided(("ask/emdr", 0.9), text=text, context=OFFERED).entities["topic"] == "emdr"


def test_an_ordinal_without_choices_is_read_as_a_message() -> None:
    assert decided(("ask/emdr", 0.9), text="the last one").entities["topic"] == "emdr"


# Two questions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what is the psoas? and does stress tighten it?", 2),
        ("what is emdr and how much does it cost", 2),
        ("is trauma in the hips. can i stretch it out", 2),
        ("what is the psoas", 1),
        ("my hips hurt and my back is stiff", 0),
        ("hello. what are your hours?", 1),
        ("why? how? what?", 0),
        ("", 0),
    ],
)
def test_questions_in_a_message_are_told_apart(text: str, parts: int) -> None:
    assert len(split_questions(text)) == parts


def test_two_clear_questions_get_both_answers() -> None:
    parts = ([("ask/psoas", 0.9)], [("ask/emdr", 0.45)])
    decision = decided(("ask/psoas", 0.5), ("ask/emdr", 0.5), parts=parts)
    assert decision == Decision(
        "ask", {"topics": ["psoas", "emdr"], "topic": "emdr", "previous_topic": "psoas", "misses": 0}
    )


def test_a_second_question_that_is_not_clear_leads_to_an_honest_choice() -> None:
    parts = ([("ask/psoas", 0.9)], [("ask/emdr", 0.3), ("ask/cbt", 0.2)])
    decision = decided(("ask/psoas", 0.8), parts=parts)
    assert decision.entities == {
        "reply": "about-which",
        "candidates": ["ask/psoas", "ask/emdr", "ask/cbt"],
        "misses": 0,
    }


def test_all_follow_ups_together_make_one_when_there_is_a_topic() -> None:
    ranking = (("follow_up/how", 0.35), ("ask/emdr", 0.33), ("follow_up/why", 0.3))
    assert decided(*ranking, context=Context(topic="psoas")).entities["aspect"] == "how"


@pytest.mark.parametrize(
    "parts",
    [
        ([("ask/psoas", 0.9)], [("ask/psoas", 0.9)]),
        ([("ask/psoas", 0.9)], [("reply/small-talk", 0.9)]),
        ([("ask/psoas", 0.9)], [("follow_up/why", 0.9)]),
    ],
)
def test_a_second_part_that_asks_no_other_card_is_no_second_question(parts: tuple[Ranking, ...]) -> None:
    assert decided(("ask/psoas", 0.8), parts=parts).entities == {"topic": "psoas", "misses": 0}


def test_three_questions_become_a_choice_between_them() -> None:
    parts = tuple([(f"ask/{each}", 0.9)] for each in ("a", "b", "c", "d"))
    decision = decided(("ask/a", 0.8), parts=parts)
    assert decision.entities == {"reply": "about-which", "candidates": ["ask/a", "ask/b", "ask/c"], "misses": 0}


# Whatever is typed, wherever one stands

LABELS = [f"{card.intent}/{card.id}" for card in load_library().everything()]
ids = st.sampled_from([label.partition("/")[2] for label in LABELS if label.startswith("ask/")])


@st.composite
def rankings(draw: st.DrawFn) -> Ranking:
    names = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=12, unique=True))
    weights = [draw(st.floats(1e-6, 1.0)) for _ in names]
    shares = sorted((weight / sum(weights) for weight in weights), reverse=True)
    return list(zip(names, shares, strict=True))


contexts = st.builds(
    Context,
    topic=st.none() | ids,
    previous_topic=st.none() | ids,
    misses=st.integers(0, 3),
    choices=st.lists(
        st.builds(choice, st.text(max_size=20), st.sampled_from(sorted(INTENTS)), topic=ids), max_size=6
    ).map(tuple),
)
messages = st.text(max_size=80) | st.sampled_from(
    ["1", "the last one", "what about my neck?", "go back", "what is it and why is it"]
)


@given(messages, rankings(), st.floats(-1, 1), st.lists(rankings(), max_size=4), contexts)
def test_every_message_gets_a_decision_that_the_domain_knows(
    text: str, ranking: Ranking, likeness: float, parts: list[Ranking], context: Context
) -> None:
    numbers, areas = load_numbers(), load_areas()
    decision = decide(text, in_context(ranking, context, numbers), likeness, parts, context, numbers, areas)
    assert decision.intent in INTENTS
    assert set(decision.entities) <= ENTITIES
    assert 0 <= decision.entities["misses"] < numbers.misses
    assert len(decision.entities.get("candidates", [])) <= numbers.candidates
    assert 0 <= decision.share <= 1


@given(st.text(max_size=1_000))
def test_any_text_splits_into_at_most_four_of_its_own_parts(text: str) -> None:
    parts = split_questions(text)
    assert len(parts) <= 4
    assert all(part in text for part in parts)


@given(rankings(), contexts)
def test_context_changes_the_order_but_loses_nothing(ranking: Ranking, context: Context) -> None:
    raised = in_context(ranking, context, NUMBERS)
    assert {label for label, _ in raised} == {label for label, _ in ranking}
    assert sum(share for _, share in raised) == pytest.approx(1.0)
    assert [share for _, share in raised] == sorted((share for _, share in raised), reverse=True)


@given(rankings(), st.text(max_size=40))
def test_two_misses_in_a_row_never_pass_without_a_person(ranking: Ranking, text: str) -> None:
    first = decide(text, ranking, -1.0, [], NOWHERE, NUMBERS, AREAS)
    second = decide(text, ranking, -1.0, [], replace(NOWHERE, misses=first.entities["misses"]), NUMBERS, AREAS)
    if first.entities["misses"]:
        assert second.entities["reply"] == "second-miss"


def test_a_reply_that_is_no_topic_is_never_offered() -> None:
    numbers = load_numbers()
    near = [("reply/insult", 0.35), ("ask/psoas", 0.32), ("reply/yes", 0.2), ("reply/second-miss", 0.1)]
    entities = decided(*near, numbers=numbers).entities
    assert entities["candidates"] == ["ask/psoas"]


def test_every_reply_that_is_never_offered_exists() -> None:
    replies = {card.id for card in load_library().everything() if card.folder == "replies"}
    assert set(load_numbers().never_offered) <= replies

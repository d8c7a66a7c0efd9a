from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge import answers, places
from knowledge.answers import Message, Situation
from knowledge.cards import Library, load_library
from knowledge.clinic import Clinic
from knowledge.movements.state import State

PINNED = (None, "T1", "T2", "T3", "M1", "M2")
SCREEN = (None, "passed", "skipped")
NOW = Situation()
KINDS = {"text", "contact_form", "did_you_mean"}
EVIDENCE = {None, "well supported", "some", "little", "the clinic's view"}
DOMAIN = yaml.safe_load((places.ROOT / "domain.yml").read_text(encoding="utf-8"))
INTENTS = {name for each in DOMAIN["intents"] for name in each}
ENTITIES = set(DOMAIN["entities"])
REAL = load_library()


def labels(message: Message) -> list[str]:
    return [choice["label"] for choice in message["choices"]]


def payloads(message: Message) -> list[dict[str, Any]]:
    return [choice["payload"] for choice in message["choices"]]


def topics(message: Message) -> list[str | None]:
    return [choice["topic"] for choice in message["choices"]]


# An answer


def test_an_answer_is_the_cards_text_with_its_sources_evidence_and_review(library: Library) -> None:
    message = answers.answer(library, "psoas", NOW)
    card = library.cards["psoas"]
    assert (message["kind"], message["text"], message["topic"]) == ("text", card.text("en").answer, "psoas")
    assert message["evidence"] == card.evidence
    assert [source["title"] for source in message["sources"]] == [library.sources[each].title for each in card.sources]
    assert message["review"] == {"status": "draft", "by": None, "on": None}


def test_an_answer_offers_at_most_two_follow_ups_and_then_the_next_cards(library: Library) -> None:
    card = library.cards["psoas"]
    offered = payloads(answers.answer(library, "psoas", NOW))
    follow_ups = [each for each in offered if each["intent"] == "follow_up"]
    assert [each["entities"]["aspect"] for each in follow_ups] == ["what_helps", "how"]
    assert all(each["entities"]["topic"] == "psoas" for each in follow_ups)
    assert topics(answers.answer(library, "psoas", NOW))[2:] == [*card.next, "contact"]


def test_how_is_answered_with_what_helps_where_a_card_is_no_practice(library: Library) -> None:
    message = answers.follow_up(library, "how", Situation(topic="jaw-clenching"))
    card = library.cards["jaw-clenching"]
    assert "how" not in card.text("en").follow_ups
    assert message["text"] == card.text("en").follow_ups["what_helps"]
    assert "what_helps" not in [each["entities"].get("aspect") for each in payloads(message)]


def test_what_helps_on_a_practice_is_not_its_steps(library: Library) -> None:
    message = answers.follow_up(library, "what_helps", Situation(topic="breathing-exercise"))
    assert message["text"] == library.follow_ups["what_helps"].text("en").answer


def test_a_next_card_remembers_the_way_back(library: Library) -> None:
    for each in payloads(answers.answer(library, "psoas", NOW)):
        if each["intent"] == "ask":
            assert each["entities"]["previous_topic"] == "psoas"


def test_a_card_of_another_category_is_opened_as_such(library: Library) -> None:
    choices = answers.reply(library, "second-miss", NOW)["choices"]
    contact = next(choice for choice in choices if choice["topic"] == "contact")
    assert contact["payload"] == {"intent": "contact", "entities": {"reply": "contact"}}


def test_an_unknown_card_is_a_key_error(library: Library) -> None:
    with pytest.raises(KeyError):
        answers.answer(library, "no-such-card", NOW)


def test_what_the_clinic_has_not_set_is_said_to_be_unknown(library: Library) -> None:
    unset = library.cards["clinic-hours"].text("en").answer_unset or ""
    name = library.clinic.get("name") or ""
    assert answers.answer(library, "clinic-hours", NOW)["text"] == unset.replace("{name}", name)


def test_what_the_clinic_has_set_is_said(library: Library) -> None:
    clinic = Clinic({**library.clinic.settings, "hours": "Monday to Friday, 9 to 5"})
    message = answers.answer(replace(library, clinic=clinic), "clinic-hours", NOW)
    assert "Monday to Friday, 9 to 5" in message["text"]


def test_settings_are_filled_in_follow_ups_too(library: Library) -> None:
    simpler = answers.follow_up(library, "simpler", Situation(topic="about-clinic"))
    assert (library.clinic.get("city") or "") in simpler["text"]
    assert "{" not in simpler["text"]


# A follow-up


def test_a_follow_up_is_answered_from_the_card_one_is_on(library: Library) -> None:
    message = answers.follow_up(library, "why", Situation(topic="psoas"))
    assert message["text"] == library.cards["psoas"].text("en").follow_ups["why"]
    assert message["topic"] == "psoas"


def test_a_follow_up_does_not_offer_itself_again(library: Library) -> None:
    message = answers.follow_up(library, "why", Situation(topic="psoas"))
    assert "why" not in {each["entities"].get("aspect") for each in payloads(message)}


def test_a_follow_up_that_the_card_has_no_text_for_is_admitted(library: Library) -> None:
    message = answers.follow_up(library, "hurts", Situation(topic="psoas"))
    assert message["text"] == library.follow_ups["hurts"].text("en").answer
    assert message["topic"] == "psoas"


@pytest.mark.parametrize("topic", [None, "", "no-such-card"])
def test_a_follow_up_without_a_topic_is_a_question_back_with_starters(library: Library, topic: str | None) -> None:
    message = answers.follow_up(library, "why", Situation(topic=topic))
    assert message["text"] == library.follow_ups["why"].text("en").no_topic
    assert message["topic"] is None
    assert topics(message) == list(library.cards["what-i-can-do"].next)


def test_repeat_says_the_answer_again(library: Library) -> None:
    again = answers.follow_up(library, "repeat", Situation(topic="psoas"))
    assert again == answers.answer(library, "psoas", Situation(topic="psoas"))


# Movements

KNOWN = ((), ("knee",), ("pregnant",), ("red_now",))
START = {"intent": "exercise", "entities": {"exercise_do": "start", "exercise_card": "half-kneel"}}


def situation(screen: str | None = None, facts: tuple[str, ...] = (), **rest: Any) -> Situation:
    return Situation(movements=State(passed=screen, facts=facts), **rest)


def test_a_movement_is_told_about_and_leads_to_its_steps(library: Library) -> None:
    message = answers.answer(library, "half-kneel", NOW)
    assert message["text"] == library.cards["half-kneel"].text("en").answer
    assert payloads(message)[0] == START


def test_the_ball_leads_to_what_stands_in_its_place_by_name(library: Library) -> None:
    assert labels(answers.answer(library, "stability-ball", NOW))[0] == "Sliding one leg back, at a counter"


@pytest.mark.parametrize("aspect", answers.TELLS_HOW)
def test_what_tells_how_a_movement_goes_is_kept_until_it_may_be_done(library: Library, aspect: str) -> None:
    card = library.cards["half-kneel"].text("en")
    told = {
        screen: answers.follow_up(library, aspect, situation(screen, topic="half-kneel"))["text"] for screen in SCREEN
    }
    assert told == {None: card.answer, "passed": card.follow_ups[aspect], "skipped": card.answer}
    pregnant = situation("passed", ("pregnant",), topic="half-kneel")
    assert answers.follow_up(library, aspect, pregnant)["text"] == card.answer


def test_before_the_screen_the_only_movement_that_is_offered_is_the_way_to_it(library: Library) -> None:
    movements = {card.id for card in library.cards.values() if card.folder == "stretches"}
    for card in library.cards:
        assert set(topics(answers.answer(library, card, NOW))) & movements <= {"stretch-menu"}


def test_after_the_screen_what_it_ruled_out_is_not_offered(library: Library) -> None:
    assert "half-kneel" in topics(answers.answer(library, "leg-dangle", situation("passed")))
    offered = topics(answers.answer(library, "leg-dangle", situation("passed", ("hip_pinch",))))
    assert "half-kneel" not in offered
    assert "seated-marching" in offered


def test_the_menu_is_opened_by_finding_and_not_by_telling(library: Library) -> None:
    choice = next(each for each in answers.answer(library, "psoas", NOW)["choices"] if each["topic"] == "stretch-menu")
    assert choice["payload"] == {"intent": "exercise", "entities": {"exercise_do": "find"}}


def test_a_calm_practice_offers_to_guide(library: Library) -> None:
    taken = payloads(answers.answer(library, "breathing-exercise", NOW))[0]
    assert taken["entities"] == {"exercise_do": "start", "exercise_card": "breathing-exercise"}


@pytest.mark.parametrize("pinned", PINNED[1:])
def test_after_a_crisis_a_movement_is_not_shown_and_help_is_named(library: Library, pinned: str) -> None:
    message = answers.answer(library, "half-kneel", situation("passed", pinned=pinned))
    assert message["topic"] == "movement-not-now"
    assert "911" in message["text"]
    assert "988" in message["text"]


@pytest.mark.parametrize("pinned", PINNED[1:])
def test_after_a_crisis_no_answer_offers_a_movement_or_the_contact_form(library: Library, pinned: str) -> None:
    hidden = {card.id for card in library.cards.values() if card.folder == "stretches"} | {"contact"}
    for card in library.cards:
        assert not hidden & set(topics(answers.answer(library, card, Situation(pinned=pinned))))


@pytest.mark.parametrize("pinned", PINNED[1:])
def test_a_movement_is_shown_again_only_after_a_t3_that_was_answered_no(library: Library, pinned: str) -> None:
    now = situation("passed", topic="half-kneel", pinned=pinned, resolved=True)
    shown = "half-kneel" if pinned == "T3" else "movement-not-now"
    assert answers.answer(library, "half-kneel", now)["topic"] == shown
    assert answers.follow_up(library, "simpler", now)["topic"] == shown


# Did you mean


def test_did_you_mean_offers_the_nearest_cards_in_their_order(library: Library) -> None:
    message = answers.did_you_mean(library, ["ask/psoas", "reply/about-me", "ask/emdr"], NOW)
    assert message["kind"] == "did_you_mean"
    assert topics(message) == ["psoas", "about-me", "emdr"]
    assert labels(message) == [library.cards[each].text("en").title for each in ("psoas", "about-me", "emdr")]


def test_did_you_mean_offers_a_follow_up_of_the_topic_one_is_on(library: Library) -> None:
    message = answers.did_you_mean(library, ["follow_up/why", "ask/emdr"], Situation(topic="psoas"))
    assert payloads(message)[0] == {"intent": "follow_up", "entities": {"aspect": "why", "topic": "psoas"}}


def test_did_you_mean_leaves_out_a_follow_up_that_leads_nowhere(library: Library) -> None:
    labels_near = ["follow_up/why", "follow_up/back", "ask/emdr"]
    assert topics(answers.did_you_mean(library, labels_near, NOW)) == ["emdr"]
    assert topics(answers.did_you_mean(library, ["follow_up/back", "ask/emdr"], Situation(topic="psoas"))) == ["emdr"]


@pytest.mark.parametrize("near", [[], ["follow_up/repeat"], ["follow_up/back", "follow_up/other_area"]])
def test_did_you_mean_is_never_a_question_without_choices(library: Library, near: list[str]) -> None:
    message = answers.did_you_mean(library, near, Situation(topic="psoas"))
    assert message["topic"] == "out-of-scope"
    assert message["choices"]


def test_did_you_mean_offers_no_movement_and_no_contact_form_after_a_crisis(library: Library) -> None:
    near = ["ask/half-kneel", "contact/contact", "ask/psoas"]
    assert topics(answers.did_you_mean(library, near, Situation(pinned="T2"))) == ["psoas"]


def test_a_second_miss_offers_a_person(library: Library) -> None:
    message = answers.did_you_mean(library, ["ask/psoas"], NOW, "second-miss")
    assert topics(message) == ["psoas", "what-i-can-do", "contact"]


def test_a_card_that_is_near_and_offered_anyway_is_offered_once(library: Library) -> None:
    message = answers.did_you_mean(library, ["contact/contact"], NOW, "second-miss")
    assert topics(message) == ["contact", "what-i-can-do"]


# Contact


def test_contact_hands_over_to_the_form_with_the_clinics_phone(library: Library) -> None:
    clinic = Clinic({**library.clinic.settings, "phone": "+14805550100"})
    message = answers.contact(replace(library, clinic=clinic), NOW)
    assert message["kind"] == "contact_form"
    assert message["topic"] == "contact"
    assert message["data"] == {"phone": "+14805550100", "url": "/contact", "topic": "general", "external": False}


def test_the_form_begins_with_the_neutral_topic_of_the_card_one_is_on(library: Library) -> None:
    for card, topic in (("cost-and-insurance", "cost"), ("new-patients", "new-client"), ("psoas", "general")):
        assert answers.contact(library, Situation(topic=card))["data"]["topic"] == topic


def test_a_card_about_health_never_names_a_topic_for_the_form(library: Library) -> None:
    named = {card.folder for card in library.cards.values() if card.contact_topic}
    assert named == {"treatments"}


def test_a_clinic_with_a_form_of_its_own_gets_people_there_with_a_neutral_topic_alone(library: Library) -> None:
    clinic = Clinic({**library.clinic.settings, "contact_form": "https://clinic.example/form?about={topic}"})
    message = answers.contact(replace(library, clinic=clinic), Situation(topic="psoas"))
    assert message["data"]["url"] == "https://clinic.example/form?about=general"
    assert message["data"]["external"]
    assert answers.contact_link(message, "https://chat.example.org") == message["data"]["url"]


def test_every_answer_leads_to_a_person(library: Library) -> None:
    for card in library.cards.values():
        if card.folder in ("topics", "stretches", "treatments"):
            assert topics(answers.answer(library, card.id, NOW)).count("contact") == 1, card.id


def test_contact_without_a_phone_says_none(library: Library) -> None:
    assert answers.contact(library, NOW)["data"]["phone"] is None


# The shape, for everything that can be said


def check(message: Message, library: Library, now: Situation) -> None:
    """Fail unless a message has the shape of the API, every choice leads on, and nothing hidden is offered."""
    assert set(message) == {"kind", "text", "topic", "choices", "sources", "evidence", "review", "data"}
    assert message["kind"] in KINDS
    assert message["text"].strip() == message["text"] != ""
    assert not re.search(r"\{\w*\}", message["text"]), message["text"]
    assert message["topic"] is None or message["topic"] in library.cards
    assert message["evidence"] in EVIDENCE
    assert set(message["review"]) == {"status", "by", "on"}
    for source in message["sources"]:
        assert set(source) == {"title", "publisher", "url"}
    seen = set()
    for choice in message["choices"]:
        assert set(choice) == {"label", "topic", "payload"}
        assert 0 < len(choice["label"]) <= 60
        assert choice["label"] not in seen, "two choices read alike"
        seen.add(choice["label"])
        check_payload(choice, library)
        if now.pinned:
            card = library.cards.get(choice["topic"] or choice["payload"]["entities"].get("topic", ""))
            assert card is None or (card.folder != "stretches" and card.id != "contact")
            assert choice["payload"]["intent"] != "exercise"


def check_payload(choice: dict[str, Any], library: Library) -> None:
    taken = choice["payload"]
    assert set(taken) == {"intent", "entities"}
    assert taken["intent"] in INTENTS
    assert set(taken["entities"]) <= ENTITIES
    named = taken["entities"]
    assert choice["topic"] is None or choice["topic"] in library.cards
    for entity, known in (("topic", library.cards), ("reply", library.cards), ("aspect", library.follow_ups)):
        assert entity not in named or named[entity] in known


def everything_said(library: Library) -> Iterator[tuple[str, Situation, Message]]:
    """Yield every answer, reply and follow-up in every situation."""
    for pinned, screen, facts in product(PINNED, SCREEN, KNOWN):
        for card in (None, *library.cards):
            now = situation(screen, facts, topic=card, pinned=pinned)
            for aspect in library.follow_ups:
                yield aspect, now, answers.follow_up(library, aspect, now)
            if card:
                yield "answer", now, answers.answer(library, card, now)
                yield "reply", now, answers.reply(library, card, now)
        now = situation(screen, facts, pinned=pinned)
        yield "contact", now, answers.contact(library, now)


def test_every_card_and_follow_up_in_every_situation_has_the_shape_of_the_api(library: Library) -> None:
    count = 0
    for what, now, message in everything_said(library):
        count += 1
        try:
            check(message, library, now)
        except AssertionError as error:
            raise AssertionError(f"{what} in {now}: {error}") from error
    assert count > 18 * len(library.cards) * len(library.follow_ups)


def test_what_tells_how_a_movement_goes_is_told_in_no_other_situation(library: Library) -> None:
    tells = {
        card.text("en").follow_ups[aspect]
        for card in library.cards.values()
        if card.folder == "stretches" and card.exercise
        for aspect in answers.TELLS_HOW
    }
    told = {
        (now.pinned, now.movements.passed, now.movements.facts)
        for _, now, message in everything_said(library)
        if message["text"] in tells
    }
    assert told == {(None, "passed", ()), (None, "passed", ("knee",))}


def test_every_message_can_be_sent_as_json(library: Library) -> None:
    for card in library.cards:
        message = answers.answer(library, card, NOW)
        assert json.loads(json.dumps(message)) == message


LABELS = [f"{card.intent}/{card.id}" for card in REAL.everything()]


@given(
    st.lists(st.sampled_from(LABELS), max_size=3, unique=True),
    st.sampled_from([None, *REAL.cards]),
    st.sampled_from(PINNED),
    st.sampled_from(["did-you-mean", "second-miss", "about-which", "out-of-scope"]),
)
def test_any_candidates_make_a_message_with_choices(
    near: list[str], topic: str | None, pinned: str | None, reply: str
) -> None:
    now = Situation(topic=topic, pinned=pinned)
    message = answers.did_you_mean(REAL, near, now, reply)
    check(message, REAL, now)
    assert message["choices"]

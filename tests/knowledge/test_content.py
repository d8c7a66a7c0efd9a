"""The real cards: what the catalogue promises is there, and reads as it must."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from knowledge.cards import Card, Library
from knowledge.style import MAX_GRADE, MAX_WORDS, reading_grade, words

CATALOGUE = {
    "topics": """
        trauma-stored-in-hips trauma-stored-in-body where-the-idea-comes-from mind-body-connection fight-or-flight
        freeze-response anxiety-in-the-body stress-and-muscle-tension constant-tension trauma-types-and-places
        emotions-and-body-areas pain-that-spreads psoas psoas-and-stress tight-hips hip-pain-and-trauma releasing-trauma
        crying-in-hip-openers what-is-trauma do-stretches-help movement-safety neck-and-shoulders jaw-clenching
        back-pain-and-stress stress-aches shaking-and-panic calming-the-nervous-system breathing-exercise
        muscle-relaxation grounding sleep-and-tension when-to-see-a-clinician when-to-see-a-doctor
    """,
    "stretches": """
        seated-marching leg-dangle half-kneel leg-lifts marching stability-ball somatic-yoga stretch-menu
    """,
    "treatments": """
        trauma-therapy somatic-therapy accelerated-resolution-therapy emdr cbt group-therapy experiential-therapy
        holistic-approach addiction-and-dual-diagnosis about-clinic clinic-location clinic-hours cost-and-insurance
        first-appointment therapy-confidential new-patients telehealth who-we-see existing-patients refer-a-client
    """,
    "replies": """
        greeting goodbye thanks what-i-can-do about-me chat-privacy no-diagnosis no-medication no-treatment-plan
        out-of-scope small-talk insult did-you-mean contact check-in stop start-over feedback-good feedback-bad spanish
        third-party
    """,
    "follow_ups": """
        why what_helps how how_long how_often evidence example more simpler is_it_for_me other_area other_option
        other_side repeat next back how_soon hurts
    """,
}
#: Replies that the dialogue itself needs.
NEEDED = (
    "welcome",
    "yes",
    "no",
    "about-which",
    "second-miss",
    "movement-screen",
    "movement-screen-stop",
    "movement-not-now",
)
HEALTH = ("topics", "stretches", "treatments")
EVIDENCE = {"well supported", "some", "little", "the clinic's view"}
#: Follow-ups that a health answer has; the clinic's own facts (hours, address, …) need fewer.
EXPECTED = {"why", "evidence", "more", "is_it_for_me"}
CLAIMS_REVIEW = re.compile(
    r"\b(clinically|medically|professionally) (reviewed|checked|approved)\b"
    r"|\b(reviewed|approved|signed|verified|written|vetted) by (a|an|the|our|licensed)\b"
    r"|\b(this|it|(answers?|texts?|words) (here )?) ?(is|are|was|were|has been|have been) checked by\b"
    r"|\bour (clinicians?|doctors?|therapists?|experts?) (have |has )?(reviewed|approved|checked|wrote|written)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"[*#`<>\[\]|]|_\w|https?:|www\.|[\U0001F000-\U0001FAFF]")


def said(library: Library) -> Iterator[tuple[str, str]]:
    """Yield (place, text) for every English text that the assistant can say, with the clinic's settings in it."""
    for card in library.everything():
        texts = card.text("en")
        named = {"answer": texts.answer, "answer_unset": texts.answer_unset, "no_topic": texts.no_topic}
        for name, text in {**named, **texts.follow_ups}.items():
            if text:
                yield f"{card.folder}/{card.id}.{name}", library.clinic.fill(text)


def health_cards(library: Library) -> list[Card]:
    return [card for card in library.cards.values() if card.folder in HEALTH]


@pytest.mark.parametrize("folder", CATALOGUE)
def test_every_id_of_the_catalogue_is_a_card_in_its_folder(library: Library, folder: str) -> None:
    there = {card.id for card in library.everything() if card.folder == folder}
    assert set(CATALOGUE[folder].split()) - there == set()


@pytest.mark.parametrize("reply", NEEDED)
def test_the_replies_that_the_dialogue_needs_are_there(library: Library, reply: str) -> None:
    assert library.cards[reply].folder == "replies"


def test_every_card_has_fifteen_examples_that_differ(library: Library) -> None:
    few = {card.id: len({ask.lower() for ask in card.text("en").asks}) for card in library.everything()}
    assert {each: count for each, count in few.items() if count < 15} == {}


def test_no_example_is_blank_or_longer_than_a_message(library: Library) -> None:
    odd = [ask for card in library.everything() for ask in card.text("en").asks if not 1 <= len(ask.strip()) <= 1_000]
    assert odd == []


def test_no_example_is_a_command(library: Library) -> None:
    assert [ask for card in library.everything() for ask in card.text("en").asks if ask.lstrip().startswith("/")] == []


def test_no_text_is_longer_than_ninety_words(library: Library) -> None:
    assert {place: words(text) for place, text in said(library) if words(text) > MAX_WORDS} == {}


def test_every_text_reads_at_grade_eight_or_lower(library: Library) -> None:
    # The one Spanish sentence among the replies can't be measured as English.
    hard = {place: reading_grade(text) for place, text in said(library) if "/spanish." not in place}
    assert {place: grade for place, grade in hard.items() if grade > MAX_GRADE} == {}


def test_every_text_is_plain_words_without_markup_or_links(library: Library) -> None:
    assert {place: text for place, text in said(library) if MARKUP.search(text)} == {}


def test_every_health_card_says_how_good_the_evidence_is(library: Library) -> None:
    assert {card.id: card.evidence for card in health_cards(library) if card.evidence not in EVIDENCE} == {}


def test_every_health_card_cites_a_source_that_exists(library: Library) -> None:
    for card in health_cards(library):
        assert card.sources, card.id
        assert set(card.sources) <= set(library.sources), card.id


def test_every_source_has_a_title_a_publisher_and_a_safe_address(library: Library) -> None:
    for source in library.sources.values():
        assert source.title.strip()
        assert source.publisher.strip()
        assert source.url is None or source.url.startswith("https://")
        assert source.checked_on is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", source.checked_on)


def test_every_topic_and_movement_answers_the_follow_ups_that_people_ask(library: Library) -> None:
    cards = [card for card in health_cards(library) if card.folder != "treatments"]
    assert {
        card.id: EXPECTED - set(card.text("en").follow_ups)
        for card in cards
        if EXPECTED - set(card.text("en").follow_ups)
    } == {}


def test_every_treatment_answers_most_follow_ups(library: Library) -> None:
    cards = [card for card in health_cards(library) if card.folder == "treatments"]
    assert [card.id for card in cards if len(card.text("en").follow_ups) < 1] == []


def test_every_movement_can_be_guided_and_so_can_the_three_calm_practices(library: Library) -> None:
    practices = {"breathing-exercise", "muscle-relaxation", "grounding"}
    movements = {card.id for card in library.cards.values() if card.folder == "stretches"} - {"stretch-menu"}
    assert {card.id for card in library.cards.values() if card.exercise} == movements | practices
    assert {card.id for card in library.cards.values() if card.exercise and card.exercise.is_practice} == practices


def test_every_movement_says_what_to_do_when_it_hurts(library: Library) -> None:
    assert [
        card.id
        for card in health_cards(library)
        if card.folder == "stretches" and "hurts" not in card.text("en").follow_ups
    ] == []


def test_every_card_is_a_draft_that_nobody_has_signed(library: Library) -> None:
    for card in library.everything():
        assert (card.review.status, card.review.by, card.review.on) == ("draft", None, None), card.id


def test_no_text_claims_a_review(library: Library) -> None:
    assert {place: text for place, text in said(library) if CLAIMS_REVIEW.search(text)} == {}


@pytest.mark.parametrize(
    "text", ["Clinically reviewed by our team.", "This was checked by a doctor.", "Our clinicians wrote this."]
)
def test_a_claim_of_review_would_be_seen(text: str) -> None:
    assert CLAIMS_REVIEW.search(text)


def test_no_card_offers_itself_next(library: Library) -> None:
    assert [card.id for card in library.cards.values() if card.id in card.next] == []


def test_titles_are_all_different(library: Library) -> None:
    # A choice that is typed is known by its title.
    titles = [card.text("en").title.lower() for card in library.everything()]
    assert {title for title in titles if titles.count(title) > 1} == set()

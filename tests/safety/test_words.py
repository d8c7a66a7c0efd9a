"""The words filter: every sentence that can ever be said is read, and what the protocol forbids fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from knowledge import places
from knowledge.cards import Library
from knowledge.safety.help_lines import forbidden_in
from knowledge.safety.replies import Replies
from knowledge.style import load_bans, reading_grade
from tests.safety.said import Said, everything_said

SAID = everything_said()
BANS = load_bans()
MAX_GRADE, MAX_CRISIS_GRADE = 8.0, 5.0
#: A shorter text is a label: a reading grade says nothing about it.
GRADED_FROM_WORDS = 14
NUMBER = re.compile(r"\b(911|988|741741|\d{3}-\d{3}-\d{4})\b")
ALONE = re.compile(r"\byou('re| are) not alone\b|\bno est[áa]s? sol[oa]\b", re.IGNORECASE)
#: What a raised visitor must not be offered.
MOVEMENT = re.compile(
    r"\b(stretch\w*|yoga|poses?|psoas|exercises?|marching|estiramientos?|ejercicios?|posturas?)\b", re.IGNORECASE
)
MARKETING = re.compile(
    r"\b(our (clinic|therapists?|services|team)|appointments?|book (a|an|now)|contact form|insurance)\b"
    r"|\b(citas?|formulario)\b",
    re.IGNORECASE,
)
#: Ways to do it, secrecy and guilt have no place in a crisis reply.
HARMFUL = re.compile(
    r"\b(hang(ing)? yourself|overdose on|cut(ting)? your|shoot(ing)? yourself|don'?t tell|keep (it|this) secret)\b"
    r"|\b(our secret|selfish|think of (your|the) (family|kids)|committed suicide)\b"
    r"|\b(cometi[óo] suicidio|ego[íi]sta|no le digas a nadie)\b",
    re.IGNORECASE,
)
HEALTH = ("topics", "stretches", "treatments")


def named(said: Said) -> str:
    return f"{said.place}: {said.text[:100]}"


def test_the_walk_finds_the_cards_the_pages_the_replies_and_the_lines() -> None:
    at = {said.place.partition(":")[0] for said in SAID}
    assert {"data/web.yml", "data/safety/replies.yml", "data/safety/help_lines.yml", "domain.yml", "clinic.yml"} <= at
    for folder in ("topics", "stretches", "treatments", "replies", "follow_ups"):
        files = {f"data/{folder}/{path.name}" for path in (places.DATA / folder).glob("*.yml")}
        assert files <= at
    assert {said.language for said in SAID} == {"en", "es"}


def test_the_domain_that_runs_says_nothing_that_the_walk_has_not_read() -> None:
    """Importers and Rasa itself may add responses to domain.yml: what is served is asked, not the file."""
    from rasa.shared.importers.importer import TrainingDataImporter

    files = [str(places.ROOT / name) for name in ("config.yml", "domain.yml", "data")]
    importer = TrainingDataImporter.load_from_config(files[0], files[1], [files[2]])
    responses = importer.get_domain().responses
    assert {"utter_crisis", "utter_answer", "utter_not_understood"} <= set(responses)
    read = {said.text for said in SAID}
    spoken = {variation["text"] for variations in responses.values() for variation in variations}
    assert {re.sub(r"\s+", " ", text).strip() for text in spoken} <= read
    assert not any(set(variation) - {"text"} for variations in responses.values() for variation in variations)


def test_no_sentence_has_a_forbidden_wording() -> None:
    faults = [
        f"{named(said)} ({ban.why})"
        for said in SAID
        for ban in BANS
        if ban.pattern.search(said.text) and Path(said.place.partition(":")[0]).stem not in ban.allowed_in
    ]
    assert faults == []


def test_no_sentence_prints_an_ended_or_unconfirmed_line() -> None:
    assert forbidden_in([said.text for said in SAID]) == []


def test_nobody_is_told_that_they_are_not_alone_without_a_number() -> None:
    assert [named(said) for said in SAID if ALONE.search(said.text) and not NUMBER.search(said.text)] == []


def test_every_english_text_reads_easily_and_a_crisis_reply_more_so() -> None:
    faults = []
    for said in SAID:
        # Problems are told to programs, and the titles of sources are other people's.
        if "problems." in said.place or said.place.startswith("data/sources.yml"):
            continue
        if said.language != "en" or len(said.text.split()) < GRADED_FROM_WORDS:
            continue
        grade, most = reading_grade(said.text), MAX_CRISIS_GRADE if said.crisis else MAX_GRADE
        if grade > most:
            faults.append(f"{grade:.1f} > {most:.0f} {named(said)}")
    assert faults == []


def test_a_visitors_text_is_in_the_data_and_not_in_the_code() -> None:
    assert [named(said) for said in SAID if said.place.endswith("(code)")] == []


def test_after_a_crisis_or_an_emergency_no_reply_speaks_of_stretches_or_sells(replies: Replies) -> None:
    raised = [reply for reply in replies.replies if reply.tier or reply.answer == "yes"] + list(replies.next_steps)
    for reply in raised:
        for text in reply.text.values():
            assert not MOVEMENT.search(text), (reply.id, text)
            assert not MARKETING.search(text), (reply.id, text)


def test_no_reply_to_a_crisis_names_a_way_a_secret_or_guilt(replies: Replies) -> None:
    for reply in replies.every():
        for text in reply.text.values():
            assert not HARMFUL.search(text), (reply.id, text)


def test_every_health_answer_has_a_source_and_says_how_sure_it_is(library: Library) -> None:
    missing = [
        card.id for card in library.cards.values() if card.folder in HEALTH and not (card.sources and card.evidence)
    ]
    assert missing == []


def test_the_words_filter_sees_a_new_file_and_a_new_key(tmp_path: Path) -> None:
    for name in ("data/new/deep", "web/unclench_web/static", "actions"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data/new/deep/card.yml").write_text(yaml.safe_dump({"en": {"brand_new_key": "It is just stress."}}))
    (tmp_path / "clinic.yml").write_text("name: A clinic\n")
    (tmp_path / "domain.yml").write_text("responses: {utter_x: [{text: You have PTSD.}]}\n")
    (tmp_path / "web/unclench_web/static/a.js").write_text('const said = "It is only nerves, calm down.";\n')
    texts = {said.text for said in everything_said(tmp_path)}
    assert {"It is just stress.", "You have PTSD.", "It is only nerves, calm down."} <= texts


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MOVEMENT, "You could try a gentle stretch."),
        (MARKETING, "Book a visit with our therapists."),
        (HARMFUL, "Think of your family."),
        (ALONE, "You are not alone."),
    ],
)
def test_what_a_crisis_reply_must_not_say_is_found(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)

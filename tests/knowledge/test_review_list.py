from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from knowledge import review_list as module
from knowledge.cards import Library, Source, load_library
from knowledge.check_in.content import CheckIn
from knowledge.clinic import Clinic
from knowledge.located_yaml import DataError, Fault
from knowledge.review_list import main, read_review_list, review_list

LINE = {
    "id": "line-988",
    "name": {"en": "988 Lifeline"},
    "checked_on": "2026-01-02",
    "source": "https://example.org/988",
    "unverified": ["hours"],
}


@pytest.fixture
def small(small_data: Any) -> Library:
    return load_library(small_data.data, small_data.clinic)


SIGNED = CheckIn((), (), {}, {}, {"status": "reviewed"})


def listed(library: Library, safety_review: str = "draft", check_in: CheckIn = SIGNED, **row: Any) -> str:
    return review_list(library, {each: row for each in library.sources}, [LINE], safety_review, check_in)


def test_a_source_that_nobody_read_is_listed_with_the_cards_that_cite_it(small: Library) -> None:
    said = listed(small)
    assert "**a-source**: A study, A journal. <https://example.org/>" in said
    assert "Cited by: psoas" in said


def test_a_source_read_as_a_stored_copy_is_listed_apart(small: Library) -> None:
    read = replace(small, sources={"a-source": Source("a-source", "A", "B", None, "2026-01-01")})
    assert "0 sources not read, 1 read only as a stored copy" in listed(read, read_in="stored copy")
    assert "**a-source**" not in listed(read)


def test_a_fact_without_a_source_is_listed_under_its_card(small: Library) -> None:
    card = replace(small.cards["psoas"], unverified=("It is long.",))
    said = listed(replace(small, cards={"psoas": card}))
    assert "- **psoas**\n  - [ ] It is long." in said
    assert "1 fact without a source, in 1 card" in said


def test_a_help_line_names_when_and_where_it_was_checked(small: Library) -> None:
    said = listed(small)
    assert (
        "**line-988** (988 Lifeline): checked on 2026-01-02 at <https://example.org/988>; not confirmed: hours" in said
    )


def test_drafts_are_listed_until_somebody_signs(small: Library) -> None:
    assert "**data/topics/** (1): psoas" in listed(small)
    signed = replace(small.cards["psoas"], review=replace(small.cards["psoas"].review, status="reviewed", by="A. B."))
    assert "data/topics/" not in listed(replace(small, cards={"psoas": signed}))


def test_the_safety_replies_are_listed_until_somebody_signs(small: Library) -> None:
    assert "data/safety/replies.yml" in listed(small)
    assert "data/safety/replies.yml" not in listed(small, safety_review="reviewed")


def test_the_check_in_and_its_unverified_facts_are_listed_until_somebody_signs(small: Library) -> None:
    draft = replace(SIGNED, review={"status": "draft"}, unverified=("Six weeks.",))
    said = listed(small, check_in=draft)
    assert "data/check_in.yml" in said
    assert "- **check-in**\n  - [ ] Six weeks." in said
    assert "check_in" not in listed(small)


def test_a_setting_that_the_clinic_has_not_told_is_listed(small: Library) -> None:
    assert "- [ ] **phone**" in listed(small)
    assert "**phone**" not in listed(replace(small, clinic=Clinic({"name": "A", "phone": "1"})))


def test_what_is_done_reads_as_nothing(small: Library) -> None:
    done = replace(small, clinic=Clinic({"name": "A"}))
    assert "## What the clinic has not told yet (clinic.yml)\n\nNothing." in listed(done)


def test_the_real_list_names_every_card_while_all_are_drafts(library: Library) -> None:
    said = read_review_list()
    assert all(card.id in said for card in library.everything())


def test_content_that_cannot_be_read_is_said_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise DataError([Fault("data/topics/psoas.yml", 3, "en", "it is broken.", "Mend it.")])

    monkeypatch.setattr(module, "read_review_list", broken)
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "psoas.yml:3" in said.err
    assert "make check-content" in said.err


def test_the_command_prints_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.startswith("# To check before launch")

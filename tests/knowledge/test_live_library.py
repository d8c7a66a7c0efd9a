from __future__ import annotations

import logging
import os
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from knowledge import live_library
from knowledge.cards import library_files, load_library
from knowledge.live_library import LiveLibrary
from knowledge.located_yaml import DataError


class Disk:
    """A small data folder that the speaker reads, and a clock that is moved by hand."""

    def __init__(self, small_data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.small = small_data
        self.now = 1_000.0
        self.changes = 0
        monkeypatch.setattr(live_library, "load_library", partial(load_library, small_data.data, small_data.clinic))
        monkeypatch.setattr(live_library, "library_files", partial(library_files, small_data.data, small_data.clinic))
        monkeypatch.setattr(live_library, "time", SimpleNamespace(monotonic=lambda: self.now))

    def write(self, place: str, content: Any) -> None:
        """Write a file as an editor does, a second after the last one, and let the speaker look again."""
        self.changes += 1
        path = self.small.put(place, content)
        os.utime(path, (2_000_000_000 + self.changes,) * 2)
        self.now += live_library.LOOK_EVERY


@pytest.fixture
def disk(small_data: Any, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(small_data, monkeypatch)


def answer_of(live: LiveLibrary) -> str:
    return live.get().cards["psoas"].text("en").answer


def with_answer(card: dict[str, Any], answer: str) -> dict[str, Any]:
    return {**card, "en": {**card["en"], "answer": answer}}


def test_a_changed_card_is_said_without_a_restart(disk: Disk, make_topic: Any) -> None:
    live = LiveLibrary()
    disk.write("topics/psoas.yml", with_answer(make_topic("psoas"), "New words."))
    assert answer_of(live) == "New words."


def test_the_files_are_looked_at_every_two_seconds_only(disk: Disk, make_topic: Any) -> None:
    live = LiveLibrary()
    before = answer_of(live)
    disk.write("topics/psoas.yml", with_answer(make_topic("psoas"), "New words."))
    disk.now -= 0.1
    assert answer_of(live) == before
    disk.now += 0.1
    assert answer_of(live) == "New words."


def test_unchanged_cards_are_not_read_again(disk: Disk) -> None:
    live = LiveLibrary()
    first = live.get()
    disk.now += 60
    assert live.get() is first


@pytest.mark.parametrize("broken", ["id: [\n", "", b"\xff\xfe", "- a\n", "id: psoas\n", "a: 2026-13-01\n"])
def test_a_broken_card_is_refused_and_the_last_good_one_said(
    disk: Disk, broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveLibrary()
    before = answer_of(live)
    with caplog.at_level(logging.ERROR):
        disk.write("topics/psoas.yml", broken)
        assert answer_of(live) == before
    assert "refused" in caplog.text
    assert "psoas.yml:" in caplog.text


def test_a_broken_card_is_told_once_and_not_with_every_message(disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    live = LiveLibrary()
    disk.write("topics/psoas.yml", "id: [\n")
    with caplog.at_level(logging.ERROR):
        live.get()
        caplog.clear()
        disk.now += 60
        live.get()
    assert caplog.text == ""


def test_a_mended_card_is_taken(disk: Disk, make_topic: Any) -> None:
    live = LiveLibrary()
    disk.write("topics/psoas.yml", "id: [\n")
    live.get()
    disk.write("topics/psoas.yml", with_answer(make_topic("psoas"), "Mended."))
    assert answer_of(live) == "Mended."


def test_an_older_copy_that_is_put_back_is_taken(disk: Disk, make_topic: Any) -> None:
    # A backup keeps its date, and another file is newer than it.
    live = LiveLibrary()
    disk.write("topics/hips.yml", make_topic("hips"))
    disk.write("topics/psoas.yml", "id: [\n")
    live.get()
    path = disk.small.put("topics/psoas.yml", with_answer(make_topic("psoas"), "The backup."))
    os.utime(path, (1_500_000_000, 1_500_000_000))
    disk.now += live_library.LOOK_EVERY
    assert answer_of(live) == "The backup."


def test_a_new_card_and_a_changed_clinic_are_taken(disk: Disk, make_topic: Any) -> None:
    live = LiveLibrary()
    disk.write("topics/hips.yml", make_topic("hips"))
    disk.write("../clinic.yml", {"name": "Another Clinic"})
    assert "hips" in live.get().cards
    assert live.get().clinic.get("name") == "Another Clinic"


@pytest.mark.parametrize("name", ["sources.yml", "../clinic.yml", "topics/psoas.yml"])
def test_a_file_that_is_gone_for_a_moment_takes_nothing_down(disk: Disk, name: str, make_topic: Any) -> None:
    disk.write("topics/hips.yml", make_topic("hips", next=["psoas"]))
    live = LiveLibrary()
    before = answer_of(live)
    (disk.small.data / name).unlink()
    disk.now += live_library.LOOK_EVERY
    assert answer_of(live) == before


def test_without_a_first_good_state_there_is_no_start(disk: Disk) -> None:
    disk.write("topics/psoas.yml", "id: [\n")
    with pytest.raises(DataError):
        LiveLibrary()

from __future__ import annotations

import asyncio
import json
import logging
import os
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from components import card_speaker
from components.card_speaker import CardSpeaker, LiveLibrary, as_command, entities_of, response, say, situation_of
from knowledge.answers import Situation
from knowledge.cards import Library, card_files, load_library
from knowledge.located_yaml import DataError
from knowledge.safety import Assessment

# What is said


def test_an_answer_is_said_from_the_card_of_the_slot(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_answer", library, make_tracker({"topic": "psoas"}))
    assert message["topic"] == "psoas"
    assert message["text"] == library.cards["psoas"].text("en").answer


def test_two_questions_get_two_messages_in_their_order(library: Library, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "emdr"}, {"topics": ["psoas", "emdr"]})
    assert [message["topic"] for message in say("utter_answer", library, tracker)] == ["psoas", "emdr"]


def test_a_follow_up_is_said_from_the_card_one_is_on(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_follow_up", library, make_tracker({"topic": "psoas", "aspect": "why"}))
    assert message["text"] == library.cards["psoas"].text("en").follow_ups["why"]


def test_a_follow_up_without_a_topic_asks_back(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_follow_up", library, make_tracker({"aspect": "why"}))
    assert message["text"] == library.follow_ups["why"].text("en").no_topic


def test_a_reply_is_the_one_of_the_slot(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_reply", library, make_tracker({"reply": "about-me"}))
    assert (message["topic"], message["kind"]) == ("about-me", "text")


def test_did_you_mean_offers_the_candidates_of_the_message(library: Library, make_tracker: Any) -> None:
    entities = {"reply": "did-you-mean", "candidates": ["ask/psoas", "ask/emdr"]}
    (message,) = say("utter_reply", library, make_tracker({"reply": "did-you-mean"}, entities))
    assert message["kind"] == "did_you_mean"
    assert [choice["topic"] for choice in message["choices"]] == ["psoas", "emdr"]


def test_candidates_of_an_earlier_message_are_not_offered_again(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_reply", library, make_tracker({"reply": "thanks"}))
    assert message["kind"] == "text"


@pytest.mark.parametrize(
    ("public_url", "link"),
    [("https://chat.example.org/", "\nhttps://chat.example.org/contact?topic=cost"), (None, "")],
)
def test_a_channel_of_plain_text_gets_a_link_to_the_form(
    library: Library, make_tracker: Any, monkeypatch: pytest.MonkeyPatch, public_url: str | None, link: str
) -> None:
    monkeypatch.delenv("UNCLENCH_PUBLIC_URL", raising=False)
    if public_url:
        monkeypatch.setenv("UNCLENCH_PUBLIC_URL", public_url)
    messages = say("utter_contact", library, make_tracker({"reply": "contact", "topic": "cost-and-insurance"})) or []
    assert response(messages)["text"] == messages[0]["text"] + link


def test_contact_is_the_hand_over_to_the_form(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_contact", library, make_tracker({"reply": "contact"}))
    assert (message["kind"], message["data"]["url"]) == ("contact_form", "/contact")


def test_a_movement_waits_for_the_screen_of_this_conversation(library: Library, make_tracker: Any) -> None:
    slots = {"topic": "half-kneel", "aspect": "how"}
    (before,) = say("utter_follow_up", library, make_tracker(slots))
    (after,) = say("utter_follow_up", library, make_tracker({**slots, "movement_screen": "passed"}))
    assert before["text"] == library.cards["movement-screen"].text("en").answer
    assert after["text"] == library.cards["half-kneel"].text("en").follow_ups["how"]


def test_a_crisis_that_is_pinned_hides_movements_and_is_marked(library: Library, make_tracker: Any) -> None:
    (message,) = say("utter_answer", library, make_tracker({"topic": "half-kneel", "safety_pinned": "T2"}))
    assert message["topic"] == "movement-not-now"
    assert message["data"]["pinned"] == "T2"


def test_a_crisis_is_answered_from_the_safety_replies(library: Library, make_tracker: Any) -> None:
    found = Assessment(tier="T2", kind="self", lang="en", by="rule").as_dict()
    (message,) = say("utter_crisis", library, make_tracker({"safety_pinned": "T2"}, safety=found))
    assert (message["kind"], message["data"]["tier"]) == ("crisis", "T2")
    assert message["data"]["lines"]


def test_the_library_is_not_changed_by_what_is_said(library: Library, make_tracker: Any) -> None:
    tracker = make_tracker({"topic": "psoas", "safety_pinned": "T2"})
    assert say("utter_answer", library, tracker) == say("utter_answer", library, tracker)


def test_what_no_card_covers_is_left_to_the_domain(library: Library, make_tracker: Any) -> None:
    assert say("utter_not_understood", library, make_tracker()) is None


# From the tracker


def test_the_situation_is_read_from_the_slots(make_tracker: Any) -> None:
    slots = {"language": "es", "topic": "psoas", "safety_pinned": "M1", "movement_screen": "passed"}
    now = situation_of(make_tracker(slots))
    assert (now.language, now.topic, now.pinned, now.screen) == ("es", "psoas", "M1", "passed")


def test_a_new_conversation_is_in_english_and_about_nothing(make_tracker: Any) -> None:
    assert situation_of(make_tracker()) == Situation()


def test_entities_come_as_values_and_lists_as_lists(make_tracker: Any) -> None:
    found = entities_of(make_tracker(entities={"topic": "psoas", "topics": ["a", "b"], "candidates": "ask/a"}))
    assert found == {"topic": "psoas", "topics": ["a", "b"], "candidates": ["ask/a"]}


# As Rasa's response


def test_a_response_has_a_text_and_buttons_for_any_channel(library: Library, make_tracker: Any) -> None:
    messages = say("utter_answer", library, make_tracker({"topic": "emdr"}, {"topics": ["psoas", "emdr"]}))
    assert messages is not None
    said = response(messages)
    assert said["messages"] == messages
    assert said["text"] == "\n\n".join(message["text"] for message in messages)
    assert [button["title"] for button in said["buttons"]] == [choice["label"] for choice in messages[-1]["choices"]]


def test_a_payload_is_written_as_rasa_reads_it() -> None:
    command = as_command({"intent": "ask", "entities": {"topic": "psoas", "note": "ñ"}})
    assert command.startswith('/ask{"')
    assert json.loads(command.removeprefix("/ask")) == {"topic": "psoas", "note": "ñ"}


def test_the_speaker_says_cards_and_leaves_the_rest_to_the_domain(domain: Domain, make_tracker: Any) -> None:
    speaker = CardSpeaker(None, domain)
    card = asyncio.run(speaker.generate("utter_answer", make_tracker({"topic": "psoas"}), "unclench"))
    other = asyncio.run(speaker.generate("utter_not_understood", make_tracker(), "unclench"))
    assert card is not None
    assert card["messages"][0]["topic"] == "psoas"
    assert other is not None
    assert "911" in other["text"]


# Cards that change while the service runs


class Disk:
    """A small data folder that the speaker reads, and a clock that is moved by hand."""

    def __init__(self, small_data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.small = small_data
        self.now = 1_000.0
        self.changes = 0
        monkeypatch.setattr(card_speaker, "load_library", partial(load_library, small_data.data, small_data.clinic))
        monkeypatch.setattr(card_speaker, "card_files", partial(card_files, small_data.data))
        monkeypatch.setattr(card_speaker, "places", SimpleNamespace(DATA=small_data.data, CLINIC=small_data.clinic))
        monkeypatch.setattr(card_speaker, "time", SimpleNamespace(monotonic=lambda: self.now))

    def write(self, place: str, content: Any) -> None:
        """Write a file as an editor does, a second after the last one, and let the speaker look again."""
        self.changes += 1
        path = self.small.put(place, content)
        os.utime(path, (2_000_000_000 + self.changes,) * 2)
        self.now += card_speaker.LOOK_EVERY


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
    disk.now += card_speaker.LOOK_EVERY
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
    disk.now += card_speaker.LOOK_EVERY
    assert answer_of(live) == before


def test_without_a_first_good_state_there_is_no_start(disk: Disk) -> None:
    disk.write("topics/psoas.yml", "id: [\n")
    with pytest.raises(DataError):
        LiveLibrary()

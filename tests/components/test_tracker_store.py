from __future__ import annotations

import asyncio
import copy
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from components import tracker_store
from components.tracker_rows import StoreFault, TrackerRows
from components.tracker_store import TURNS, BoundedTrackerStore, make_table, window

ID = "c" * 22
SLOTS: list[Slot] = [
    TextSlot("topic", mappings=[{}]),
    TextSlot("safety_pinned", mappings=[{}]),
    TextSlot("requested_slot", mappings=[{}]),
    AnySlot("misses", mappings=[{}]),
    TextSlot("begun", mappings=[{}], initial_value="yes"),
]
NAMES = [slot.name for slot in SLOTS]


def tracker_of(events: list[Event], slots: list[Slot] = SLOTS) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(ID, events, copy.deepcopy(slots))


def turns_of(events: Any) -> int:
    return sum(isinstance(event, UserUttered) for event in events)


def turn(text: str, *events: Event) -> list[Event]:
    return [UserUttered(text, {"name": "ask"}), *events, BotUttered("said"), ActionExecuted("action_listen")]


BEGINNING: list[Event] = [
    ActionExecuted("action_session_start"),
    SessionStarted(),
    ActionExecuted("action_listen"),
]

# The window

values = st.none() | st.sampled_from(["psoas", "emdr", "T2"])
happenings = st.one_of(
    st.builds(SlotSet, st.sampled_from(NAMES), values),
    st.builds(SlotSet, st.just("misses"), st.integers(0, 2)),
    st.builds(ActiveLoop, st.sampled_from([None, "check_in_form", "contact_form"])),
    st.builds(ActionExecuted, st.sampled_from(["utter_answer", "utter_reply", "check_in_form"])),
    st.builds(BotUttered, st.just("said")),
    st.builds(LoopInterrupted, st.booleans()),
    st.builds(ActionExecutionRejected, st.just("check_in_form")),
    st.builds(AllSlotsReset),
    st.builds(Restarted),
    st.builds(SessionStarted),
)
turns = st.lists(st.lists(happenings, max_size=6), max_size=9)


def events_of(happened: list[list[Event]]) -> list[Event]:
    events = list(BEGINNING)
    for at, each in enumerate(happened):
        events += turn(f"message {at}", *each)
    return events


def standing(tracker: DialogueStateTracker) -> tuple[dict[str, Any], str | None]:
    return tracker.current_slot_values(), tracker.active_loop_name


@settings(max_examples=120)
@given(turns)
def test_the_window_leads_to_the_same_slots_and_form_as_the_whole_conversation(happened: list[list[Event]]) -> None:
    events = events_of(happened)
    assert standing(tracker_of(window(events))) == standing(tracker_of(events))


@given(turns)
def test_windows_of_windows_lose_nothing_over_a_whole_conversation(happened: list[list[Event]]) -> None:
    whole, kept = list(BEGINNING), list(BEGINNING)
    for at, each in enumerate(happened):
        happened_now = turn(f"message {at}", *each)
        whole += happened_now
        kept = window(kept + happened_now)
        assert standing(tracker_of(kept)) == standing(tracker_of(whole))
        assert turns_of(kept) == min(at + 1, TURNS)


@given(turns)
def test_a_window_is_bounded_however_long_the_conversation_was(happened: list[list[Event]]) -> None:
    events = events_of(happened)
    kept = window(events)
    last = sum(len(each) + 3 for each in happened[-TURNS:])
    assert len(kept) <= last + len(SLOTS) + len(BEGINNING) + 1


def test_a_short_conversation_is_kept_as_it_is() -> None:
    events = events_of([[]] * TURNS)
    assert window(events) == events


def test_the_last_turns_stay_as_events() -> None:
    events = events_of([[SlotSet("topic", str(at))] for at in range(8)])
    kept = window(events)
    start = next(at for at, event in enumerate(kept) if isinstance(event, UserUttered))
    assert kept[start:] == events[-len(kept[start:]) :]
    assert [event.text for event in kept if isinstance(event, UserUttered)] == [
        f"message {at}" for at in range(8 - TURNS, 8)
    ]


def test_a_slot_that_was_emptied_stays_empty_though_it_began_full() -> None:
    events = events_of([[SlotSet("begun", None)], [], [], [], []])
    assert tracker_of(window(events)).get_slot("begun") is None


def test_a_form_that_was_left_stays_left() -> None:
    events = events_of([[ActiveLoop("check_in_form")], [ActiveLoop(None)], [], [], []])
    assert tracker_of(window(events)).active_loop_name is None


def test_a_form_that_is_open_since_long_stays_open_with_its_question() -> None:
    opened = [ActiveLoop("check_in_form"), SlotSet("requested_slot", "where")]
    tracker = tracker_of(window(events_of([opened, [], [], [], [], []])))
    assert (tracker.active_loop_name, tracker.get_slot("requested_slot")) == ("check_in_form", "where")


# The store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tracker.sqlite'}"


@pytest.fixture
def open_store(domain: Domain, url: str) -> Callable[[], BoundedTrackerStore]:
    return lambda: BoundedTrackerStore(domain, url=url)


@pytest.fixture
def store(open_store: Callable[[], BoundedTrackerStore]) -> BoundedTrackerStore:
    return open_store()


def kept(store: BoundedTrackerStore, conversation: str = ID) -> DialogueStateTracker | None:
    return asyncio.run(store.retrieve(conversation))


def talk(store: BoundedTrackerStore, domain: Domain, messages: int, conversation: str = ID) -> DialogueStateTracker:
    """Say so many messages, each read back and saved as Rasa does; return the tracker after the last."""
    for at in range(messages):
        tracker = kept(store, conversation)
        if tracker is None:
            tracker = DialogueStateTracker.from_events(conversation, BEGINNING, domain.slots)
        for event in turn(f"message {at} " + "x" * 200, SlotSet("topic", f"card-{at}"), SlotSet("misses", 0)):
            tracker.update(event)
        asyncio.run(store.save(tracker))
    return tracker


def test_a_conversation_that_is_not_there_is_none(store: BoundedTrackerStore) -> None:
    assert kept(store) is None


def test_a_conversation_is_read_back_with_its_slots(store: BoundedTrackerStore, domain: Domain) -> None:
    talk(store, domain, 1)
    tracker = kept(store)
    assert tracker is not None
    assert tracker.get_slot("topic") == "card-0"
    assert tracker.sender_id == ID


def test_turn_65_reads_back_as_much_as_turn_5(store: BoundedTrackerStore, domain: Domain) -> None:
    talk(store, domain, 5)
    early = kept(store)
    talk(store, domain, 60)
    late = kept(store)
    assert early is not None
    assert late is not None
    assert turns_of(early.events) == turns_of(late.events) == TURNS
    assert len(late.events) == len(early.events)


def test_a_restarted_process_reads_the_conversation_back(
    open_store: Callable[[], BoundedTrackerStore], domain: Domain
) -> None:
    before = talk(open_store(), domain, 6)
    after = kept(open_store())
    assert after is not None
    assert standing(after) == standing(before)
    assert turns_of(after.events) == TURNS
    assert after.latest_message is not None
    assert after.latest_message.text == before.latest_message.text


def test_what_the_assistant_offered_survives_a_restart(
    open_store: Callable[[], BoundedTrackerStore], domain: Domain
) -> None:
    offered = {"messages": [{"text": "a", "choices": [{"label": "Why?", "payload": {"intent": "follow_up"}}]}]}
    tracker = DialogueStateTracker.from_events(ID, [*BEGINNING, BotUttered("a", metadata=offered)], domain.slots)
    asyncio.run(open_store().save(tracker))
    after = kept(open_store())
    assert after is not None
    assert after.events[-1].metadata["messages"] == offered["messages"]


def test_conversations_beyond_the_live_ones_are_read_from_the_database(
    store: BoundedTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "LIVE", 2)
    ids = [f"conversation-{each}" for each in range(5)]
    for each in ids:
        talk(store, domain, 1, each)
    assert len(store._live) == 2
    assert all(kept(store, each) is not None for each in ids)
    assert set(asyncio.run(store.keys())) == set(ids)


def test_conversations_do_not_mix(store: BoundedTrackerStore, domain: Domain) -> None:
    talk(store, domain, 3, "one-conversation")
    talk(store, domain, 1, "another-conversation")
    one, another = kept(store, "one-conversation"), kept(store, "another-conversation")
    assert one is not None
    assert another is not None
    assert (one.get_slot("topic"), another.get_slot("topic")) == ("card-2", "card-0")


# Forgetting


def rows(url: str) -> list[str]:
    with sa.create_engine(url).connect() as connection:
        return [row.id for row in connection.execute(sa.text("select id from rasa_conversation"))]


def test_a_deleted_conversation_is_gone_from_memory_and_database(
    open_store: Callable[[], BoundedTrackerStore], domain: Domain, url: str
) -> None:
    store = open_store()
    talk(store, domain, 2)
    asyncio.run(store.delete(ID))
    assert kept(store) is None
    assert kept(open_store()) is None
    assert rows(url) == []


def test_deleting_what_is_not_there_is_fine(store: BoundedTrackerStore) -> None:
    asyncio.run(store.delete("never-was-there"))


def test_a_deleted_conversation_leaves_no_words_on_the_disk(
    store: BoundedTrackerStore, domain: Domain, tmp_path: Path
) -> None:
    tracker = DialogueStateTracker.from_events(ID, [*BEGINNING, *turn("something very private")], domain.slots)
    asyncio.run(store.save(tracker))
    asyncio.run(store.delete(ID))
    assert b"very private" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_idle_conversations_are_erased_and_live_ones_stay(
    store: BoundedTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    talk(store, domain, 1, "an-old-conversation")
    with store._rows._engine.begin() as connection:
        connection.execute(sa.text("update rasa_conversation set touched = touched - 10000"))
    talk(store, domain, 1, "a-new-conversation")
    asyncio.run(store.erase_idle(time.time() - 5_000))
    assert rows(url) == ["a-new-conversation"]
    assert kept(store, "an-old-conversation") is None


def test_idle_conversations_are_looked_for_now_and_then_while_others_talk(
    store: BoundedTrackerStore, domain: Domain, url: str
) -> None:
    talk(store, domain, 1, "an-old-conversation")
    with store._rows._engine.begin() as connection:
        connection.execute(sa.text("update rasa_conversation set touched = 0"))
    talk(store, domain, 1, "a-new-conversation")
    assert len(rows(url)) == 2
    store._erased -= tracker_store.ERASE_EVERY + 1
    talk(store, domain, 1, "a-new-conversation")
    assert rows(url) == ["a-new-conversation"]


# The size on disk


def test_the_database_does_not_grow_with_the_turns(store: BoundedTrackerStore, domain: Domain, tmp_path: Path) -> None:
    def size() -> int:
        with store._rows._engine.begin() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return sum(path.stat().st_size for path in tmp_path.glob("tracker.sqlite*"))

    talk(store, domain, 10)
    early = size()
    talk(store, domain, 150)
    assert size() <= early * 1.1


def test_one_row_a_conversation_and_it_is_plain_json(store: BoundedTrackerStore, domain: Domain, url: str) -> None:
    talk(store, domain, 8)
    assert rows(url) == [ID]
    with sa.create_engine(url).connect() as connection:
        stored = connection.execute(sa.text("select events from rasa_conversation")).scalar_one()
    assert all("event" in event for event in json.loads(stored))


def test_the_database_is_named_by_the_environment(
    domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNCLENCH_TRACKER_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    talk(BoundedTrackerStore(domain), domain, 1)
    assert (tmp_path / "elsewhere.sqlite").is_file()


# Several Rasas over one database


@pytest.fixture
def two_stores(
    open_store: Callable[[], BoundedTrackerStore],
) -> tuple[BoundedTrackerStore, BoundedTrackerStore]:
    """Two Rasas' stores over one database, which SQLite is here (tests/topology has PostgreSQL)."""
    stores = open_store(), open_store()
    for store in stores:
        store._rows.is_shared = True
    return stores


def test_a_conversation_that_moved_to_another_rasa_and_came_back_is_read_as_it_is(
    two_stores: tuple[BoundedTrackerStore, BoundedTrackerStore], domain: Domain
) -> None:
    here, there = two_stores
    talk(here, domain, 1)
    talk(there, domain, 3)
    tracker = kept(here)
    assert tracker is not None
    assert (tracker.get_slot("topic"), tracker.latest_message.text[:9]) == ("card-2", "message 2")


def test_while_nobody_else_wrote_the_events_are_not_sent_again(
    two_stores: tuple[BoundedTrackerStore, BoundedTrackerStore], domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = two_stores
    talk(here, domain, 1)
    rows_read = []
    read = TrackerRows.read

    async def watched(self: TrackerRows, *given: Any) -> Any:
        rows_read.append(await read(self, *given))
        return rows_read[-1]

    monkeypatch.setattr(TrackerRows, "read", watched)
    assert asyncio.run(here.look(ID)) is not None
    assert kept(here) is not None
    assert [row.events for row in rows_read] == [None], "one look a message, without the events"


def test_what_another_rasa_erased_is_gone_here_too(
    two_stores: tuple[BoundedTrackerStore, BoundedTrackerStore], domain: Domain
) -> None:
    here, there = two_stores
    talk(here, domain, 1)
    asyncio.run(there.delete(ID))
    assert kept(here) is None
    assert ID not in here._live


def test_what_another_rasa_went_on_with_does_not_stay_in_memory_for_ever(
    two_stores: tuple[BoundedTrackerStore, BoundedTrackerStore], domain: Domain
) -> None:
    here, there = two_stores
    talk(here, domain, 1)
    asyncio.run(there.delete(ID))
    asyncio.run(here.erase_idle(time.time() + 1))
    assert ID not in here._live


# A database that fails


@pytest.fixture
def failing(store: BoundedTrackerStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Returns what makes the database fail, and mends it."""
    run = TrackerRows._run

    async def fails(self: TrackerRows, work: Any) -> Any:
        raise StoreFault("OperationalError")

    return lambda broken: monkeypatch.setattr(TrackerRows, "_run", fails if broken else run)


def test_what_could_not_be_saved_is_built_on_all_the_same_and_saved_with_the_next_message(
    store: BoundedTrackerStore, open_store: Callable[[], BoundedTrackerStore], domain: Domain, failing: Any
) -> None:
    store._rows.is_shared = True
    talk(store, domain, 1)
    failing(True)
    tracker = DialogueStateTracker.from_events(ID, [*BEGINNING, *turn("unsaved", SlotSet("topic", "emdr"))])
    asyncio.run(store.save(tracker))
    failing(False)
    after = kept(store)
    assert after is not None and after.get_slot("topic") == "emdr"
    asyncio.run(store.save(after))
    saved = kept(open_store())
    assert saved is not None and saved.get_slot("topic") == "emdr"


def test_a_look_at_a_database_that_fails_is_a_fault_and_never_an_empty_conversation(
    store: BoundedTrackerStore, domain: Domain, failing: Any
) -> None:
    store._rows.is_shared = True
    talk(store, domain, 1)
    failing(True)
    with pytest.raises(StoreFault):
        asyncio.run(store.look(ID))
    failing(False)
    assert asyncio.run(store.look(ID))


def test_a_fault_of_the_database_is_told_without_a_word_of_the_conversation(
    store: BoundedTrackerStore, domain: Domain, caplog: pytest.LogCaptureFixture
) -> None:
    talk(store, domain, 1)
    with store._rows._engine.begin() as connection:
        connection.execute(sa.text("drop table rasa_conversation"))
    talk(store, domain, 1)
    assert "tracker_not_saved: OperationalError" in caplog.text
    assert "message 0" not in caplog.text and ID not in caplog.text


def test_a_database_of_another_kind_is_refused(domain: Domain) -> None:
    with pytest.raises(RuntimeError, match="UNCLENCH_TRACKER_URL"):
        BoundedTrackerStore(domain, url="mysql://localhost/x")


def test_the_table_is_made_before_several_rasas_start_and_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNCLENCH_TRACKER_URL", f"sqlite:///{tmp_path / 'tracker.sqlite'}")
    for _ in range(2):
        make_table()
    with closing(sqlite3.connect(tmp_path / "tracker.sqlite")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("SELECT count(*) FROM rasa_conversation").fetchone() == (0,)

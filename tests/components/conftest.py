"""What the tests of Rasa's components share: the domain, and conversations built event by event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from knowledge import places

if TYPE_CHECKING:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker

MakeTracker = Callable[..., "DialogueStateTracker"]


@pytest.fixture(scope="session")
def domain() -> Domain:
    from rasa.shared.core.domain import Domain

    return Domain.load(str(places.ROOT / "domain.yml"))


@pytest.fixture
def make_tracker(domain: Domain) -> MakeTracker:
    """Return a maker of trackers: slots by name, the last message's entities and safety, what was said last."""
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    def make(
        slots: dict[str, Any] | None = None,
        entities: dict[str, Any] | None = None,
        safety: dict[str, Any] | None = None,
        said: list[dict[str, Any]] | None = None,
    ) -> DialogueStateTracker:
        events = [ActionExecuted("action_listen")]
        if said is not None:
            events.append(BotUttered("what was said", metadata={"messages": said}))
        found = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
        parse_data = {"text": "a message", "intent": {"name": "ask"}, "entities": found, "safety": safety}
        events.append(UserUttered("a message", {"name": "ask"}, found, parse_data=parse_data))
        events += [SlotSet(name, value) for name, value in (slots or {}).items()]
        return DialogueStateTracker.from_events("c" * 20, events, domain.slots)

    return make

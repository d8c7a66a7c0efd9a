"""SwiftProcessor: Rasa's message processor without what each message pays for and nobody reads.

Rasa copies the conversation before each action, in case what a policy predicted must be taken back; copies all events
for debug lines that are not written; asks each slot's mapping in turn whether the message fills it; makes all its
default actions anew to take one; and compiles the schema of an action server's answer for each answer. Together that
was a fifth of Rasa's processor time. What happens to a conversation is what Rasa's own processor does to it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import (
    Action,
    ActionBotResponse,
    ActionExecutionRejection,
    ActionListen,
    RemoteAction,
    action_for_index,
)
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, Event, SlotSet, UserUttered
from rasa.shared.core.slots import ListSlot
from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

#: What a mapping says that takes its value from an entity and asks for nothing else.
PLAIN = {"type", "entity"}


class SwiftProcessor(MessageProcessor):
    """Answers as MessageProcessor does."""

    @classmethod
    def like(cls, processor: MessageProcessor) -> SwiftProcessor:
        """Return a processor with the model and the neighbours of one that was loaded already."""
        own = cls.__new__(cls)
        own.__dict__.update(processor.__dict__)
        return own

    @cached_property
    def _fillers(self) -> Mapping[str, tuple[str, bool]] | None:
        return plain_slots(self.domain)

    @cached_property
    def _actions(self) -> dict[int, Action]:
        return {}

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill the slots from the message's entities. In a form, which may have wishes of its own, Rasa does it."""
        if self._fillers is None or tracker.active_loop_name:
            done: DialogueStateTracker = await super().run_action_extract_slots(output_channel, tracker)
            return done
        tracker.update_with_events(told(tracker, self._fillers), self.domain)
        return tracker

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """Return the next action with its prediction. Raises ActionLimitReached, as Rasa does."""
        if self.is_action_limit_reached(tracker, self.should_predict_another_action(tracker.latest_action_name)):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._action(prediction.max_confidence_index), prediction

    def _action(self, index: int) -> Action:
        """Return an action; those that keep nothing of a conversation are made once."""
        if index in self._actions:
            return self._actions[index]
        action = action_for_index(index, self.domain, self.action_endpoint)
        if type(action) is RemoteAction:
            action = CheckedAction(action.name(), self.action_endpoint)
        if type(action) in SIMPLE:
            self._actions[index] = action
        return action

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run one action; tell whether another one follows."""
        # What says something or waits never refuses, so that what was predicted can be noted before and not after it.
        is_sure = type(action) in (ActionBotResponse, ActionListen)
        seen = tracker if is_sure else tracker.copy()
        seen.update_with_events(prediction.events, self.domain)
        try:
            events: list[Event] = await action.run(output_channel, nlg, seen, self.domain) or []
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
            return bool(self.should_predict_another_action(action.name()))
        except Exception:
            logger.exception("action_failed: %s", action.name())
            events = []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events([] if is_sure else prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        if any(isinstance(event, UserUttered) for event in events):
            await self.run_action_extract_slots(output_channel, tracker)
        await self.execute_side_effects(events, tracker, output_channel)
        return bool(self.should_predict_another_action(action.name()))


class CheckedAction(RemoteAction):
    """An action of the action server, whose answer is checked against a schema that is compiled once."""

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        """Raise jsonschema's ValidationError for what is no answer."""
        _answer_schema().validate(result)
        return True


#: Actions that keep nothing of a conversation from one time to the next.
SIMPLE = (ActionBotResponse, ActionListen, CheckedAction)


@lru_cache(maxsize=1)
def _answer_schema() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def plain_slots(domain: Domain) -> Mapping[str, tuple[str, bool]] | None:
    """Return {slot: (entity, whether it keeps all values)}; None where a slot is filled in any other way."""
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions:
        return None
    found = {}
    for slot in domain.slots:
        if slot.name in DEFAULT_SLOT_NAMES:
            continue
        for mapping in slot.mappings:
            is_plain = mapping.get("type") == "from_entity" and set(mapping) <= PLAIN
            if not is_plain or len(slot.mappings) > 1 or mapping["entity"] not in domain.entities:
                return None
            found[slot.name] = (mapping["entity"], isinstance(slot, ListSlot))
    return found


def told(tracker: DialogueStateTracker, fillers: Mapping[str, tuple[str, bool]]) -> list[SlotSet]:
    """Return what the last message's entities fill, in the order of the slots."""
    values: dict[str, list[Any]] = {}
    for entity in tracker.latest_message.entities if tracker.latest_message else ():
        if entity.get("role") is None and entity.get("group") is None:
            values.setdefault(entity["entity"], []).append(entity["value"])
    events = []
    for slot, (entity, keeps_all) in fillers.items():
        if entity in values:
            value = values[entity] if keeps_all else values[entity][-1]
            if value is not None or tracker.get_slot(slot) is not None:
                events.append(SlotSet(slot, value))
    return events

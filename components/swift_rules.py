"""SwiftRules: Rasa's RulePolicy, which remembers what it decided after the same events.

Two thirds of a prediction go into building the states of a conversation and comparing each of them with every rule.
What rules can see of a conversation is little: intents, actions, the form, slots that influence it. After the same
course of these the decision is the same, so it is looked up; a course not met before is decided by Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY, TEXT

#: Courses remembered; later ones are decided anew. Cards share their intents, so that a turn has a few dozen.
REMEMBERED = 5_000

Course = tuple[Hashable, ...]
Found = tuple[str | None, str | None, bool]

#: What a rule sees of an event that is neither a slot's nor a visitor's.
_SEEN: Mapping[type[events.Event], Callable[[Any], Hashable]] = {
    events.ActionExecuted: lambda event: (event.action_name, event.action_text),
    events.ActionExecutionRejected: lambda event: event.action_name,
    events.ActiveLoop: lambda event: event.name,
    events.LoopInterrupted: lambda event: event.is_interrupted,
    events.DefinePrevUserUtteredFeaturization: lambda event: event.use_text_for_featurization,
    events.AllSlotsReset: lambda _: None,
    events.Restarted: lambda _: None,
    events.SessionStarted: lambda _: None,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SwiftRules(RulePolicy):
    """Decides as RulePolicy does, and looks up what it has decided before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take RulePolicy's arguments."""
        super().__init__(*args, **kwargs)
        self._remembered: dict[Course, Found] = {}
        self._rules_read_words: bool | None = None

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Found:
        """Return (action, rule, whether a form is come back to), as RulePolicy does."""
        course = None if use_text_for_last_user_input and self._read_words() else course_of(tracker, domain)
        if course is None:
            found: Found = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
            return found
        key = (use_text_for_last_user_input, *course)
        if key not in self._remembered:
            action, rule, back = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
            if action is None:
                rule = None  # Rasa names the state, with the visitor's words, which are not kept
            if len(self._remembered) >= REMEMBERED:
                return action, rule, back
            self._remembered[key] = action, rule, back
        return self._remembered[key]

    def _read_words(self) -> bool:
        """Tell whether a rule looks at the words themselves. Ours see intents; somebody's own might not."""
        if self._rules_read_words is None:
            self._rules_read_words = any(f'"{TEXT}"' in key for key in self.lookup[RULES])
        return self._rules_read_words


def course_of(tracker: DialogueStateTracker, domain: Domain) -> Course | None:
    """Return all that rules can see of a conversation's events; None when one of them is not known here."""
    course: list[Hashable] = []
    for event in tracker.events:
        kind = type(event)
        if kind is events.BotUttered:
            continue
        if kind is events.SlotSet:
            slot = tracker.slots.get(event.key)
            if slot is not None and slot.has_features():
                course.append((event.key, repr(event.value)))
        elif kind is events.UserUttered:
            entities = domain._get_featurized_entities(event)
            course.append((event.intent.get(INTENT_NAME_KEY), event.use_text_for_featurization, frozenset(entities)))
        elif kind in _SEEN:
            course.append((event.type_name, _SEEN[kind](event)))
        else:
            return None
    return tuple(course)

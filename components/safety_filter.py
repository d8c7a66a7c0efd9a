"""SafetyFilter: the first to read every message, in every state. Rasa's side of `knowledge.safety`.

A raised message gets the intent `crisis` and the entities the rules of the dialogue need; nothing after it may change
that. What is said is data/safety/replies.yml, through `knowledge.safety.replies`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import counts
from components.canary import RAISED, SENTENCE
from components.check_in_routing import FORM
from components.embedding import shared_embedding
from components.embedding_store import embed_examples
from components.entities import add_entities
from components.learned_from import learned_from
from components.sentence_embedder import sentence_of
from knowledge import places
from knowledge.check_in.content import check_in
from knowledge.check_in.denial import Denial
from knowledge.logs import about
from knowledge.safety import Assessment, Context, SafetyRules, train_classifier
from knowledge.safety import SafetyFilter as Filter
from knowledge.safety.assessment import more_urgent
from knowledge.safety.classifier import Classifier
from knowledge.safety.data import SAFETY as SAFETY_DATA
from knowledge.safety.help_lines import load_help_lines
from knowledge.safety.replies import check_replies, load_replies

logger = logging.getLogger(__name__)

SAFETY = "safety"
#: Tiers after which the next ordinary message is answered with one small next step first.
STEP_AFTER = ("T1", "T2")
#: What that step comes to with the next message: it is said once.
AFTERWARDS = {"due": "saying", "saying": "said"}
CRISIS = "crisis"
#: The code that learns, and what lies in data/safety but is read when the services start.
KNOWLEDGE = places.ROOT / "knowledge"
READ_AT_START = ("help_lines.yml", "replies.yml", "table.yml")
#: Marks the entities of the filter: no component after it may change them.
EXTRACTOR = "SafetyFilter"


class SafetyNotReady(RuntimeError):
    """The filter cannot work: the service must not start."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyFilter(GraphComponent):
    """The Rasa component. Without a trained classifier it refuses to read a message."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, rules: SafetyRules, classifier: Classifier | None = None
    ) -> None:
        """Take Rasa's storage, the compiled rules, and the classifier when there is one."""
        self._model_storage = model_storage
        self._resource = resource
        self._rules = rules
        self._filter = Filter(rules, classifier) if classifier else None
        self._denial = Denial(check_in().controls)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyFilter:
        """Return an untrained component (Rasa calls this)."""
        return cls(model_storage, resource, _checked_rules())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SafetyFilter:
        """Return the trained component. Raises when rules, replies, help lines or weights are missing or broken."""
        rules = _checked_rules()
        with model_storage.read_from(resource) as folder:
            classifier = Classifier.load(Path(folder), rules.features)
        component = cls(model_storage, resource, rules, classifier)
        component._try_out()
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the classifier is made from: Rasa sees none of it, and took an old one from its cache."""
        return learned_from(examples_and_code())

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier on data/ (the training data of the dialogue plays no part)."""
        classifier = train_classifier(embed_examples, self._rules)
        with self._model_storage.write_to(self._resource) as folder:
            classifier.save(Path(folder))
        self._filter = Filter(self._rules, classifier)
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Assess each message; Rasa's graph hands in the conversation's tracker."""
        context = context_of(tracker)
        for message in messages:
            text = message.get(TEXT)
            # A tapped choice arrives as "/intent{...}" and holds no words of the visitor.
            if text and not text.startswith("/"):
                with counts.timed("safety"):
                    assessment = self._assess(message, text, for_answer(context, text, self._denial))
                _write(message, assessment, context, tracker)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data unchanged."""
        return training_data

    def _assess(self, message: Message, text: str, context: Context) -> Assessment:
        try:
            if self._filter is None:
                raise SafetyNotReady("the safety filter was used before it was trained or loaded")
            return self._filter.assess(text, sentence_of(message), context)
        except Exception as error:  # whatever broke, a visitor in need must not be passed over
            counts.filter_failures.labels(type(error).__name__).inc()
            logger.error("safety_filter_failed", extra={**about(error, with_words=False), "treated_as": "T3"})
            return Assessment(tier="T3", kind="self", lang=context.language or "en", ask="t3", by="failure")

    def _try_out(self) -> None:
        """One plain sentence must be raised, or the service does not start."""
        if self._filter is None:
            raise SafetyNotReady("the safety filter has no classifier")
        if self._filter.assess(SENTENCE, shared_embedding().sentence(SENTENCE)).tier not in RAISED:
            raise SafetyNotReady("the safety filter does not recognise a plain crisis: train again (make run)")


def examples_and_code(data: Path = SAFETY_DATA, code: Path = KNOWLEDGE) -> list[Path]:
    """Return the files with examples, rules and words, and those of the code that learns from them."""
    files = [*data.rglob("*.yml"), *code.glob("safety/*.py"), code / "hashing.py"]
    return [path for path in files if path.name not in READ_AT_START]


def _checked_rules() -> SafetyRules:
    """Load everything under data/safety; SafetyNotReady when a reply or a line is missing."""
    faults = check_replies(load_replies(), load_help_lines())
    if faults:
        raise SafetyNotReady("; ".join(faults))
    return SafetyRules()


def for_answer(context: Context, text: str, denial: Denial) -> Context:
    """Return the context of one message: in the check-in it is known whether the message is a plain no."""
    return replace(context, plain_no=context.state == FORM and denial.is_plain(text))


def context_of(tracker: DialogueStateTracker | None) -> Context:
    """Return what the conversation knows: the open question, what is pinned, the form."""
    if tracker is None:
        return Context()
    return Context.from_mapping(
        {
            "asked": tracker.get_slot("safety_asked"),
            "pinned": tracker.get_slot("safety_pinned"),
            "kind": tracker.get_slot("safety_kind"),
            "state": tracker.active_loop_name,
            "language": tracker.get_slot("language") or tracker.get_slot("safety_language"),
        }
    )


def _write(
    message: Message, assessment: Assessment, context: Context, tracker: DialogueStateTracker | None = None
) -> None:
    message.set(SAFETY, assessment.as_dict(), add_to_output=True)
    if not assessment.interrupts:
        if context.asked:  # something else was said: our question is closed
            add_entities(message, {"safety_asked": "none"}, EXTRACTOR)
        step = AFTERWARDS.get(tracker.get_slot("safety_step")) if tracker else None
        if step:
            add_entities(message, {"safety_step": step}, EXTRACTOR)
        return
    intent = {"name": CRISIS, "confidence": 1.0}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
    add_entities(
        message,
        {
            "safety_tier": assessment.tier,
            "safety_kind": assessment.kind,
            "safety_asked": assessment.ask or "none",
            "safety_answer": assessment.answer or "none",
            "safety_pinned": more_urgent(_pins(assessment), context.pinned or "T0"),
            "safety_language": assessment.lang,
            # Whatever else is pinned: an emergency before or after it takes no step away.
            **({"safety_step": "due"} if assessment.tier in STEP_AFTER else {}),
        },
        EXTRACTOR,
    )


def _pins(assessment: Assessment) -> str:
    """Return the tier that stays pinned: an emergency that was only asked about is, until it is settled, a question."""
    return "T3" if assessment.ask == "right_now" else assessment.tier

"""The safety core: rules and classifier joined into a tier and a kind, and the fixed replies. Pure Python, no Rasa."""

from knowledge.safety.assessment import TIERS, Assessment, Context
from knowledge.safety.filter import SafetyFilter, SafetyRules, train_classifier, training_examples

__all__ = ["TIERS", "Assessment", "Context", "SafetyFilter", "SafetyRules", "train_classifier", "training_examples"]

"""Safety first: from a message to a tier (T1, T2, T3, M1, M2, T0), and from a tier to the fixed reply (docs/safety.md)."""

from knowledge.safety.assessment import TIERS, Assessment, Context
from knowledge.safety.filter import SafetyFilter, SafetyRules, train_classifier, training_examples

__all__ = ["TIERS", "Assessment", "Context", "SafetyFilter", "SafetyRules", "train_classifier", "training_examples"]

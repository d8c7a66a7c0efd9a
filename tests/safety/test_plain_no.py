"""A plain no in the check-in: what it may take away from the filter, tried for every outcome, and nothing more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from components.check_in_routing import FORM
from components.safety_filter import for_answer
from knowledge.check_in.content import check_in
from knowledge.check_in.denial import Denial
from knowledge.safety import Assessment, Context, SafetyFilter, SafetyRules
from knowledge.safety.classifier import Seen
from knowledge.safety.features import Matrix
from knowledge.safety.table import GROUPS

#: Beliefs on both sides of every threshold of data/safety/table.yml.
BELIEFS = (0.0, 0.37, 0.66, 0.9, 0.999)
#: Plain noes, and sentences that some rule or word speaks against, as if they had been taken for one by mistake.
NOES = ["no", "none of these", "nothing like that, thanks"]
OTHERS = [
    "i want to die",
    "no, i'm not suicidal",
    "no one would miss me",
    "my chest hurts",
    "no, my leg is swollen and warm",
]
IN_THE_FORM = Context(state=FORM)


class Blank:
    """A text of which the embedding knows nothing."""

    row = np.zeros(384, dtype=np.float32)

    def parts(self, parts: Sequence[str]) -> Matrix:
        return np.zeros((len(parts), 384), dtype=np.float32)


class Believes:
    """A classifier that believes what it is told to."""

    def __init__(self) -> None:
        self.belief: dict[str, float] = {}

    def probabilities(self, messages: Sequence[Seen]) -> list[dict[str, float]]:
        return [dict(self.belief) for _ in messages]


def assessed(rules: SafetyRules, text: str) -> list[tuple[Assessment, Assessment]]:
    """Return (as it is, as a plain no) for every combination of beliefs."""
    classifier = Believes()
    safety = SafetyFilter(rules, classifier)  # type: ignore[arg-type]
    pairs = []
    for values in itertools.product(BELIEFS, repeat=len(GROUPS)):
        classifier.belief = dict(zip(GROUPS, values, strict=True))
        as_it_is = safety.assess(text, Blank(), Context(state=FORM))
        pairs.append((as_it_is, safety.assess(text, Blank(), Context(state=FORM, plain_no=True))))
    return pairs


@pytest.mark.parametrize("text", [*NOES, *OTHERS])
def test_it_takes_away_a_question_that_the_classifier_alone_would_ask_and_nothing_else(
    rules: SafetyRules, text: str
) -> None:
    spoken = bool(rules.read(text)[1].findings)
    for as_it_is, as_a_no in assessed(rules, text):
        if as_a_no != as_it_is:
            assert (as_it_is.tier, as_it_is.by, spoken) == ("T3", "classifier", False)
            assert as_a_no.tier == "T0"


@pytest.mark.parametrize("text", NOES)
def test_no_crisis_and_no_emergency_is_ever_taken_away(rules: SafetyRules, text: str) -> None:
    tiers = {(one.tier, other.tier) for one, other in assessed(rules, text)}
    assert {("T2", "T2"), ("M1", "M1"), ("M2", "M2"), ("T3", "T0"), ("T0", "T0")} == tiers


@pytest.mark.parametrize("state", [None, "another_form"])
def test_outside_the_check_in_no_message_counts_as_a_plain_no(state: str | None) -> None:
    denial = Denial(check_in().controls)
    assert for_answer(IN_THE_FORM, "no", denial).plain_no
    assert not for_answer(Context(state=state), "no", denial).plain_no
    assert not for_answer(IN_THE_FORM, "no one would miss me", denial).plain_no

"""Ready means that a plain crisis is raised, by whatever model is loaded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from components.canary import CANARY_SECONDS, SENTENCE, Canary


class Rasa:
    """Reads the sentence as `tier` says; `broken` raises."""

    def __init__(self, tier: str | None, broken: bool = False) -> None:
        self.tier, self.broken, self.read = tier, broken, 0

    async def parse(self, text: str) -> dict[str, Any]:
        assert text == SENTENCE
        self.read += 1
        if self.broken:
            raise RuntimeError("planted")
        return {"safety": {"tier": self.tier}} if self.tier else {}


def is_raised(rasa: Rasa, canary: Canary | None = None) -> bool:
    return asyncio.run((canary or Canary()).is_raised(rasa.parse))


@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_a_model_that_raises_a_plain_crisis_is_ready(tier: str) -> None:
    assert is_raised(Rasa(tier))


@pytest.mark.parametrize("tier", ["T0", "T3", "M1", None])
def test_a_model_that_takes_a_plain_crisis_for_something_else_is_not(tier: str | None) -> None:
    assert not is_raised(Rasa(tier))


def test_a_model_that_breaks_on_it_is_not_ready() -> None:
    assert not is_raised(Rasa("T2", broken=True))


def test_it_is_looked_at_again_only_after_a_while() -> None:
    now = 0.0
    canary, rasa = Canary(lambda: now), Rasa("T2")
    assert is_raised(rasa, canary)
    rasa.tier = "T0"
    now = CANARY_SECONDS - 1
    assert is_raised(rasa, canary) and rasa.read == 1
    now = CANARY_SECONDS
    assert not is_raised(rasa, canary) and rasa.read == 2

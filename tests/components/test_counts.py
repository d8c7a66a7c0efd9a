"""Stages are measured around Rasa's own methods, which go on doing what they did."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.processor import MessageProcessor

from components import counts


def seen(stage: str) -> float:
    return counts.registry.get_sample_value("unclench_rasa_stage_seconds_count", {"stage": stage}) or 0


def test_every_stage_is_a_method_that_rasa_has() -> None:
    assert all(callable(getattr(MessageProcessor, method)) for method in counts.METHODS.values())


class Processor:
    """Has the methods of Rasa's."""

    async def parse_message(self, text: str) -> str:
        return text.upper()

    def predict_next_with_tracker_if_should(self) -> int:
        return 5

    async def _run_action(self) -> None:
        raise RuntimeError("planted")

    async def fetch_tracker_and_update_session(self) -> str:
        return "tracker"

    async def save_tracker(self) -> None:
        return None


def test_a_measured_method_does_what_it_did_and_is_counted() -> None:
    processor = Processor()
    before = {stage: seen(stage) for stage in counts.STAGES}
    counts.measure(processor)
    assert asyncio.run(processor.parse_message("words")) == "WORDS"
    assert processor.predict_next_with_tracker_if_should() == 5
    with pytest.raises(RuntimeError, match="planted"):
        asyncio.run(processor._run_action())
    changed = {stage: seen(stage) - before[stage] for stage in counts.STAGES}
    assert (changed["understanding"], changed["policy"], changed["action"], changed["keeping"]) == (1, 1, 1, 0)


def test_the_text_of_the_counts_holds_names_and_numbers_only() -> None:
    with counts.timed("safety"):
        pass
    text = counts.text().decode()
    assert 'unclench_rasa_stage_seconds_count{stage="safety"}' in text

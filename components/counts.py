"""Counts of Rasa's process for Prometheus: messages, failures of the safety filter, seconds by stage. No text, no id.

The stages are measured from outside, around the methods of Rasa's processor that it calls once a stage; nothing of it
is changed. `safety` is a part of `understanding`; what `message` holds beyond the stages is Rasa's own housekeeping.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    Summary,
    generate_latest,
)

#: What is measured, and the method of Rasa's processor that does it.
METHODS = {
    "understanding": "parse_message",
    "policy": "predict_next_with_tracker_if_should",
    "action": "_run_action",
    "reading": "fetch_tracker_and_update_session",
    "keeping": "save_tracker",
}
STAGES = (*METHODS, "safety", "message")

CONTENT_TYPE = CONTENT_TYPE_LATEST

registry = CollectorRegistry()
messages = Counter("unclench_rasa_messages", "Messages answered, by outcome", ["outcome"], registry=registry)
filter_failures = Counter(
    "unclench_rasa_safety_filter_failures",
    "Messages on which the safety filter broke and that were treated as T3",
    ["fault"],
    registry=registry,
)
ready = Gauge(
    "unclench_rasa_ready", "1 while a model is loaded and its safety filter raises a plain crisis", registry=registry
)
# sums and numbers only: buckets would cost each message more, and `web` has them for the whole
_seconds = Summary("unclench_rasa_stage_seconds", "Seconds by stage of a message", ["stage"], registry=registry)
_stage = {stage: _seconds.labels(stage) for stage in STAGES}
ProcessCollector(registry=registry)


def text() -> bytes:
    """Return all counts in the text format of Prometheus."""
    return generate_latest(registry)


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Count the seconds of what happens inside."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _stage[stage].observe(time.perf_counter() - began)


def measure(processor: Any) -> None:
    """Have the stages of a processor measured from now on."""
    for stage, method in METHODS.items():
        setattr(processor, method, _measured(stage, getattr(processor, method)))


def _measured(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
    observe = _stage[stage].observe

    @wraps(work)
    async def later(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return await work(*args, **kwargs)
        finally:
            observe(time.perf_counter() - began)

    @wraps(work)
    def now(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            observe(time.perf_counter() - began)

    return later if iscoroutinefunction(work) else now

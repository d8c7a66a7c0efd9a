"""Where the processor time of a message goes: by process, and by stage inside Rasa from its own counts."""

from __future__ import annotations

import re
import urllib.request
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.services import Services

_SUM = re.compile(r'^unclench_rasa_stage_seconds_sum\{stage="(\w+)"\} (\S+)$', re.MULTILINE)


def read(running: Services) -> dict[str, float]:
    """Return the seconds that each stage took so far, in all of our Rasas."""
    total: Counter[str] = Counter()
    for address in running.environment["UNCLENCH_RASA_URL"].split(","):
        asked = urllib.request.Request(  # noqa: S310 (loopback)
            f"{address}/webhooks/unclench/metrics",
            headers={"X-Unclench-Secret": running.environment["UNCLENCH_RASA_SECRET"]},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            total.update(stages_in(answer.read().decode()))
    return dict(total)


def stages_in(text: str) -> dict[str, float]:
    """Return the seconds by stage that a page of counts holds."""
    return {stage: float(seconds) for stage, seconds in _SUM.findall(text)}


def per_message(counted: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return milliseconds a message, by process and by stage; nothing where no message was answered."""
    messages = counted["messages"]
    if not messages:
        return {"cpu_ms_per_message": {}, "stage_ms_per_message": {}}
    return {
        "cpu_ms_per_message": {name: round(cpu / messages, 2) for name, cpu in counted["cpu_ms"].items()},
        "stage_ms_per_message": {name: round(each / messages, 2) for name, each in counted["stage_ms"].items()},
    }

"""With everything turned up, nothing that anybody wrote is in any log of any of the three processes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conversations.dsl import Chat
from tests.running import RASA_SECRET
from tests.services import Running, running_assistant

pytestmark = pytest.mark.slow

#: A word that no code, card or library has.
MARKER = "zebrafinch"
SOUGHT = re.compile(r"zebrafinch|quillfeather|480.?555.?0147|4805550147", re.IGNORECASE)


@pytest.fixture(scope="module", params=["info", "debug"])
def loud(request: pytest.FixtureRequest) -> Iterator[Running]:
    """The assistant as `make run` starts it; at "debug" Rasa's own settings are turned up as far as they go too."""
    settings = {"UNCLENCH_LOG_LEVEL": request.param, "UNCLENCH_VERBOSE": "1", "UNCLENCH_RASA_SECRET": RASA_SECRET}
    if request.param == "debug":
        settings |= {"LOG_LEVEL": "DEBUG", "LOG_LEVEL_LIBRARIES": "DEBUG"}
    with running_assistant(**settings) as running:
        yield running


def talk(running: Running) -> list[str]:
    """Write the marker wherever something can be written; the ids and tokens, which logs must not hold either."""
    chat = Chat(running.url)
    chat.says(f"is my {MARKER} stored in the hips?")
    chat.says(f"my {MARKER} wants to die")
    chat.says(f"{MARKER} " * 80)
    chat.says(f'/restart{{"{MARKER}": 1}}')
    chat.says("start over")
    chat.post(json={"choice": MARKER})
    chat.post(content=f'{{"{MARKER}'.encode())
    asked = Chat(running.url)
    asked.says("start the check-in")
    for answer in ("yes", f"none, {MARKER}", f"my {MARKER} hurts", f"{MARKER} weeks", "back", "stop"):
        asked.says(answer)
    moving = Chat(running.url)
    moving.says("show me a stretch for my hips")
    moving.says(f"I have a {MARKER} replacement")
    moving.says("next")
    form = {
        "name": f"{MARKER} Quillfeather",
        "phone": "480 555 0147",
        "email": f"{MARKER}@example.org",
        "best_time": f"I want to die, {MARKER}",
        "consent": True,
    }
    key = {"Idempotency-Key": f"{MARKER}-key", "User-Agent": MARKER, "X-Request-Id": MARKER}
    assert chat.http.post("/api/contact-requests", json=form, headers=key).status_code == 201
    chat.http.post("/api/contact-requests", json={**form, "phone": MARKER}, headers=key)
    chat.http.post("/contact", data={**form, "consent": "yes"})
    chat.http.get(f"/{MARKER}?{MARKER}={MARKER}")
    with httpx.Client(base_url=f"http://127.0.0.1:{running.rasas[0]}/webhooks/unclench") as rasa:
        rasa.headers["X-Unclench-Secret"] = RASA_SECRET
        rasa.post("/messages", json={"conversation": "short", "text": MARKER})
        rasa.post("/messages", content=MARKER)
        rasa.post("/assess", json={"texts": [f"I want to die, {MARKER}"]})
        rasa.get(f"/{MARKER}")
    with httpx.Client(base_url=f"http://127.0.0.1:{running.ports['UNCLENCH_ACTIONS_PORT']}") as actions:
        actions.post("/webhook", content=MARKER)
        actions.post("/webhook", json={"next_action": MARKER, "tracker": {"latest_message": {"text": MARKER}}})
        broken = {"next_action": "action_start_over", "sender_id": MARKER, "domain": {}, "tracker": {"slots": MARKER}}
        actions.post("/webhook", json=broken)
    for each in (asked, moving, chat):
        each.http.delete(f"/api/conversations/{each.id}", headers=each.authorization)
    return [chat.id, chat.token, asked.id, asked.token, moving.id, RASA_SECRET]


def lines_of(running: Running) -> list[dict[str, Any]]:
    """Return what the three processes logged, each line with the process that wrote it."""
    found = []
    for said in running.said:
        process, bar, line = said.partition(" | ")
        if bar and process in ("web", "rasa", "actions"):
            try:
                found.append({"from": process, **json.loads(line)})
            except ValueError:
                pytest.fail(f"{process} wrote something that is no JSON: {line[:60]!r}")
    return found


def test_no_log_holds_what_was_written_and_every_line_is_json(loud: Running) -> None:
    secrets = talk(loud)
    lines = lines_of(loud)
    assert {line["from"] for line in lines} == {"web", "rasa", "actions"}
    assert all(line["level"] and line["event"] and line["time"] for line in lines)
    everything = "\n".join(loud.said)
    assert not SOUGHT.findall(everything), [line for line in loud.said if SOUGHT.search(line)][:3]
    assert not [secret for secret in secrets if secret in everything]


def test_the_counts_of_both_processes_hold_nothing_of_it_either(loud: Running) -> None:
    secrets = talk(loud)
    asked = [f"http://127.0.0.1:{port}/webhooks/unclench/metrics" for port in loud.rasas]
    counts = "".join(httpx.get(url, headers={"Authorization": f"Bearer {RASA_SECRET}"}).text for url in asked)
    everything = counts + httpx.get(f"{loud.url}/metrics").text
    assert not SOUGHT.findall(everything) and not [secret for secret in secrets if secret in everything]
    for stage in ("understanding", "safety", "policy", "action", "reading", "keeping", "message"):
        lines = [line for line in counts.splitlines() if f'seconds_count{{stage="{stage}"}}' in line]
        assert sum(float(line.split()[-1]) for line in lines) >= 5, stage
    assert counts.count("unclench_rasa_ready 1.0") == len(loud.rasas)

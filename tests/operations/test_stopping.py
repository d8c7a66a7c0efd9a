"""Told to stop while a message is on its way through all three processes, the assistant answers it first."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.conversations.dsl import Chat
from tests.services import running_assistant
from tools.run import STOP_ORDER, STOP_SECONDS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="the processes are found in /proc, which only Linux has"),
]


def process_of(supervisor: int, words: str) -> int:
    """Return the id of the process below a supervisor whose command line holds these words, not that of a copy."""
    parents: dict[int, int] = {}
    named: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if words in (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                named.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            continue

    def is_below(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == supervisor:
                return True
        return False

    [found] = [each for each in named if is_below(each) and parents[each] not in named]
    return found


@pytest.mark.parametrize("told", ["supervisor", "rasa"])
def test_a_message_that_waits_for_the_action_server_is_answered_before_everything_ends(told: str) -> None:
    """Told is the supervisor, as by Ctrl-C, or Rasa alone, as by a rolling update."""
    with running_assistant(UNCLENCH_RASA_TIMEOUT_SECONDS="7") as running:
        chat = Chat(running.url)
        chat.says("what is the psoas?")
        actions = process_of(running.supervisor.pid, "-m actions")
        rasa = process_of(running.supervisor.pid, "components.quick_rasa")
        answers: list[int | str] = []

        def start_over() -> None:
            try:
                answer = chat.post(json={"text": "start over"})
                answers.append(answer.status_code)
                answers.append(answer.json()["messages"][0]["topic"] or "safe reply")
            except Exception as fault:
                answers.append(type(fault).__name__)

        os.kill(actions, signal.SIGSTOP)  # the message will wait there
        under_way = threading.Thread(target=start_over, daemon=True)
        under_way.start()
        time.sleep(1)
        began = time.monotonic()
        os.kill(running.supervisor.pid if told == "supervisor" else rasa, signal.SIGTERM)
        time.sleep(0.7)
        os.kill(actions, signal.SIGCONT)
        under_way.join(timeout=30)
        assert answers == [200, "start-over"]
        running.supervisor.wait(timeout=60)
        assert time.monotonic() - began < len(STOP_ORDER) * STOP_SECONDS + 5, "within the bound"
        if told == "supervisor":
            assert (running.supervisor.returncode, running.said[-1]) == (0, "Stopped.")
        else:
            assert any(line.startswith("rasa ended by itself") for line in running.said)

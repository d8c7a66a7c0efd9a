import os
import socket
import sys
from pathlib import Path

import pytest

from bench.services import ServiceFault, Services, free_port, resident

SERVE = f'exec "{sys.executable}" -m http.server --bind 127.0.0.1 '


def test_a_free_port_can_be_listened_on():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="resident memory is read from /proc")
def test_this_process_has_memory_and_an_ended_one_has_none():
    assert resident(os.getpid()) > 10
    assert resident(2**22 + 1) == 0


def test_a_service_is_ready_when_it_answers_and_gone_afterwards(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with Services({"files": f"{SERVE}{port}"}, os.environ, [url], tmp_path, tmp_path) as running:
        assert running.seconds_to_ready > 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_service_that_ends_shows_its_last_lines(tmp_path):
    service = Services(
        {"broken": "echo no model here; exit 3"}, os.environ, ["http://127.0.0.1:9/"], tmp_path, tmp_path
    )
    with pytest.raises(ServiceFault, match="no model here"), service:
        pass

"""Ports of `make run`: what is no port, taken or named twice is refused in one sentence."""

from __future__ import annotations

import socket

import pytest

from tests.services import free_port
from tools import run


@pytest.mark.parametrize(
    ("setting", "value", "ports"),
    [
        ("UNCLENCH_PORT", "8000", [8000]),
        ("UNCLENCH_RASA_PORT", "5005", [5005]),
        ("UNCLENCH_RASA_PORT", "5005,5006", [5005, 5006]),
        ("UNCLENCH_RASA_PORT", " 5005, 65535 ", [5005, 65535]),
    ],
)
def test_a_setting_names_one_port_and_rasas_may_name_several(setting: str, value: str, ports: list[int]) -> None:
    assert run._ports(setting, value) == ports


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("UNCLENCH_PORT", "8000,8001"),
        *[
            ("UNCLENCH_RASA_PORT", value)
            for value in ("0", "65536", "-1", "five", "5005,", ",", "5005 5006", "1.5", "²")
        ],
    ],
)
def test_what_is_no_port_is_refused_in_one_sentence(setting: str, value: str) -> None:
    with pytest.raises(SystemExit, match=f"^{setting} is not a port from 1 to 65535.*\\.$"):
        run._ports(setting, value)


def ports(rasas: list[int]) -> dict[str, list[int]]:
    return {"UNCLENCH_PORT": [free_port()], "UNCLENCH_RASA_PORT": rasas, "UNCLENCH_ACTIONS_PORT": [free_port()]}


def test_a_port_that_is_taken_is_refused_with_the_setting_that_names_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {taken} for Rasa is taken.*UNCLENCH_RASA_PORT"):
            run._refuse_taken(ports([free_port(), taken]))


def test_a_port_that_is_named_twice_is_refused_and_free_ones_are_not() -> None:
    twice = free_port()
    with pytest.raises(SystemExit, match=f"Port {twice} for Rasa is taken"):
        run._refuse_taken(ports([twice, twice]))
    run._refuse_taken(ports([twice]))
    run._refuse_taken(ports([twice]))  # and what was tried is let go of

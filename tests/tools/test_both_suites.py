from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.both_suites import both

SAYS = "import sys; print({!r}); sys.exit({})"


def command(words: str, status: int) -> list[str]:
    return [sys.executable, "-c", SAYS.format(words, status)]


@pytest.mark.parametrize(("here", "there"), [(0, 0), (1, 0), (0, 1), (2, 3)])
def test_both_run_to_their_end_and_one_failure_is_a_failure(
    here: int, there: int, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert both(command("from here", here), command("from there", there), tmp_path) == int(bool(here or there))
    said = capfdbinary.readouterr().out.decode()
    assert said.index("from here") < said.index(f"{tmp_path.name}:") < said.index("from there")

"""Runs both test suites at once, as each spends half of its time waiting for services: `python -m tools.both_suites`.

The lines of the Rasa side's suite are printed as they come, those of `web` when the other is through. A process and not
a shell's `&`: that would have its children ignore Ctrl-C, which is one of the things that are tested.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from knowledge import places

WEB = places.ROOT / "web"
PYTEST = ("-m", "pytest")


def main() -> int:
    """Return 0 when both passed."""
    return both([sys.executable, *PYTEST], [str(WEB / ".venv" / "bin" / "python"), *PYTEST], WEB)


def both(here: Sequence[str], there: Sequence[str], folder: Path) -> int:
    """Run one command here and another in `folder` at the same time; return 0 when both do, else 1."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (our own commands)
            there, cwd=folder, stdout=said, stderr=subprocess.STDOUT
        ) as other,
    ):
        try:
            failed = subprocess.run(here, check=False).returncode  # noqa: S603
            failed_there = other.wait()
        except BaseException:
            other.terminate()
            raise
        said.seek(0)
        print(f"\n{folder.name}:", flush=True)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return int(bool(failed or failed_there))


if __name__ == "__main__":
    sys.exit(main())

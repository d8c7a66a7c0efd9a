"""The kill switch: while it is off, nobody is answered by Rasa; everybody gets the help lines, the phone and the form.

`make off` writes a file that is looked for on every message, so that no process has to start again; `make on` takes it
away. `UNCLENCH_OFF` does the same for whole deployments.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Switch:
    """`always` is the setting, `path` the file of `make off`."""

    always: bool
    path: Path

    def is_off(self) -> bool:
        """Whether answering is switched off now. A file that cannot be looked for counts as one that is there."""
        try:
            return self.always or self.path.exists()
        except OSError:
            return True

"""Where the files of the project are, found from this package's own place and never from the working directory."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """The files and folders that `web` reads, and the one that it writes to (`var`)."""

    root: Path = CHECKOUT

    @property
    def clinic(self) -> Path:
        """All that one clinic changes."""
        return self.root / "clinic.yml"

    @property
    def wording(self) -> Path:
        """Every sentence that a visitor reads from `web`."""
        return self.root / "data" / "web.yml"

    @property
    def staff_wording(self) -> Path:
        """Every sentence that the clinic's staff read."""
        return self.root / "data" / "staff.yml"

    @property
    def help_lines(self) -> Path:
        """The help lines, with the date on which each was checked."""
        return self.root / "data" / "safety" / "help_lines.yml"

    @property
    def off(self) -> Path:
        """The file by which `make off` stops the answers."""
        return self.var / "off"

    @property
    def var(self) -> Path:
        """What a run makes: databases and development keys."""
        return self.root / "var"

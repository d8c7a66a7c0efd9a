"""Where the project's data lies. Every path is found from this file, never from the working directory."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
CLINIC = ROOT / "clinic.yml"

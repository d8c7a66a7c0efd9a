"""`python -m tools.drawings`: writes the drawings of the movements for `web`; --check only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from knowledge import places
from tools.drawings.faces import FACES_SIDED
from tools.drawings.figure import LOW, STANDING, svg
from tools.drawings.scenes import ALONE, SIDED

FOLDER = places.ROOT / "web" / "unclench_web" / "static" / "exercise"


def drawings() -> dict[str, str]:
    """Return every drawing by file name."""
    made = {f"{name}.svg": svg(scene(name), top_of(name)) for name, scene in ALONE.items()}
    for name, scene in {**SIDED, **FACES_SIDED}.items():
        made[f"{name}-right.svg"] = svg(scene(f"{name}-right"), top_of(name))
        made[f"{name}-left.svg"] = svg(scene(f"{name}-left"), top_of(name), mirrored=True)
    return made


def top_of(name: str) -> int:
    """Return how far up a drawing reaches: all that show the same kind of thing have one scale."""
    if name.startswith(("counter", "split")):
        return STANDING
    return LOW if name.startswith(("chair", "bed", "floor", "kneel", "breath", "feet")) else 0


def outdated(folder: Path = FOLDER) -> list[str]:
    """Return the names of files that are missing, different, or not drawn any more."""
    made = drawings()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.svg")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main(arguments: Sequence[str]) -> int:
    """Write, or check; return the exit code."""
    if "--check" in arguments:
        names = outdated()
        print("\n".join(names) or "The drawings are up to date.")
        return 1 if names else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.svg"):
        path.unlink()
    for name, content in drawings().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    print(f"{len(drawings())} drawings, the largest {max(map(len, drawings().values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make check-content`: reads every card, source and setting; each fault names file, line, field and mend.

Usage: python -m knowledge.check_content [FILE…]   (no FILE: everything). Exit code 1 when there are faults.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from knowledge import places
from knowledge.cards import card_files, load_library
from knowledge.check_in.faults import Known, check_in_faults
from knowledge.located_yaml import DataError, Fault, load
from knowledge.style import Ban, load_bans, style_faults


def content_faults(data: Path = places.DATA, clinic: Path = places.CLINIC) -> list[Fault]:
    """Return all faults of the content, of form and of style, sorted by file and line."""
    faults: list[Fault] = []
    try:
        load_library(data, clinic)
    except DataError as error:
        faults.extend(error.faults)
    bans: list[Ban] = []
    try:
        bans = load_bans(data / "words.yml")
    except DataError as error:
        faults.extend(error.faults)
    for path in card_files(data):
        try:
            document = load(path)
        except DataError:
            continue  # named above
        if isinstance(document.value, dict):
            faults.extend(style_faults(document, bans))
    faults.extend(_check_in_faults(data, bans))
    return sorted(faults, key=lambda fault: (fault.file, fault.line))


def _check_in_faults(data: Path, bans: list[Ban]) -> list[Fault]:
    """Return the faults of the check-in; of a folder without one, none: the service would not start."""
    path = data / "check_in.yml"
    if not path.exists():
        return []
    try:
        sources = load(data / "sources.yml").value
        lines = {line["id"] for line in load(data / "safety" / "help_lines.yml").value["lines"]}
        document = load(path)
    except DataError as error:
        return error.faults
    known = Known({each.stem for each in card_files(data)}, set(sources), lines)
    return check_in_faults(document, known, bans)


def main(arguments: Sequence[str]) -> int:
    """Print the faults, of the named files or of all; return the exit code."""
    wanted = {str(Path(each).resolve()) for each in arguments}
    faults = [fault for fault in content_faults() if not wanted or str(Path(fault.file).resolve()) in wanted]
    missing = [each for each in sorted(wanted) if not Path(each).is_file()]
    faults += [Fault(each, 1, "", "the file is missing.", "Restore it, or mend its name.") for each in missing]
    for fault in faults:
        print(str(fault).replace(f"{places.ROOT}/", ""))
    files = len(wanted) or len(card_files()) + 1
    print(f"{files} files, {len(faults)} faults" if faults else f"{files} files, no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

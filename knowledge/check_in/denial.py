"""Whether a message is a plain no, and nothing else: "nope, nothing like that". Pure.

Read strictly: every word must be one that a no is made of (`controls` of data/check_in.yml), so that no sign can hide
beside it. Half a no ("no, not really") is none, but where no red flag is asked about, less will do ("nothing in
particular").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.check_in.wording import clauses, find, is_made_of, plain, spelled, vocabulary

#: Words of a no that may be one slip away; others are left alone, as a slip might hide a sign.
OFTEN_MISSPELT = ("these", "those", "things", "anything")


class Denial:
    """Reads messages as a plain no. Build once."""

    def __init__(self, controls: Mapping[str, Sequence[str]]) -> None:
        """Take the `controls` of the check-in: none, none_begins, none_goes_on, none_loosely, half and fillers."""
        self._half = controls["half"]
        self._fillers = controls["fillers"]
        self._strict = [*controls["none"], *controls["none_begins"]]
        self._loose = [*controls["none_loosely"], *self._strict]
        self._goes_on = [*controls["none_goes_on"], *self._fillers]
        self._known = vocabulary([*controls["none_begins"], *OFTEN_MISSPELT])

    def is_plain(self, text: str, loosely: bool = False) -> bool:
        """Return whether each part of a message says no, but for thanks and the like. `loosely`: for no red flag."""
        begins = self._loose if loosely else self._strict
        half = any(find(phrase, plain(text)) for phrase in self._half)
        parts = [part for part in clauses(text) if not is_made_of(self._fillers, part)]
        return bool(parts) and not half and all(self._is_no(part, begins) for part in parts)

    def _is_no(self, words: str, begins: Sequence[str]) -> bool:
        words = spelled(words, self._known, frozenset())
        wanted = is_made_of([*begins, *self._goes_on], words, first=[*begins, *self._fillers])
        return wanted and any(find(phrase, words) for phrase in begins)

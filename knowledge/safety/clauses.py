"""Cuts a message into what it says one after the other, so that no half-sentence is drowned by a chatty one."""

from __future__ import annotations

import re

#: Parts shorter than this say too little by themselves; more than so many are not looked at singly.
LEAST_WORDS = 3
MOST_PARTS = 4
_CUT = re.compile(r"(?<=[.!?;\n])\s+|,\s+(?=(?:but|and|pero|y|because|porque)\b)|\s+(?=(?:but|pero)\b)", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """Return the parts of a message that says several things, the last ones of many; [] for a single one."""
    parts = [part.strip() for part in _CUT.split(text) if len(part.split()) >= LEAST_WORDS]
    return parts[-MOST_PARTS:] if len(parts) > 1 else []

"""The fixed replies to a crisis and the help lines, read once for all of this process."""

from __future__ import annotations

from functools import lru_cache

from knowledge.safety.help_lines import HelpLine, load_help_lines
from knowledge.safety.replies import Replies, load_replies


@lru_cache(maxsize=1)
def crisis_replies() -> Replies:
    """Return data/safety/replies.yml."""
    return load_replies()


@lru_cache(maxsize=1)
def help_lines() -> dict[str, HelpLine]:
    """Return data/safety/help_lines.yml, by id."""
    return dict(load_help_lines())

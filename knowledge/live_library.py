"""LiveLibrary: the cards as they are on disk, for processes that run for weeks; a broken card never gets in."""

from __future__ import annotations

import logging
import time

from knowledge.cards import Library, library_files, load_library
from knowledge.located_yaml import DataError

logger = logging.getLogger(__name__)

#: Seconds between two looks at the files' dates.
LOOK_EVERY = 2.0


class LiveLibrary:
    """The cards as they are on disk, at most LOOK_EVERY seconds old, and never broken."""

    def __init__(self) -> None:
        """Load the cards. Raises DataError: without a first good state there is nothing to say."""
        self._library = load_library()
        self._stamp = _stamp()
        self._looked = time.monotonic()

    def get(self) -> Library:
        """Return the newest cards that are whole."""
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            stamp = _stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload()
        return self._library

    def _reload(self) -> None:
        try:
            self._library = load_library()
            logger.info("The cards were read anew.")
        except DataError as error:
            logger.error("The changed cards are refused, the last good ones stay:\n%s", error)


def _stamp() -> list[tuple[str, int, int]]:
    """Return name, date and size of every file; a file that is just being replaced counts as empty."""
    stamp = []
    for path in library_files():
        try:
            state = path.stat()
        except FileNotFoundError:
            stamp.append((str(path), 0, 0))
        else:
            stamp.append((str(path), state.st_mtime_ns, state.st_size))
    return stamp

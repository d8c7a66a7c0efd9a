"""What commands beside the service share: settings, the database, and a fault as one sentence a line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from unclench_web.database import Database, default_url
from unclench_web.faults import StartFault
from unclench_web.places import Places
from unclench_web.settings import Settings, read_settings


@contextmanager
def opened(places: Places) -> Iterator[tuple[Settings, Database]]:
    """The settings, and the database with its tables up to date. Raises `StartFault`."""
    settings = read_settings(for_a_command=True)
    database = Database(settings.database_url or default_url(places.var))
    try:
        database.prepare()
        yield settings, database
    finally:
        database.close()


def told(work: Callable[[], str]) -> int:
    """Do the work and print what it says, or why nothing was changed. Returns the exit status."""
    try:
        print(work())
    except StartFault as fault:
        for sentence in fault.sentences:
            print(f"Nothing was changed: {sentence}", file=sys.stderr)
        return 1
    return 0

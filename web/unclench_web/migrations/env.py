"""Alembic's way in: on the connection that it is handed, or, from the command line, on the database of the settings."""

import os

from alembic import context
from sqlalchemy import Connection

from unclench_web.database import Database, default_url
from unclench_web.places import Places
from unclench_web.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
    context.run_migrations()


_handed_in = context.config.attributes.get("connection")
if _handed_in is not None:
    _run(_handed_in)
else:
    _database = Database(os.environ.get("UNCLENCH_DATABASE_URL") or default_url(Places().var))
    with _database.in_one_transaction() as _connection:
        _run(_connection)

"""Brings the database to the tables that this version needs, with Alembic. Each step has a way back."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

LATEST = "head"
LOCK = 7_366_215  # any number, the same for every process that starts


def migrate(connection: Connection, to: str = LATEST) -> None:
    """Go up (or, with an older revision or "base", down) to `to`, within the connection's transaction."""
    if connection.dialect.name == "postgresql":  # two processes that start at once go one after the other
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = _config(connection)
    current = current_revision(connection)
    if current is None and inspect(connection).has_table("contact_request"):
        # made by a version that had no migrations yet: the last one of these knew ratings
        current = "0002" if inspect(connection).has_table("rating_count") else "0001"
        command.stamp(config, current)
    if to == LATEST or (current or "") < to != "base":
        command.upgrade(config, to)
    else:
        command.downgrade(config, to)


def current_revision(connection: Connection) -> str | None:
    """The revision that the database has."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "unclench_web:migrations")
    return config

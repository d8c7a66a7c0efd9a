"""Migrations: the same tables as the code has, on both databases, up and down, and from before there were any."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from unclench_web.database import Database
from unclench_web.faults import StartFault
from unclench_web.migrations import current_revision, migrate
from unclench_web.settings import Settings
from unclench_web.tables import contact_request, conversation, metadata

REVISIONS = sorted(
    file.name[:4] for file in (Path(__file__).parents[1] / "unclench_web/migrations/versions").glob("0*")
)
REQUEST = "INSERT INTO contact_request (reference, key_hash, received_at, sealed) VALUES ('AAAA-BBBB', 'k', 1, 'x')"


@pytest.fixture
def database(each_database: str) -> Database:
    return Database(Settings(rasa_secret="a secret of the tests", database_url=each_database).database_url or "")


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_a_new_database_gets_the_tables_of_the_code(database: Database) -> None:
    database.prepare()
    with database.in_one_transaction() as connection:
        assert differences(connection) == []
        assert current_revision(connection) == REVISIONS[-1]
    database.close()


def test_every_step_goes_up_and_down_and_up_again(database: Database) -> None:
    with database.in_one_transaction() as connection:
        for revision in REVISIONS:
            migrate(connection, revision)
            assert current_revision(connection) == revision
        for revision in reversed(["base", *REVISIONS[:-1]]):
            migrate(connection, revision)
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        migrate(connection)
        assert differences(connection) == []
    database.close()


@pytest.mark.parametrize("before", ["0001", "0002"])
def test_a_database_from_before_migrations_is_taken_on_with_what_it_holds(database: Database, before: str) -> None:
    with database.in_one_transaction() as connection:
        migrate(connection, before)
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text(REQUEST))
    database.prepare()
    with database.in_one_transaction() as connection:
        assert differences(connection) == []
        kept = connection.execute(text("SELECT reference, status, version FROM contact_request")).one()
        assert tuple(kept) == ("AAAA-BBBB", "new", 0)
    database.close()


def test_requests_outlive_the_way_back_and_up_again(database: Database) -> None:
    database.prepare()
    with database.in_one_transaction() as connection:
        connection.execute(text(REQUEST))
        migrate(connection, "0001")
        assert connection.scalar(text("SELECT count(*) FROM contact_request")) == 1
        migrate(connection)
        assert connection.scalar(text("SELECT status FROM contact_request")) == "new"
    database.close()


def test_preparing_twice_changes_nothing(database: Database) -> None:
    database.prepare()
    with database.in_one_transaction() as connection:
        connection.execute(text(REQUEST))
    database.prepare()
    with database.in_one_transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM contact_request")) == 1
    database.close()


def test_a_database_of_a_newer_version_stops_the_start(database: Database) -> None:
    database.prepare()
    with database.in_one_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartFault, match="newer version"):
        database.prepare()
    database.close()


def test_the_audit_log_can_be_added_to_only(database: Database) -> None:
    database.prepare()
    with database.in_one_transaction() as connection:
        connection.execute(text("INSERT INTO audit (at, actor, action) VALUES (1, 'ana', 'viewed')"))
    for statement in ("UPDATE audit SET actor = 'ben'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"), database.in_one_transaction() as connection:
            connection.execute(text(statement))
    with database.in_one_transaction() as connection:
        assert connection.execute(text("SELECT actor FROM audit")).scalars().all() == ["ana"]
    database.close()


def test_what_one_clinic_has_of_a_conversation_and_a_request_is_linked_by_nothing() -> None:
    linked = {key.column.table for key in contact_request.foreign_keys} | {
        key.column.table for key in conversation.foreign_keys
    }
    assert linked == set()

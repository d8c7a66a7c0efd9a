"""Writes that come together: one transaction, each its own outcome, and nobody pays for another one's fault."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from unclench_web.database import Database

type Put = Callable[[Connection], str]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/together.sqlite")
    with database.in_one_transaction() as connection:
        connection.execute(text("CREATE TABLE kept (name TEXT PRIMARY KEY)"))
    yield database
    database.close()


def put(name: str) -> Put:
    def work(connection: Connection) -> str:
        connection.execute(text("INSERT INTO kept VALUES (:name)"), {"name": name})
        return name

    return work


def broken(connection: Connection) -> str:
    connection.execute(text("INSERT INTO kept VALUES ('half')"))
    connection.execute(text("INSERT INTO no_such_table VALUES (1)"))
    return "never"


def all_at_once(database: Database, *works: Put) -> list[Any]:
    async def run() -> list[Any]:
        return await asyncio.gather(*(database.write_durably(work) for work in works), return_exceptions=True)

    return asyncio.run(run())


def kept(database: Database) -> set[str]:
    with database.in_one_transaction() as connection:
        return set(connection.scalars(text("SELECT name FROM kept")))


def test_each_gets_what_its_own_work_returned(database: Database) -> None:
    names = [f"number {at}" for at in range(120)]
    assert all_at_once(database, *map(put, names)) == names
    assert kept(database) == set(names)


def test_what_waits_is_written_in_few_transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions: list[object] = []
    run = database._transaction

    def counted(options: dict[str, str], work: Callable[[Connection], Any]) -> Any:
        transactions.append(work)
        return run(options, work)

    monkeypatch.setattr(database, "_transaction", counted)
    all_at_once(database, *(put(f"number {at}") for at in range(100)))
    assert len(transactions) <= 3


def test_one_that_breaks_a_rule_is_undone_alone(database: Database) -> None:
    first, second, again, last = all_at_once(database, put("a"), put("b"), put("a"), put("c"))
    assert (first, second, last) == ("a", "b", "c") and isinstance(again, IntegrityError)
    assert kept(database) == {"a", "b", "c"}


def test_a_fault_of_one_costs_nobody_elses_write_and_leaves_nothing_half_written(database: Database) -> None:
    first, fault, last = all_at_once(database, put("a"), broken, put("b"))
    assert (first, last) == ("a", "b") and isinstance(fault, OperationalError)
    assert kept(database) == {"a", "b"}


def test_when_nothing_can_be_written_everybody_is_told(database: Database) -> None:
    with database.in_one_transaction() as connection:
        connection.execute(text("DROP TABLE kept"))
    outcomes = all_at_once(database, put("a"), put("b"), put("c"))
    assert [type(each) for each in outcomes] == [OperationalError] * 3


def test_while_another_program_holds_the_database_nobody_waits_longer_than_one_would(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[object] = []

    def locked(options: dict[str, str], work: Callable[[Connection], Any]) -> Any:
        transactions.append(work)
        raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))

    monkeypatch.setattr(database, "_transaction", locked)
    outcomes = all_at_once(database, *(put(f"number {at}") for at in range(40)))
    assert [type(each) for each in outcomes] == [OperationalError] * 40
    assert len(transactions) <= 2


def test_somebody_who_no_longer_waits_stops_nobody(database: Database) -> None:
    async def run() -> tuple[str, str]:
        waiting = [asyncio.create_task(database.write_durably(put(name))) for name in ("a", "b", "c")]
        await asyncio.sleep(0)
        waiting[1].cancel()
        return await waiting[0], await waiting[2]

    assert asyncio.run(run()) == ("a", "c")
    assert {"a", "c"} <= kept(database)


def test_it_goes_on_in_the_next_loop(database: Database) -> None:
    assert all_at_once(database, put("a")) == ["a"]
    assert all_at_once(database, put("b"), put("c")) == ["b", "c"]

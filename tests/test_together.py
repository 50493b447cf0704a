"""Work of several writers at once: one transaction, each undone alone, nobody left waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from data.database import Database
from data.together import MOST_AT_ONCE

Work = Callable[[Session], Any]
OTHERS = 12


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as session:
        session.execute(text("CREATE TABLE note (number INTEGER PRIMARY KEY)"))
    yield database
    database.close()


def put(number: int) -> Work:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})
        return number

    return work


def kept(database: Database) -> set[int]:
    with database.read() as session:
        return set(session.scalars(text("SELECT number FROM note")))


def at_once(database: Database, works: list[Work]) -> list[Future[Any]]:
    """Begin a first piece of work, let the others come in while it is busy, and return what came of these."""
    busy, go_on = threading.Event(), threading.Event()

    def first(session: Session) -> None:
        put(0)(session)
        busy.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(len(works) + 1) as crowd:
        leader = crowd.submit(database.write_together, first)
        assert busy.wait(10)
        others = [crowd.submit(database.write_together, work) for work in works]
        together = database._together
        while len(together._waiting) < len(works):
            threading.Event().wait(0.001)
        go_on.set()
        leader.result(10)
    return others


def test_who_waits_is_stored_in_one_transaction(database: Database) -> None:
    commits: list[int] = []
    event.listen(database.writer, "commit", lambda _: commits.append(1))
    found = at_once(database, [put(number) for number in range(1, OTHERS + 1)])
    assert [one.result(0) for one in found] == list(range(1, OTHERS + 1))
    assert kept(database) == set(range(OTHERS + 1))
    assert len(commits) == 2


def test_a_crowd_is_stored_in_parts(database: Database) -> None:
    commits: list[int] = []
    event.listen(database.writer, "commit", lambda _: commits.append(1))
    at_once(database, [put(number) for number in range(1, MOST_AT_ONCE + 2)])
    assert kept(database) == set(range(MOST_AT_ONCE + 2))
    assert len(commits) == 3


@pytest.mark.parametrize("wrong", [put(3), lambda _: 1 // 0], ids=["twice the same", "own fault"])
def test_a_fault_of_one_undoes_its_own_part_alone(database: Database, wrong: Work) -> None:
    def half(session: Session) -> None:
        put(99)(session)
        wrong(session)

    found = at_once(database, [put(3), half, put(4)])
    assert [found[0].result(0), found[2].result(0)] == [3, 4]
    assert isinstance(found[1].exception(0), IntegrityError | ZeroDivisionError)
    assert kept(database) == {0, 3, 4}


def test_a_fault_of_the_database_is_told_to_all_and_nothing_is_stored(database: Database) -> None:
    found = at_once(database, [put(1), lambda session: session.execute(text("INSERT INTO nothing")), put(2)])
    assert all(isinstance(one.exception(0), OperationalError) for one in found)
    assert kept(database) == {0}


def test_a_commit_that_fails_is_told_to_all_and_the_next_is_stored(database: Database) -> None:
    def fail(_: object) -> None:
        if failing:
            failing.pop()
            raise OSError("de schijf is vol")

    failing = [1]

    def arm(session: Session) -> None:
        put(1)(session)
        event.listen(database.writer, "commit", fail)

    found = at_once(database, [arm, put(2)])
    assert all(isinstance(one.exception(0), OSError) for one in found)
    assert kept(database) == {0}
    assert database.write_together(put(5)) == 5
    assert kept(database) == {0, 5}


def test_many_writers_all_come_back(database: Database) -> None:
    with ThreadPoolExecutor(32) as crowd:
        found = list(crowd.map(lambda number: database.write_together(put(number)), range(600)))
    assert found == list(range(600))
    assert kept(database) == set(range(600))

"""A database that is locked, restarts or has no connection free: 503, a time to come back, no half row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of, open_door, prepare, report, row_counts, send, settings_for
from sqlalchemy import event

from data.database import WAIT_S, Database, sqlite_module

LONGEST_S = 6.0


@contextmanager
def door(url: str, folder: Path) -> Iterator[TestClient]:
    prepare(url)
    client = open_door(settings_for(url, folder))
    try:
        yield client
    finally:
        database_of(client).close()


def told_to_come_back(answer: Response) -> bool:
    return answer.status_code == 503 and float(answer.headers["Retry-After"]) <= LONGEST_S


def test_79_a_locked_database_refuses_in_time_and_stores_once_it_is_free(tmp_path: Path) -> None:
    with door(f"sqlite:///{tmp_path / 'x.db'}", tmp_path) as client:
        before = row_counts(database_of(client))
        # Of the same library: the locks of another one in this process would be no locks.
        other = sqlite_module.connect(tmp_path / "x.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        assert told_to_come_back(send(client, report(), "k" * 20))
        assert WAIT_S <= time.monotonic() - started < LONGEST_S
        assert client.get("/api/v1/gemeenten").status_code == 200
        other.execute("ROLLBACK")
        other.close()
        assert row_counts(database_of(client)) == before
        assert send(client, report(), "k" * 20).status_code == 201


STATEMENTS = [pytest.param(number, id=f"rij 79: bij opdracht {number}") for number in (1, 2, 4, 6)]


@pytest.mark.parametrize("number", STATEMENTS)
def test_a_connection_that_is_cut_in_the_middle_stores_nothing_and_the_next_does(
    postgres_url: str, tmp_path: Path, number: int
) -> None:
    with door(postgres_url, tmp_path) as client:
        before = row_counts(database_of(client))
        with cutting(database_of(client), number):
            assert told_to_come_back(send(client, report(), "k" * 20))
        assert row_counts(database_of(client)) == before
        assert send(client, report(), "k" * 20).status_code == 201
        assert row_counts(database_of(client))["melding"] == 1


@contextmanager
def cutting(database: Database, number: int) -> Iterator[None]:
    """Let the server end the writing connection before so many statements, as it does when it restarts."""
    seen: list[str] = []

    def cut(connection: Any, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)
        if len(seen) == number:
            place = database.url
            server = f"host={place.query['host']} user={place.username} dbname={place.database}"
            with psycopg.connect(server, autocommit=True) as other:
                pid = connection.connection.driver_connection.info.backend_pid
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    event.listen(database.writer, "before_cursor_execute", cut)
    yield
    event.remove(database.writer, "before_cursor_execute", cut)
    assert len(seen) >= number


@pytest.mark.parametrize(
    "take",
    [
        pytest.param(lambda database: database.write(), id="rij 79: schrijvers"),
        pytest.param(lambda database: database.read(), id="rij 79: lezers"),
    ],
)
def test_when_no_connection_is_free_a_sender_is_told_to_come_back(
    postgres_url: str, tmp_path: Path, take: Callable[[Database], Any]
) -> None:
    with door(postgres_url, tmp_path) as client:
        database = database_of(client)
        assert send(client, report(), "j" * 20).status_code == 201
        before = row_counts(database)
        with ExitStack() as held:
            for _ in range(20):
                held.enter_context(take(database)).connection()
            started = time.monotonic()
            assert told_to_come_back(send(client, report(), "k" * 20))
            assert time.monotonic() - started < LONGEST_S
        assert row_counts(database) == before
        assert send(client, report(), "k" * 20).status_code == 201

"""Bulk rows: many rows into one table at the full speed of either database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from data.models import Table


def insert_rows(
    session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows given as plain values in the order of `columns`, inside the session's transaction.

    Values go to the driver as they are: use it for texts, numbers, dates and bytes only. PostgreSQL takes
    them by COPY, SQLite by one prepared statement.
    """
    sql_table = cast(SqlTable, table.__table__)
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, sql_table, columns, rows)
    else:
        _execute_many(session, sql_table, columns, rows)


def _copy(session: Session, table: SqlTable, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = session.connection().connection.driver_connection
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _execute_many(
    session: Session, table: SqlTable, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    marks = ", ".join("?" for _ in columns)
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 (own names)
    driver: Any = session.connection().connection.driver_connection
    driver.executemany(statement, rows)

"""A staged file: how both sides of an import open it, and what its rows share once they are applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from data.database import sqlite_module

MOMENTS: Final = ("created_at", "closed_at")


@dataclass(frozen=True, kw_only=True)
class Applied:
    """Which import a staging file is applied under, and what every row of it shares."""

    import_id: int
    source_id: int
    municipality_code: str
    example: bool
    stored_at: datetime
    years: tuple[int, ...]


def set_category_ids(staging: Path, ids: dict[str, int]) -> None:
    """Note in the staging file which stored soort each of its soorten is."""
    with own_connection(staging) as connection:
        rows = [(number, slug) for slug, number in ids.items()]
        connection.executemany("UPDATE category SET id = ? WHERE slug = ?", rows)


def as_dict(cursor: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    """A row by the names of its columns, for a connection's `row_factory`."""
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


@contextmanager
def own_connection(staging: Path) -> Iterator[Any]:
    """A connection to the staging file alone, apart from the database's one writer."""
    connection = sqlite_module.connect(f"file:{staging}", uri=True)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def plain_value(name: str, value: Any) -> Any:
    """A value of the staging file as SQLAlchemy and psycopg take it."""
    if value is None:
        return None
    if name in MOMENTS:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value

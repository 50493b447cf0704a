"""Applying: a staging file put into the tables, in short transactions that stay hidden until the last one.

Rows carry the id of their import and no reader sees them before that import is visible. The last transaction
also brings rows that were there already up to date. Kill it anywhere: the same call goes on, and the end is
the same. Single writes get their turn between the chunks.
"""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select, text, update

from data.apart import Stopped
from data.bulk import insert_rows
from data.choices import ImportState
from data.database import Database
from data.models import Area, Import, Melding, MeldingArea
from data.staged_file import Applied, as_dict, own_connection, plain_value

ROWS: Final = 2_000
FEWEST: Final = 500
MOST: Final = 4_000
HOLD_S: Final = 0.04
# The same in both files; what each import adds of its own comes before it.
COPIED: Final = (
    "public_id", "source_ref", "created_at", "created_on", "closed_at", "status", "channel", "case_number",
    "text", "address", "place_quality", "lon", "lat", "x", "y",
)  # fmt: skip
OWN: Final = (
    "id", "municipality_code", "source_id", "import_id", "category_id", "stored_at", "text_released",
    "intern", "example",
)  # fmt: skip
Tell = Callable[[int, int], None]


def load_new(
    database: Database,
    staging: Path,
    applied: Applied,
    *,
    tell: Tell = lambda done, total: None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Put the rows that are not stored yet into the tables, hidden, in transactions of about 40 ms."""
    last = _last_row(staging)
    load = _load_sqlite if database.is_sqlite else _load_postgres
    size, done = ROWS, 0
    while done < last:
        if stopped():
            raise Stopped("de import is onderbroken en gaat later verder")
        until = min(done + size, last)
        started = time.monotonic()
        load(database, staging, applied, after=done, until=until)
        size = _next_size(size, time.monotonic() - started)
        done = until
        tell(done, last)


def discard(database: Database, import_id: int) -> None:
    """Take the hidden rows of an import that will not be finished away again, in short transactions."""
    gone = True
    while gone:
        with database.write() as session:
            some = select(Melding.id).where(Melding.import_id == import_id).limit(ROWS)
            ids = session.scalars(some).all()
            session.execute(delete(Melding).where(Melding.id.in_(ids)))
            gone = bool(ids)
    with database.write() as session:
        values = {"state": ImportState.FAILED, "applied_rows": 0}
        session.execute(update(Import).where(Import.id == import_id).values(**values))


def forget_places(database: Database, import_id: int, year: int) -> None:
    """Drop the owners that the rows of an import have in one edition, whose outlines changed meanwhile."""
    ours = select(Melding.id).where(Melding.import_id == import_id)
    with database.write() as session:
        session.execute(
            delete(MeldingArea).where(MeldingArea.edition == year, MeldingArea.melding_id.in_(ours))
        )


def _next_size(size: int, seconds: float) -> int:
    """As many rows as fit in the time that other writers may have to wait."""
    wanted = int(size * HOLD_S / max(seconds, 1e-4))
    return max(FEWEST, min(MOST, wanted, 2 * size))


def _load_sqlite(database: Database, staging: Path, applied: Applied, *, after: int, until: int) -> None:
    chosen = "s.n > :after AND s.n <= :until AND NOT EXISTS (SELECT 1 FROM staging.known k WHERE k.n = s.n)"
    copied = ", ".join(f"s.{name}" for name in COPIED)
    with database.write_beside(staging, name="staging") as driver:
        # Only this process writes, so the numbers after the highest are free until the transaction ends.
        highest = driver.execute("SELECT coalesce(max(id), 0) FROM main.melding").fetchone()[0]
        values = {
            "offset": highest - after,
            "after": after,
            "until": until,
            "gemeente": applied.municipality_code,
            "source": applied.source_id,
            "import": applied.import_id,
            "stored_at": sqlite_moment(applied.stored_at),
            "example": applied.example,
        }
        driver.execute(
            f"INSERT INTO main.melding ({', '.join((*OWN, *COPIED))})"
            f" SELECT :offset + s.n, :gemeente, :source, :import, c.id, :stored_at, 0, 0, :example,"
            f" {copied} FROM staging.melding s JOIN staging.category c ON c.key = s.category"
            f" WHERE {chosen} ORDER BY s.n",
            values,
        )
        for year in applied.years:
            # A buurt that is no longer loaded is left open here; the end of the import derives it anew.
            buurt = f"SELECT code FROM main.area WHERE edition = {year} AND code = s.buurt_{year}"
            driver.execute(
                f"INSERT INTO main.melding_area (melding_id, edition, buurt) SELECT :offset + s.n, {year},"
                f" ({buurt}) FROM staging.melding s WHERE {chosen} AND s.x IS NOT NULL ORDER BY s.n",
                values,
            )
        driver.execute("UPDATE main.import SET applied_rows = :until WHERE id = :import", values)


def _load_postgres(database: Database, staging: Path, applied: Applied, *, after: int, until: int) -> None:
    rows = _new_rows(staging, after=after, until=until)
    with database.write() as session:
        sequence = text(
            "SELECT nextval(pg_get_serial_sequence('melding', 'id')) FROM generate_series(1, :count)"
        )
        numbers = session.scalars(sequence, {"count": len(rows)}).all()
        own = (applied.municipality_code, applied.source_id, applied.import_id)
        shared = (applied.stored_at, False, False, applied.example)
        insert_rows(
            session,
            Melding,
            (*OWN, *COPIED),
            (
                (
                    number,
                    *own,
                    row["category_id"],
                    *shared,
                    *(plain_value(name, row[name]) for name in COPIED),
                )
                for number, row in zip(numbers, rows, strict=True)
            ),
        )
        for year in applied.years:
            loaded = set(session.scalars(select(Area.code).where(Area.edition == year)))
            owners = [
                (number, year, row[f"buurt_{year}"] if row[f"buurt_{year}"] in loaded else None)
                for number, row in zip(numbers, rows, strict=True)
                if row["x"] is not None
            ]
            insert_rows(session, MeldingArea, ("melding_id", "edition", "buurt"), owners)
        session.execute(update(Import).where(Import.id == applied.import_id).values(applied_rows=until))


def _new_rows(staging: Path, *, after: int, until: int) -> list[dict[str, Any]]:
    with own_connection(staging) as connection:
        connection.row_factory = as_dict
        query = (
            "SELECT s.*, c.id AS category_id FROM melding s JOIN category c ON c.key = s.category"
            " WHERE s.n > ? AND s.n <= ? AND NOT EXISTS (SELECT 1 FROM known k WHERE k.n = s.n) ORDER BY s.n"
        )
        return list(connection.execute(query, (after, until)).fetchall())


def sqlite_moment(moment: datetime) -> str:
    """The moment as this database's SQLite keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _last_row(staging: Path) -> int:
    with own_connection(staging) as connection:
        return int(connection.execute("SELECT coalesce(max(n), 0) FROM melding").fetchone()[0])

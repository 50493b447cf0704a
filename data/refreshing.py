"""Refreshing: which rows of a staged file are stored already, which of those differ, and where they moved."""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

from itertools import repeat
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from data.database import Database
from data.models import Melding
from data.owners import CHUNK, BuurtFinder, buurt_finder
from data.staged_file import Applied, own_connection
from data.staging import staged

BATCH: Final = 1_000
_MOVED: Final = "FROM known AS k JOIN melding AS m ON m.n = k.n WHERE NOT k.mine AND k.moved"


def find_known(database: Database, staging: Path, applied: Applied) -> None:
    """Note in the staging file which of its rows are stored already, and which of those differ.

    `known` has the number `n` of each in the file with its `id` in the database: `mine` when this import
    stored it, `changed` for another status or soort, `moved` for another point (over a centimetre, RD) or one
    that was not found before.
    """
    with own_connection(staging) as connection:
        connection.execute("DROP TABLE IF EXISTS known")
        connection.execute("DROP TABLE IF EXISTS stored")
        if not _any_stored(database, applied.source_id):
            connection.execute("CREATE TABLE known (n INTEGER PRIMARY KEY, id, mine, changed, moved)")
            return
        stored = _stored_here(database, connection, applied)
        connection.execute("CREATE TABLE known (n INTEGER PRIMARY KEY, id, mine, changed, moved)")
        connection.execute(
            "INSERT INTO known SELECT m.n, b.id, b.import_id IS ?,"
            " m.status <> b.status OR m.closed_at IS NOT b.closed_at OR c.id <> b.category_id,"
            " (b.x IS NOT NULL AND m.x IS NOT NULL AND abs(b.x - m.x) + abs(b.y - m.y) > 0.01)"
            "  OR (b.x IS NULL AND m.x IS NOT NULL AND b.place_quality = 'niet_gevonden')"
            f" FROM melding m JOIN category c ON c.key = m.category JOIN {stored} b"
            " ON b.source_ref = m.source_ref WHERE b.source_id = ?",
            (applied.import_id, applied.source_id),
        )


def counts(staging: Path) -> tuple[int, int, int]:
    """How many rows of the staging file are new, changed and the same, after `find_known`."""
    with own_connection(staging) as connection:
        total = connection.execute("SELECT count(*) FROM melding").fetchone()[0]
        query = "SELECT count(*), coalesce(sum(changed OR moved), 0) FROM known WHERE NOT mine"
        known, changed = connection.execute(query).fetchone()
    return total - known, changed, known - changed


def settle_moved(session: Session, staging: Path, marks: dict[int, str]) -> None:
    """Note in the staging file the buurt of each moved row in every edition that there is now.

    `marks` are those of the editions that the session sees. Where the outlines are those that the file was
    staged with, so are the buurten.
    """
    then = staged(staging, "marks")
    with own_connection(staging) as connection:
        connection.execute("DROP TABLE IF EXISTS moved")
        connection.execute("CREATE TABLE moved (id, edition, buurt, PRIMARY KEY (id, edition)) WITHOUT ROWID")
        for year in sorted(marks) if connection.execute(f"SELECT 1 {_MOVED} LIMIT 1").fetchone() else ():
            if then.get(str(year)) == marks[year]:
                connection.execute(f"INSERT INTO moved SELECT k.id, {year}, m.buurt_{year} {_MOVED}")
            else:
                _find_moved(connection, buurt_finder(session, year))


def _find_moved(connection: Any, finder: BuurtFinder) -> None:
    cursor = connection.execute(f"SELECT k.id, m.x, m.y {_MOVED} ORDER BY k.n")
    while rows := cursor.fetchmany(CHUNK):
        ids, x, y = zip(*rows, strict=True)
        owners = zip(ids, repeat(finder.year), finder.find(x, y), strict=False)
        connection.executemany("INSERT INTO moved VALUES (?, ?, ?)", owners)


def _any_stored(database: Database, source_id: int) -> bool:
    with database.read() as session:
        return session.scalar(select(Melding.id).where(Melding.source_id == source_id).limit(1)) is not None


def _stored_here(database: Database, connection: Any, applied: Applied) -> str:
    """The name, on this connection, of a table with the stored rows of the source."""
    if database.is_sqlite:
        connection.execute("ATTACH DATABASE ? AS base", (f"file:{database.path}?mode=ro",))
        return "base.melding"
    names = ("id", "source_id", "source_ref", "import_id", "category_id", "status", "closed_at", "x", "y")
    connection.execute(f"CREATE TABLE stored ({', '.join(names)}, place_quality)")
    moment = func.to_char(
        func.timezone("UTC", Melding.closed_at), literal_column("'YYYY-MM-DD HH24:MI:SS.US'")
    )
    columns = [moment if name == "closed_at" else getattr(Melding, name) for name in names]
    query = select(*columns, Melding.place_quality).where(Melding.source_id == applied.source_id)
    with database.read() as session:
        rows = session.execute(query.execution_options(yield_per=BATCH))
        connection.executemany(
            f"INSERT INTO stored VALUES ({', '.join('?' * 10)})", (tuple(row) for row in rows)
        )
    connection.execute("CREATE INDEX stored_ref ON stored (source_ref)")
    return "stored"

"""Refreshing: which rows of a staged file are stored already, and those that changed brought up to date."""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from data.database import Database
from data.models import Melding, MeldingArea, StatusChange
from data.staged_file import Applied, as_dict, own_connection, plain_value

BATCH: Final = 1_000


def find_known(database: Database, staging: Path, applied: Applied) -> None:
    """Note in the staging file which of its rows are stored already, and which of those differ."""
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


def update_known(session: Session, staging: Path, applied: Applied, *, actor: str) -> int:
    """Bring stored rows that differ up to date, in the session's transaction; returns how many there were."""
    with own_connection(staging) as connection:
        connection.row_factory = as_dict
        query = (
            "SELECT m.*, c.id AS category_id, k.id, k.changed, k.moved FROM known k JOIN melding m USING (n)"
            " JOIN category c ON c.key = m.category WHERE NOT k.mine AND (k.changed OR k.moved) ORDER BY n"
        )
        total = 0
        cursor = connection.execute(query)
        while rows := cursor.fetchmany(BATCH):
            _update_batch(session, rows, applied, actor=actor)
            total += len(rows)
    return total


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


def _update_batch(session: Session, rows: list[dict[str, Any]], applied: Applied, *, actor: str) -> None:
    changed = [row for row in rows if row["changed"]]
    moved = [row for row in rows if row["moved"]]
    if changed:
        _add_status_changes(session, changed, applied, actor=actor)
        names = ("status", "closed_at", "category_id")
        _update_rows(session, changed, names)
    if moved:
        _update_rows(session, moved, ("lon", "lat", "x", "y", "address", "place_quality"))
        ids = [row["id"] for row in moved]
        session.execute(delete(MeldingArea).where(MeldingArea.melding_id.in_(ids)))
        owners = [
            {"melding_id": row["id"], "edition": year, "buurt": row[f"buurt_{year}"]}
            for row in moved
            for year in applied.years
        ]
        if owners:
            session.execute(insert(MeldingArea), owners)


def _update_rows(session: Session, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    table = Melding.__table__
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(table).where(table.c.id == bindparam("row_id")).values(values)  # type: ignore[arg-type]
    session.connection().execute(
        statement,
        [
            {"row_id": row["id"], **{f"new_{name}": plain_value(name, row[name]) for name in names}}
            for row in rows
        ],
    )


def _add_status_changes(
    session: Session, rows: list[dict[str, Any]], applied: Applied, *, actor: str
) -> None:
    ids = [row["id"] for row in rows]
    before = dict(session.execute(select(Melding.id, Melding.status).where(Melding.id.in_(ids))).all())
    steps = [
        {
            "melding_id": row["id"],
            "at": plain_value("closed_at", row["closed_at"]) or applied.stored_at,
            "from_status": before[row["id"]],
            "to_status": row["status"],
            "actor": actor,
        }
        for row in rows
        if before[row["id"]] != row["status"]
    ]
    if steps:
        session.execute(insert(StatusChange), steps)

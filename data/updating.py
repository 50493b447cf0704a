"""Updating: stored rows that differ from a staged file brought up to date, all in one transaction.

Readers see all changes of a file or none, so they cannot be spread over transactions. On SQLite, where a
transaction keeps every other writer waiting, they are a few statements over whole tables.
"""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from data.applying import sqlite_moment
from data.models import Melding, MeldingArea, StatusChange
from data.staged_file import Applied, as_dict, own_connection, plain_value

BATCH: Final = 1_000
STATE: Final = ("status", "closed_at", "category_id")
PLACE: Final = ("lon", "lat", "x", "y", "address", "place_quality")
_DIFFERING: Final = "staging.known AS k JOIN staging.melding AS m ON m.n = k.n"
ON_SQLITE: Final = (
    "INSERT INTO status_change (melding_id, at, from_status, to_status, actor)"
    " SELECT k.id, coalesce(m.closed_at, :stored_at), b.status, m.status, :actor"
    f" FROM {_DIFFERING} JOIN main.melding AS b ON b.id = k.id"
    " WHERE NOT k.mine AND k.changed AND b.status <> m.status ORDER BY k.n",
    "UPDATE main.melding AS b SET status = m.status, closed_at = m.closed_at, category_id = c.id"
    f" FROM {_DIFFERING} JOIN staging.category AS c ON c.key = m.category"
    " WHERE b.id = k.id AND NOT k.mine AND k.changed",
    f"UPDATE main.melding AS b SET {', '.join(f'{name} = m.{name}' for name in PLACE)}"
    f" FROM {_DIFFERING} WHERE b.id = k.id AND NOT k.mine AND k.moved",
    "INSERT INTO main.melding_area (melding_id, edition, buurt)"
    " SELECT v.id, v.edition, v.buurt FROM staging.moved AS v JOIN main.melding AS b ON b.id = v.id"
    " WHERE true ON CONFLICT (melding_id, edition) DO UPDATE SET buurt = excluded.buurt",
)


def update_known(session: Session, staging: Path, applied: Applied, *, actor: str) -> None:
    """Make the stored rows that differ as the staging file has them, in the session's transaction.

    Rows that this import put in itself (`mine`) are as the file has them already. On SQLite the session
    comes from `Database.write(beside=staging)`.
    """
    if session.get_bind().dialect.name != "sqlite":
        _update_in_batches(session, staging, applied, actor=actor)
        return
    values = {"stored_at": sqlite_moment(applied.stored_at), "actor": actor}
    for statement in ON_SQLITE:
        session.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})


def _update_in_batches(session: Session, staging: Path, applied: Applied, *, actor: str) -> None:
    with own_connection(staging) as connection:
        connection.row_factory = as_dict
        cursor = connection.execute(
            "SELECT m.*, c.id AS category_id, k.id, k.changed, k.moved FROM known k JOIN melding m USING (n)"
            " JOIN category c ON c.key = m.category WHERE NOT k.mine AND (k.changed OR k.moved) ORDER BY n"
        )
        while rows := cursor.fetchmany(BATCH):
            _update_batch(session, rows, applied, actor=actor)
        owners = connection.execute("SELECT id AS melding_id, edition, buurt FROM moved ORDER BY id, edition")
        while rows := owners.fetchmany(BATCH):
            _replace_owners(session, rows)


def _update_batch(session: Session, rows: list[dict[str, Any]], applied: Applied, *, actor: str) -> None:
    changed = [row for row in rows if row["changed"]]
    moved = [row for row in rows if row["moved"]]
    if changed:
        _add_status_changes(session, changed, applied, actor=actor)
        _update_rows(session, changed, STATE)
    if moved:
        _update_rows(session, moved, PLACE)


def _replace_owners(session: Session, rows: list[dict[str, Any]]) -> None:
    for year in {row["edition"] for row in rows}:
        ids = [row["melding_id"] for row in rows if row["edition"] == year]
        session.execute(
            delete(MeldingArea).where(MeldingArea.edition == year, MeldingArea.melding_id.in_(ids))
        )
    session.execute(insert(MeldingArea), rows)


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

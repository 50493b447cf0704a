"""Files to import, and a database with outlines to import them into: what the tests of imports share."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fresh import database_at
from sqlalchemy import func, select

from data.areas import store_edition
from data.database import Database
from data.import_ledger import MeldingenOrder
from data.import_report import ImportReport
from data.imports import import_meldingen
from data.models import Import, Melding, MeldingArea, Source
from data.readers.bundled import bundled_edition

HEADER = ("nummer", "datum", "gereed", "soort", "status", "adres", "lon", "lat", "melder")
# In the middle of Assen, of Vlaardingen, and in the sea near Texel.
ASSEN = ("6.5625", "52.9967")
VLAARDINGEN = ("4.3420", "51.9120")


def row(number: int | str = 1, **changes: str) -> list[str]:
    """One good row in the columns of `HEADER`, with changes by column name."""
    values = dict(
        zip(HEADER, (str(number), "20-05-2026 10:00", "", "Dumping", "", "", *ASSEN, "Jan"), strict=True)
    )
    return list({**values, **changes}.values())


def write_table(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """A semicolon table with these rows."""
    with path.open("w", newline="", encoding="utf-8") as text:
        csv.writer(text, delimiter=";").writerows([header, *rows])
    return path


@contextmanager
def town(url: str) -> Iterator[Database]:
    """A database with the bundled outlines of three towns."""
    database = database_at(url)
    with database.write() as session:
        store_edition(session, bundled_edition())
    yield database
    database.close()


def take_in(database: Database, path: Path, folder: Path, **changes: Any) -> ImportReport:
    """Import a file for Assen, in this process unless told otherwise."""
    order = {"path": str(path), "gemeente": "Assen", "source": "proef", "category_edition": "wijkbeeld"}
    control = {name: changes.pop(name) for name in ("apart", "progress", "stopped") if name in changes}
    wanted = MeldingenOrder(**{**order, **changes})
    return import_meldingen(database, wanted, folder=folder, actor="test", **{"apart": False, **control})


def stored(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of all stored meldingen, by source reference."""
    with database.read() as session:
        wanted = [getattr(Melding, name) for name in columns]
        return [tuple(found) for found in session.execute(select(*wanted).order_by(Melding.source_ref))]


def totals(database: Database) -> dict[str, int]:
    """How many rows each table that an import touches has."""
    with database.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Melding, MeldingArea, Import, Source)
        }

"""Bad files: a small town to import them into, and what became of them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fresh import database_at
from import_files import take_in, write_table
from sqlalchemy import select
from stored_town import TOWN, town

from data.areas import store_edition
from data.database import Database
from data.import_report import ImportReport
from data.models import Melding, MeldingArea

# In the first of the four squares of the town, at (80 505, 436 511) in RD.
LON, LAT = "4.3045", "51.9121"


@contextmanager
def town_database(folder: Path) -> Iterator[Database]:
    """A database of its own with the outlines of the town of four squares."""
    path = folder / "x.db"
    path.write_bytes(_filled())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@cache
def _filled() -> bytes:
    """A database file to copy: quicker than migrating for each test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        database = database_at(f"sqlite:///{path}")
        with database.write() as session:
            store_edition(session, town())
        database.close()
        return path.read_bytes()


def imported(database: Database, path: Path, **changes: Any) -> ImportReport:
    return take_in(database, path, path.parent / "import", **{"gemeente": TOWN, **changes})


def points_file(tmp_path: Path, *points: tuple[Any, Any], names: Sequence[str] = ("lon", "lat")) -> Path:
    """A table of meldingen at these points, numbered from 1."""
    rows = [[str(n), "2026-05-01", "Dumping", *map(str, point)] for n, point in enumerate(points, start=1)]
    return write_table(tmp_path / "punten.csv", rows, ("nummer", "datum", "soort", *names))


def buurten(database: Database, *, edition: int = 2016) -> list[str | None]:
    """The owner of each melding, by number; None is buiten gebied."""
    query = (
        select(MeldingArea.buurt)
        .select_from(Melding)
        .outerjoin(MeldingArea, (MeldingArea.melding_id == Melding.id) & (MeldingArea.edition == edition))
        .order_by(Melding.source_ref)
    )
    with database.read() as session:
        return list(session.scalars(query))


def rejects(report: ImportReport) -> list[list[str]]:
    """The rows of the file with rejects, without its head; none when there is no such file."""
    if report.rejects_file is None:
        return []
    with Path(report.rejects_file).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]

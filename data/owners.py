"""Owners: the buurt, in each edition, of every stored record that has a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from data.bulk import insert_rows
from data.database import Database
from data.models import Area, AreaEdition, Initiatief, InitiatiefArea, Melding, MeldingArea
from geo.areas import Level
from geo.locator import Locator

CHUNK = 20_000


class Pointed(NamedTuple):
    """A table of records with a point, and the table that names the buurt of each."""

    records: type[Melding | Initiatief]
    owners: type[MeldingArea | InitiatiefArea]
    key: ColumnElement[int]
    key_name: str


POINTED = (
    Pointed(Melding, MeldingArea, MeldingArea.__table__.c.melding_id, "melding_id"),
    Pointed(Initiatief, InitiatiefArea, InitiatiefArea.__table__.c.initiatief_id, "initiatief_id"),
)


@dataclass(frozen=True, eq=False)
class BuurtFinder:
    """A locator over all loaded gemeenten of one edition, and the codes that its answers count in."""

    year: int
    locator: Locator
    codes: tuple[str, ...]

    def find(self, x: npt.ArrayLike, y: npt.ArrayLike) -> list[str | None]:
        """The buurt of each point (RD metres), None for a point outside every buurt."""
        owners = self.locator.locate(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return [self.codes[owner] if owner >= 0 else None for owner in owners.tolist()]


def buurt_finder(session: Session, year: int) -> BuurtFinder:
    """The finder over the buurten of all gemeenten that this edition has."""
    query = (
        select(Area.code, Area.outline)
        .where(Area.edition == year, Area.level == Level.BUURT)
        .order_by(Area.code)
    )
    rows = session.execute(query).all()
    codes = tuple(code for code, _ in rows)
    outlines = shapely.from_wkb(np.array([outline for _, outline in rows], dtype=object))
    return BuurtFinder(year, Locator(codes, outlines), codes)


def buurt_finders(session: Session) -> list[BuurtFinder]:
    """A finder for every edition, those still being derived too: a new record gets an owner in each."""
    years = session.scalars(select(AreaEdition.year).order_by(AreaEdition.year))
    return [buurt_finder(session, year) for year in years]


def assign_areas(session: Session, year: int, *, chunk: int = CHUNK) -> int:
    """Give every stored point that lacks one its buurt in this edition; returns how many records got a row.

    All in the session's transaction; a point outside every buurt gets a row without a buurt.
    """
    finder = buurt_finder(session, year)
    total = 0
    for pointed in POINTED:
        after: int | None = -1
        while after is not None:
            after, done = _assign_chunk(session, pointed, finder, after=after, chunk=chunk)
            total += done
    _open_to_readers(session, year)
    return total


def derive_owners(database: Database, year: int, *, chunk: int = CHUNK) -> int:
    """As `assign_areas`, in one short transaction per chunk, and open the edition to readers at the end.

    It can be stopped at any moment and called again.
    """
    with database.read() as session:
        finder = buurt_finder(session, year)
    total = 0
    for pointed in POINTED:
        after: int | None = -1
        while after is not None:
            with database.write() as session:
                after, done = _assign_chunk(session, pointed, finder, after=after, chunk=chunk)
            total += done
    with database.write() as session:
        _open_to_readers(session, year)
    return total


def forget_owners(session: Session, year: int) -> None:
    """Drop the owners in this edition of all records that still have their point.

    A record whose point was replaced keeps the buurt that stands for it.
    """
    for pointed in POINTED:
        with_point = select(pointed.records.id).where(pointed.records.x.is_not(None))
        session.execute(
            delete(pointed.owners).where(pointed.owners.edition == year, pointed.key.in_(with_point))
        )


def any_points(session: Session) -> bool:
    """Whether any record with a point is stored."""
    return any(session.scalar(select(exists().where(pointed.records.x.is_not(None)))) for pointed in POINTED)


def kept_buurten(session: Session, year: int, codes: Sequence[str]) -> list[str]:
    """Those of the buurten that still own a record in this edition."""
    found: set[str] = set()
    for pointed in POINTED:
        buurt = pointed.owners.buurt
        query = select(buurt).where(pointed.owners.edition == year, buurt.in_(codes)).distinct()
        found.update(code for code in session.scalars(query) if code is not None)
    return sorted(found)


def _open_to_readers(session: Session, year: int) -> None:
    session.execute(update(AreaEdition).where(AreaEdition.year == year).values(deriving=False))


def _assign_chunk(
    session: Session, pointed: Pointed, finder: BuurtFinder, *, after: int, chunk: int
) -> tuple[int | None, int]:
    """The last id that was looked at (None at the end) and how many records got an owner."""
    records = pointed.records
    owned = exists().where(pointed.key == records.id, pointed.owners.edition == finder.year)
    query = (
        select(records.id, records.x, records.y)
        .where(records.id > after, records.x.is_not(None), records.y.is_not(None), ~owned)
        .order_by(records.id)
        .limit(chunk)
    )
    rows = session.execute(query).all()
    if not rows:
        return None, 0
    buurten = finder.find([row.x for row in rows], [row.y for row in rows])
    values = [(row.id, finder.year, buurt) for row, buurt in zip(rows, buurten, strict=True)]
    insert_rows(session, pointed.owners, (pointed.key_name, "edition", "buurt"), values)
    return rows[-1].id, len(rows)

"""Owners: the buurt, in each edition, of every stored record that has a point, or had one.

A record whose point was replaced by its buurt counts in another edition under the buurt that took all the
ground of its own. When that ground was divided it is `niet toe te delen`: it counts for the gemeente alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
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
from geo.successors import heir

CHUNK = 20_000
# Takes the last id that was looked at; gives the next one (None at the end) and how many got an owner.
Step = Callable[[Session, int], tuple[int | None, int]]


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


@dataclass(eq=False)
class Heirs:
    """The buurt of one edition that took all the ground of a buurt of another, looked up once for each."""

    year: int
    known: dict[tuple[int, str], str | None] = field(default_factory=dict)

    def find(self, session: Session, edition: int, buurt: str) -> str | None:
        """The heir of a buurt, None when its ground was divided."""
        if (edition, buurt) not in self.known:
            outline = session.get_one(Area, (edition, buurt)).outline
            codes, outlines = _outlines(session, self.year)
            place = heir(shapely.from_wkb(outline), outlines)
            self.known[edition, buurt] = None if place is None else codes[place]
        return self.known[edition, buurt]


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
    codes, outlines = _outlines(session, year)
    return BuurtFinder(year, Locator(codes, outlines), codes)


def _outlines(session: Session, year: int) -> tuple[tuple[str, ...], npt.NDArray[np.object_]]:
    query = (
        select(Area.code, Area.outline)
        .where(Area.edition == year, Area.level == Level.BUURT)
        .order_by(Area.code)
    )
    rows = session.execute(query).all()
    outlines = shapely.from_wkb(np.array([outline for _, outline in rows], dtype=object))
    return tuple(code for code, _ in rows), outlines


def buurt_finders(session: Session) -> list[BuurtFinder]:
    """A finder for every edition, those still being derived too: a new record gets an owner in each."""
    years = session.scalars(select(AreaEdition.year).order_by(AreaEdition.year))
    return [buurt_finder(session, year) for year in years]


def assign_areas(session: Session, year: int, *, chunk: int = CHUNK) -> int:
    """Give every stored record that lacks one its buurt in this edition; returns how many got a row.

    All in the session's transaction; a point outside every buurt, and a buurt whose ground was divided, give
    a row without a buurt.
    """
    total = 0
    for step in _steps(session, year, chunk=chunk):
        after: int | None = -1
        while after is not None:
            after, done = step(session, after)
            total += done
    _open_to_readers(session, year)
    return total


def derive_owners(database: Database, year: int, *, chunk: int = CHUNK) -> int:
    """As `assign_areas`, in one short transaction per chunk, and open the edition to readers at the end.

    It can be stopped at any moment and called again.
    """
    with database.read() as session:
        steps = _steps(session, year, chunk=chunk)
    total = 0
    for step in steps:
        after: int | None = -1
        while after is not None:
            with database.write() as session:
                after, done = step(session, after)
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
    """Whether any record is stored that has a point, or had one."""
    kinds = [kind for one in POINTED for kind in (one.records.x.is_not(None), one.owners.buurt.is_not(None))]
    return any(session.scalar(select(exists().where(kind))) for kind in kinds)


def kept_buurten(session: Session, year: int, codes: Sequence[str]) -> list[str]:
    """Those of the buurten that still own a record in this edition."""
    found: set[str] = set()
    for pointed in POINTED:
        buurt = pointed.owners.buurt
        query = select(buurt).where(pointed.owners.edition == year, buurt.in_(codes)).distinct()
        found.update(code for code in session.scalars(query) if code is not None)
    return sorted(found)


def _steps(session: Session, year: int, *, chunk: int) -> list[Step]:
    """What has to be done for each kind of record, chunk by chunk: points, and buurten in their place."""
    finder, heirs = buurt_finder(session, year), Heirs(year)
    return [
        step
        for pointed in POINTED
        for step in (
            partial(_assign_chunk, pointed=pointed, finder=finder, chunk=chunk),
            partial(_assign_heirs, pointed=pointed, heirs=heirs, chunk=chunk),
        )
    ]


def _open_to_readers(session: Session, year: int) -> None:
    session.execute(update(AreaEdition).where(AreaEdition.year == year).values(deriving=False))


def _assign_chunk(
    session: Session, after: int, *, pointed: Pointed, finder: BuurtFinder, chunk: int
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


def _assign_heirs(
    session: Session, after: int, *, pointed: Pointed, heirs: Heirs, chunk: int
) -> tuple[int | None, int]:
    """As `_assign_chunk`, for records without a point, by the buurt that they have in the newest edition."""
    records, owners = pointed.records, pointed.owners
    owned = exists().where(pointed.key == records.id, owners.edition == heirs.year)
    elsewhere = exists().where(pointed.key == records.id, owners.buurt.is_not(None))
    query = select(records.id).where(records.id > after, records.x.is_(None), elsewhere, ~owned)
    ids = session.scalars(query.order_by(records.id).limit(chunk)).all()
    if not ids:
        return None, 0
    rows = session.execute(
        select(pointed.key, owners.edition, owners.buurt)
        .where(pointed.key.in_(ids), owners.buurt.is_not(None))
        .order_by(owners.edition)
    )
    newest = {number: (edition, str(buurt)) for number, edition, buurt in rows}
    values = [(number, heirs.year, heirs.find(session, *newest[number])) for number in ids]
    insert_rows(session, owners, (pointed.key_name, "edition", "buurt"), values)
    return ids[-1], len(ids)

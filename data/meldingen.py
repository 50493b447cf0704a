"""Meldingen as readers get them: filtered, seen through `data.visibility`, as a frame or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Executable, Select, and_, func, not_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import visibility
from data.choices import Status
from data.models import Category, Melding, MeldingArea
from data.rights import Right
from data.visibility import Viewer
from geo.exposure import AMSTERDAM, local_day

COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "id": Melding.id,
    "public_id": Melding.public_id,
    "lon": Melding.lon,
    "lat": Melding.lat,
    "x": Melding.x,
    "y": Melding.y,
    "buurt": MeldingArea.buurt,
    "category": Category.slug,
    "category_name": Category.naam,
    "main_group": Category.main_group,
    "privacy": Category.privacy,
    "created_at": Melding.created_at,
    "closed_at": Melding.closed_at,
    "status": Melding.status,
    "incident_id": Melding.incident_id,
    "source_id": Melding.source_id,
    "example": Melding.example,
}


# What is said of a soort is looked up once for each, not for each melding.
OF_KIND: dict[str, InstrumentedAttribute[str]] = {
    name: column for name, column in COLUMNS.items() if column.class_ is Category
}
# What counting needs of a melding: reading a whole town takes half the time of reading all columns.
COUNTED: Final = (
    "x",
    "y",
    "buurt",
    "category",
    "main_group",
    "created_at",
    "closed_at",
    "incident_id",
    "source_id",
    "example",
)


class Box(NamedTuple):
    """A box in degrees, WGS84."""

    west: float
    south: float
    east: float
    north: float


class Listed(NamedTuple):
    """A melding as lists show it to anybody: days in Amsterdam, never times; a point in degrees, or none."""

    public_id: str
    category_name: str
    main_group: str
    privacy: str
    created_on: date
    closed_on: date | None
    status: str
    lon: float | None
    lat: float | None
    buurt: str | None
    example: bool


class Around(NamedTuple):
    """A circle on the ground, in RD metres."""

    x: float
    y: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which meldingen are asked for; days are days in Amsterdam, `until` included.

    `open` asks for those that are not yet afgehandeld, or (False) for those that are.
    """

    gemeente: str
    since: date | None = None
    until: date | None = None
    main_groups: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    status: str | None = None
    open: bool | None = None
    buurten: tuple[str, ...] = ()
    box: Box | None = None
    around: Around | None = None
    known_at: datetime | None = None


def frame(
    session: Session,
    viewer: Viewer,
    filters: Filters,
    *,
    edition: int,
    columns: Sequence[str] = tuple(COLUMNS),
) -> pd.DataFrame:
    """Return the meldingen as a frame with columns of `COLUMNS`, oldest day first.

    `buurt` is the owner in this edition, None when `buiten gebied`. The public gets days, not times. The
    columns have to hold `created_at`, `closed_at` and `example`.
    """
    query = _narrowed(_joined(viewer, filters.known_at, edition), filters)
    query = query.order_by(Melding.created_on, Melding.public_id)
    return _frame(session, query, columns, complete=viewer.may(Right.FIGURES_STAFF, filters.gemeente))


def page(
    session: Session, viewer: Viewer, filters: Filters, *, edition: int, limit: int, offset: int = 0
) -> list[Listed]:
    """Return one page, newest day first; within a day by public id, so that the order tells no time."""
    query = _narrowed(_joined(viewer, filters.known_at, edition), filters)
    query = query.order_by(Melding.created_on.desc(), Melding.public_id.desc())
    return _listed(session, query.limit(limit).offset(offset))


def count(session: Session, viewer: Viewer, filters: Filters, *, edition: int) -> int:
    """Return how many meldingen the filters give.

    Single rows and those of imports are counted apart: each has an index that leads past the rows of an
    import that is busy, of which there may be a million.
    """
    query = _narrowed(_joined(viewer, filters.known_at, edition), filters)
    ids = query.with_only_columns(Melding.id, maintain_column_froms=True)
    parts = (ids.where(one) for one in visibility.ways_in())
    return sum(session.scalar(select(func.count()).select_from(part.subquery())) or 0 for part in parts)


def one(session: Session, viewer: Viewer, public_id: str) -> Listed | None:
    """Return the melding of this public id, None when it may not be seen.

    Its buurt is the one in the newest edition that has it.
    """
    query = (
        visibility.meldingen(viewer)
        .outerjoin(MeldingArea, MeldingArea.melding_id == Melding.id)
        .where(Melding.public_id == public_id)
        .order_by(MeldingArea.edition.desc())
        .limit(1)
    )
    return next(iter(_listed(session, query)), None)


def _narrowed(query: Select[Melding, Category], filters: Filters) -> Select[Melding, Category]:
    """Filter on published values only: days, never times."""
    wanted: list[ColumnElement[bool]] = [Melding.municipality_code == filters.gemeente]
    if filters.since is not None:
        wanted.append(Melding.created_on >= filters.since)
    if filters.until is not None:
        wanted.append(Melding.created_on <= filters.until)
    if filters.main_groups:
        wanted.append(Category.main_group.in_(filters.main_groups))
    if filters.categories:
        wanted.append(Category.slug.in_(filters.categories))
    if filters.status is not None:
        wanted.append(Melding.status == filters.status)
    if filters.open is not None:
        done = Melding.status == Status.CLOSED
        wanted.append(not_(done) if filters.open else done)
    if filters.buurten:
        wanted.append(MeldingArea.buurt.in_(filters.buurten))
    if filters.box is not None:
        wanted.append(Melding.lon.between(filters.box.west, filters.box.east))
        wanted.append(Melding.lat.between(filters.box.south, filters.box.north))
    if filters.around is not None:
        wanted.append(_inside(filters.around))
    return query.where(*wanted)


def _inside(circle: Around) -> ColumnElement[bool]:
    east, north = Melding.x - circle.x, Melding.y - circle.y
    return and_(
        Melding.x.between(circle.x - circle.radius_m, circle.x + circle.radius_m),
        Melding.y.between(circle.y - circle.radius_m, circle.y + circle.radius_m),
        east * east + north * north <= circle.radius_m**2,
    )


def _joined(viewer: Viewer, known_at: datetime | None, edition: int) -> Select[Melding, Category]:
    return visibility.meldingen(viewer, known_at=known_at).outerjoin(
        MeldingArea, and_(MeldingArea.melding_id == Melding.id, MeldingArea.edition == edition)
    )


def _listed(session: Session, query: Select[Melding, Category]) -> list[Listed]:
    columns = (
        Melding.public_id,
        Category.naam,
        Category.main_group,
        Category.privacy,
        Melding.created_on,
        Melding.closed_at,
        Melding.status,
        Melding.lon,
        Melding.lat,
        MeldingArea.buurt,
        Melding.example,
    )
    rows = session.execute(query.with_only_columns(*columns, maintain_column_froms=True))
    return [
        Listed._make(local_day(value) if isinstance(value, datetime) else value for value in row)
        for row in rows
    ]


def _frame(
    session: Session, query: Select[Melding, Category], columns: Sequence[str], *, complete: bool
) -> pd.DataFrame:
    read = {name: COLUMNS[name] for name in columns if name not in OF_KIND}
    narrow = query.with_only_columns(*read.values(), Melding.category_id, maintain_column_froms=True)
    found = pd.DataFrame.from_records(_values(session, narrow), columns=[*read, "category_id"])
    kinds = pd.DataFrame.from_records(
        _values(session, select(Category.id, *OF_KIND.values())),
        columns=["id", *OF_KIND],
    )
    places = pd.Index(kinds["id"]).get_indexer(pd.Index(found["category_id"]))
    for name in OF_KIND:
        found[name] = kinds[name].array.take(places)
    for column in ("created_at", "closed_at"):
        found[column] = pd.to_datetime(found[column], utc=True)
    found["example"] = found["example"].astype(bool)
    found = found[list(columns)]
    return found if complete else _without_times(found)


def _values(session: Session, query: Executable) -> Sequence[Any]:
    """Return rows as the driver gives them: of a whole town it takes half the time of rows by name.

    Moments are then text on SQLite, in UTC, and truth is a number.
    """
    result = session.connection().execute(query)
    assert result.cursor is not None
    rows = result.cursor.fetchall()
    result.close()
    return rows


def _without_times(meldingen: pd.DataFrame) -> pd.DataFrame:
    """Keep the day in Amsterdam of each moment, as midnight UTC: the time of a report is not public."""
    for column in ("created_at", "closed_at"):
        days = meldingen[column].dt.tz_convert(AMSTERDAM).dt.tz_localize(None).dt.normalize()
        meldingen[column] = days.dt.tz_localize("UTC")
    return meldingen

"""Places: the gemeenten, wijken, buurten and gebieden that pages and figures speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from sqlalchemy.orm import Session

from data import areas, gebieden, municipalities
from geo.areas import Edition, Level, empty_frame, gemeente_code
from geo.crs import RDArrays, to_lnglat
from geo.errors import AreaError
from geo.gebieden import Gebied
from geo.membership import Membership
from geo.successors import successors
from service.analysis.workbench import About, Workbench, today


class UnknownPlace(AreaError):
    """No such gemeente, wijk, buurt or gebied is loaded."""


class GonePlace(UnknownPlace):
    """The place belongs to an older division; the message names what took its ground."""


class Extent(NamedTuple):
    """A box in degrees, WGS84."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Place:
    """One area with its buurten; `status` says of a gebied whether the gemeente has confirmed it."""

    code: str
    naam: str
    level: Level
    gemeente: str
    parent: str | None
    buurten: tuple[str, ...]
    water: bool = False
    status: str | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """Everything of one gemeente in one edition, gebieden included."""

    edition: int
    gemeente: Place
    frames: Mapping[Level, gpd.GeoDataFrame]
    by_code: Mapping[str, Place]

    def areas(self, level: Level) -> gpd.GeoDataFrame:
        """Return the area frame of a level, also for gebieden."""
        return self.frames[level]

    def of(self, level: Level) -> list[Place]:
        """Return the places of a level, by name."""
        of_level = (place for place in self.by_code.values() if place.level is level)
        return sorted(of_level, key=lambda place: place.naam)

    def membership(self, level: Level) -> Membership:
        """Return which buurten make up each place of a level."""
        wijken = (
            {place.code: place.buurten for place in self.of(Level.WIJK)} if level is Level.GEBIED else None
        )
        return Membership.of(level, {place.code: place.buurten for place in self.of(level)}, wijken=wijken)

    def extent(self, code: str | None = None) -> Extent:
        """Return the box around a place, or around the gemeente."""
        place = self.by_code[code] if code else self.gemeente
        frame = self.frames[place.level]
        west, south, east, north = frame.loc[frame["code"] == place.code].total_bounds
        corners = to_lnglat(RDArrays(np.array([west, east]), np.array([south, north])))
        return Extent(*(float(v) for pair in zip(corners.lon, corners.lat, strict=True) for v in pair))


def gemeenten(workbench: Workbench) -> list[Place]:
    """Return the gemeenten that have outlines, by name."""
    with workbench.session() as session:
        known = municipalities.municipalities(session)
        return [Place(row.code, row.naam, Level.GEMEENTE, row.code, None, ()) for row in known]


def places(workbench: Workbench, gemeente: str) -> Places:
    """Return the places of a gemeente; UnknownPlace when its outlines are not loaded."""
    with workbench.session() as session:
        day = today()
        key = ("places", gemeente, day)
        return workbench.remember(session, key, lambda: _load(session, gemeente, day), about=About.REFERENCE)


def find(workbench: Workbench, code: str) -> tuple[Places, Place]:
    """Return the place with this code and the places around it.

    Raises UnknownPlace when there is none, GonePlace when an older division had it.
    """
    with workbench.session() as session:
        gemeente = gebieden.gemeente_of(session, code) or _gemeente_in(code)
    found = places(workbench, gemeente)
    if code not in found.by_code:
        _refuse_gone(workbench, found, code)
        raise UnknownPlace(f"Een gebied met code {code} kennen wij niet. Kies een wijk op de kaart.")
    return found, found.by_code[code]


def _refuse_gone(workbench: Workbench, found: Places, code: str) -> None:
    """Raise GonePlace with its successors when an older division of this gemeente has the code."""
    with workbench.session() as session:
        older = [year for year in reversed(areas.editions(session)) if year < found.edition]
        for year in older:
            old = _edition_with(session, year, found.gemeente.code, code)
            if old is not None:
                now = areas.load_edition(session, found.edition, gemeente=found.gemeente.code)
                names = ", ".join(f"{new} ({found.by_code[new].naam})" for new in successors(code, old, now))
                raise GonePlace(
                    f"{code} bestaat niet meer sinds de indeling {found.edition};"
                    f" nu: {names or 'geen gebied in deze gemeente'}"
                )


def _edition_with(session: Session, year: int, gemeente: str, code: str) -> Edition | None:
    """Return the division of a year when it has this code."""
    try:
        old = areas.load_edition(session, year, gemeente=gemeente)
    except areas.NoEdition:
        return None
    known = {known for level in (Level.BUURT, Level.WIJK) for known in old.codes(level)}
    return old if code in known else None


def _gemeente_in(code: str) -> str:
    try:
        return gemeente_code(code)
    except AreaError:
        raise UnknownPlace(
            f"Een gebied met code {code} kennen wij niet. Kies een wijk op de kaart."
        ) from None


def _load(session: Session, gemeente: str, today: date) -> Places:
    try:
        year = areas.newest_edition(session, gemeente=gemeente)
    except areas.NoEdition:
        raise UnknownPlace(f"Gemeente {gemeente} kennen wij niet. Kies een gemeente op de kaart.") from None
    edition = areas.load_edition(session, year, gemeente=gemeente)
    indeling = gebieden.load_gebieden(session, gemeente)
    drawn = () if indeling is None else indeling.on(today).gebieden
    frames = {level: edition.level(level) for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE)}
    frames[Level.GEBIED] = empty_frame() if indeling is None else indeling.outlines(edition, today)
    by_code = {place.code: place for place in (*_cbs_places(edition), *map(_gebied_place, drawn))}
    return Places(year, by_code[gemeente], frames, by_code)


def _cbs_places(edition: Edition) -> list[Place]:
    inside = _buurten_inside(edition)
    return [
        Place(
            row.code,
            row.naam,
            level,
            row.gemeente,
            row.parent or None,
            inside.get(row.code, ()),
            bool(row.water),
        )
        for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE)
        for row in edition.level(level).itertuples(index=False)
    ]


def _buurten_inside(edition: Edition) -> dict[str, tuple[str, ...]]:
    """Return the buurt codes of every buurt (itself), wijk and gemeente."""
    buurten = edition.buurten
    inside: dict[str, tuple[str, ...]] = {code: (code,) for code in buurten["code"]}
    for column in ("parent", "gemeente"):
        for code, group in buurten.groupby(column, sort=True)["code"]:
            inside[str(code)] = tuple(group)
    return inside


def _gebied_place(gebied: Gebied) -> Place:
    town = gebied.gemeente
    return Place(
        gebied.code, gebied.naam, Level.GEBIED, town, town, gebied.buurten, status=gebied.status.value
    )

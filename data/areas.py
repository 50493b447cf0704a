"""Stored areas: editions of buurten, wijken and gemeenten, side by side by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from data import owners
from data.models import Area, AreaEdition
from data.municipalities import store_municipalities
from geo.areas import Edition, Level, area_frame
from geo.errors import AreaError

Row = dict[str, Any]
LEVELS = (Level.BUURT, Level.WIJK, Level.GEMEENTE)


@dataclass(frozen=True, kw_only=True)
class EditionStored:
    """What storing an edition did, in numbers of areas; `buurten_moved` says that owners must be derived."""

    year: int
    new: int
    changed: int
    same: int
    gone: int
    buurten_moved: bool
    new_edition: bool


class Changes(NamedTuple):
    """What differs between the areas that are stored and those of a file."""

    new: list[Row]
    changed: list[Row]
    gone: list[str]


class NoEdition(AreaError):
    """The database holds no outlines, or none of the year asked for."""


def store_edition(session: Session, edition: Edition) -> EditionStored:
    """Store the areas of an edition, gemeente by gemeente; a second time changes nothing.

    Gemeenten of the same year that this edition leaves out stay as they are. When buurten moved, the owners
    of points in this edition are forgotten: call `data.owners.derive_owners` or `assign_areas` after it.
    """
    gemeenten = edition.gemeenten
    store_municipalities(session, zip(gemeenten["code"], gemeenten["naam"], strict=True))
    is_new = _ensure_edition(session, edition.year)
    wanted = {row["code"]: row for row in _rows(edition)}
    known = _known_rows(session, edition.year, tuple(gemeenten["code"]))
    changes = _compare(wanted, known)
    moved = _buurten_moved(changes, known)
    if moved:
        owners.forget_owners(session, edition.year)
    _apply(session, edition.year, changes)
    if any(changes):
        _note_change(session, edition.year)
    return EditionStored(
        year=edition.year,
        new=len(changes.new),
        changed=len(changes.changed),
        same=len(wanted) - len(changes.new) - len(changes.changed),
        gone=len(changes.gone),
        buurten_moved=moved,
        new_edition=is_new,
    )


def editions(session: Session) -> list[int]:
    """The years of the editions that can be asked for, oldest first; one still being derived is left out."""
    ready = select(AreaEdition.year).where(AreaEdition.deriving.is_(False)).order_by(AreaEdition.year)
    return list(session.scalars(ready))


def newest_edition(session: Session, *, gemeente: str | None = None) -> int:
    """The year of the newest edition, that holds this gemeente when one is named; NoEdition without one."""
    query = select(func.max(Area.edition)).join(AreaEdition).where(AreaEdition.deriving.is_(False))
    if gemeente is not None:
        query = query.where(Area.municipality_code == gemeente)
    year = session.scalar(query)
    if year is None:
        raise NoEdition(f"er zijn geen grenzen geladen{f' voor {gemeente}' if gemeente else ''}")
    return year


def load_edition(session: Session, year: int, *, gemeente: str | None = None) -> Edition:
    """The edition of a year, or the part inside one gemeente; NoEdition when nothing of it is stored."""
    query = select(Area).where(Area.edition == year).order_by(Area.code)
    if gemeente is not None:
        query = query.where(Area.municipality_code == gemeente)
    areas = list(session.scalars(query))
    if not areas:
        raise NoEdition(f"van de indeling {year} is{f' voor {gemeente}' if gemeente else ''} niets geladen")
    return Edition(year, *(_frame([area for area in areas if area.level == level]) for level in LEVELS))


def _ensure_edition(session: Session, year: int) -> bool:
    if session.get(AreaEdition, year) is not None:
        return False
    session.add(AreaEdition(year=year, loaded_at=datetime.now(UTC), deriving=owners.any_points(session)))
    session.flush()
    return True


def _note_change(session: Session, year: int) -> None:
    """Let those who keep something of the areas of this edition notice that they changed."""
    session.execute(update(AreaEdition).where(AreaEdition.year == year).values(loaded_at=datetime.now(UTC)))


def _rows(edition: Edition) -> list[Row]:
    rows: list[Row] = []
    for level in LEVELS:
        frame = edition.level(level)
        outlines = shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1)
        for area, outline in zip(frame.itertuples(index=False), outlines, strict=True):
            rows.append(
                {
                    "edition": edition.year,
                    "code": str(area.code),
                    "level": level.value,
                    "naam": str(area.naam),
                    "parent": None if pd.isna(area.parent) else str(area.parent),
                    "municipality_code": str(area.gemeente),
                    "water": bool(area.water),
                    "outline": bytes(outline),
                }
            )
    return rows


def _known_rows(session: Session, year: int, gemeenten: tuple[str, ...]) -> dict[str, Row]:
    columns = Area.__table__.columns
    query = select(*columns).where(Area.edition == year, Area.municipality_code.in_(gemeenten))
    return {row["code"]: dict(row) for row in session.execute(query).mappings()}


def _compare(wanted: dict[str, Row], known: dict[str, Row]) -> Changes:
    return Changes(
        new=[row for code, row in wanted.items() if code not in known],
        changed=[row for code, row in wanted.items() if code in known and known[code] != row],
        gone=sorted(set(known) - set(wanted)),
    )


def _buurten_moved(changes: Changes, known: dict[str, Row]) -> bool:
    redrawn = [row for row in changes.changed if row["outline"] != known[row["code"]]["outline"]]
    touched = [*changes.new, *redrawn, *(known[code] for code in changes.gone)]
    return any(row["level"] == Level.BUURT for row in touched)


def _apply(session: Session, year: int, changes: Changes) -> None:
    if changes.gone:
        _refuse_kept(session, year, changes.gone)
        session.execute(delete(Area).where(Area.edition == year, Area.code.in_(changes.gone)))
    if changes.new:
        session.execute(insert(Area), changes.new)
    if changes.changed:
        session.execute(update(Area), changes.changed)


def _refuse_kept(session: Session, year: int, gone: list[str]) -> None:
    # A record whose point was replaced by its buurt would lose its only place.
    kept = owners.kept_buurten(session, year, gone)
    if kept:
        raise AreaError(
            f"deze buurten staan niet meer in de indeling {year}, maar er horen meldingen zonder punt bij: "
            + ", ".join(kept)
        )


def _frame(areas: list[Area]) -> gpd.GeoDataFrame:
    return area_frame(
        code=[area.code for area in areas],
        naam=[area.naam for area in areas],
        parent=[area.parent for area in areas],
        gemeente=[area.municipality_code for area in areas],
        water=[area.water for area in areas],
        geometry=shapely.from_wkb(np.array([area.outline for area in areas], dtype=object)),
    )

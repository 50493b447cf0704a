"""The public list: meldingen and initiatieven of a question, by day, and the same ones as points of a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

import pandas as pd

from data import initiatieven, meldingen
from data.choices import PrivacyClass
from data.meldingen import Filters, Listed
from data.public_records import last_notes
from data.visibility import Viewer
from geo.areas import Level
from geo.crs import LngLat
from service.analysis import live_map
from service.analysis.live_map import LiveMap, Points
from service.analysis.places import Place, Places
from service.analysis.words import local_day
from service.analysis.workbench import Workbench

PAGE_SIZE: Final = 25
# Statuses of an initiatief after which nothing more comes of it.
ENDED: Final = frozenset({"uitgevoerd", "gestopt"})


@dataclass(frozen=True, slots=True)
class ListRow:
    """A melding as a line of the list, with what was last said of it; `shielded` when only staff see it."""

    public_id: str
    soort: str
    day: date
    status: str
    closed_on: date | None
    buurt: Place | None
    note: str
    shielded: bool
    example: bool


class Plan(NamedTuple):
    """An initiatief as a line of the list."""

    public_id: str
    title: str
    status: str
    started_on: date | None
    finished_on: date | None
    buurt: Place | None
    point: LngLat | None
    example: bool


@dataclass(frozen=True, slots=True)
class MeldingPage:
    """One page of meldingen by day, the newest first, and how many there are in all."""

    days: list[tuple[date, list[ListRow]]]
    total: int
    page: int
    pages: int


def melding_page(
    workbench: Workbench, viewer: Viewer, found: Places, filters: Filters, *, page: int, size: int = PAGE_SIZE
) -> MeldingPage:
    """Return one page of the meldingen that a question gives; without days past the last page."""
    with workbench.session() as session:
        total = workbench.remember(
            session,
            ("count", viewer.sees, filters, found.edition),
            lambda: meldingen.count(session, viewer, filters, edition=found.edition),
        )
        rows = meldingen.page(
            session, viewer, filters, edition=found.edition, limit=size, offset=(page - 1) * size
        )
        notes = last_notes(session, [row.public_id for row in rows])
    shown = [_row(row, found, notes) for row in rows]
    days = [(day, list(of_day)) for day, of_day in groupby(shown, key=lambda row: row.day)]
    return MeldingPage(days, total, page, max(1, -(-total // size)))


def plans(workbench: Workbench, viewer: Viewer, found: Places, filters: Filters) -> list[Plan]:
    """Return the initiatieven of a question, the last begun first: by period, place, and ended or not."""
    with workbench.session() as session:
        rows = workbench.remember(
            session,
            ("plans", viewer.sees, found.gemeente.code, found.edition),
            lambda: initiatieven.frame(session, viewer, found.gemeente.code, edition=found.edition),
        )
    rows = rows[_asked(rows, filters)].sort_values(
        ["started_at", "titel"], ascending=[False, True], na_position="last"
    )
    return [_plan(row, found) for row in rows.to_dict("records")]


def points_map(
    workbench: Workbench,
    found: Places,
    addresses: Mapping[str, str],
    *,
    query: Mapping[str, Any] | None,
    plans: Sequence[Plan] = (),
    spot: LngLat | None = None,
) -> dict[str, Any]:
    """Return a map with the meldingen that the API gives for `query`, and these initiatieven."""
    drawn = LiveMap(
        level=Level.WIJK,
        areas=live_map.plain_areas(found.of(Level.WIJK), addresses),
        labels=True,
        points=Points(found.gemeente.code, asked=dict(query or {}), meldingen=query is not None),
        spot=(spot.lon, spot.lat) if spot else None,
    )
    data = live_map.as_data(workbench, found, drawn)
    data["punten"]["plannen"] = [_point(plan) for plan in plans if plan.point is not None]
    return data


def _row(row: Listed, found: Places, notes: Mapping[str, str]) -> ListRow:
    return ListRow(
        row.public_id,
        row.category_name,
        row.created_on,
        row.status,
        row.closed_on,
        found.by_code.get(row.buurt or ""),
        notes.get(row.public_id, ""),
        row.privacy != PrivacyClass.EXACT,
        row.example,
    )


def _asked(rows: pd.DataFrame, filters: Filters) -> pd.Series[bool]:
    """Which initiatieven a question is about; one that has not begun has no day to be asked for."""
    wanted = pd.Series(True, index=rows.index)
    if filters.since is not None:
        wanted &= rows["started_at"] >= pd.Timestamp(filters.since, tz="UTC")
    if filters.until is not None:
        wanted &= rows["started_at"] <= pd.Timestamp(filters.until, tz="UTC")
    if filters.open is not None:
        wanted &= rows["status"].isin(ENDED) != filters.open
    if filters.buurten:
        wanted &= rows["buurt"].isin(filters.buurten)
    if filters.around is not None:
        circle = filters.around
        east, north = rows["x"] - circle.x, rows["y"] - circle.y
        wanted &= east * east + north * north <= circle.radius_m**2
    return wanted


def _plan(row: dict[Any, Any], found: Places) -> Plan:
    return Plan(
        row["public_id"],
        row["titel"],
        row["status"],
        local_day(row["started_at"]),
        local_day(row["finished_at"]),
        found.by_code.get(row["buurt"] or ""),
        None if pd.isna(row["lon"]) else LngLat(row["lon"], row["lat"]),
        bool(row["example"]),
    )


def _point(plan: Plan) -> dict[str, Any]:
    assert plan.point is not None
    return {
        "lon": round(plan.point.lon, 6),
        "lat": round(plan.point.lat, 6),
        "titel": plan.title,
        "status": plan.status,
        "voorbeeldgegevens": plan.example,
    }

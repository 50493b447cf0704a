"""Silence: where staff hear less than expected, and how soon people report, beside every ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.meldingen import Filters
from data.observation import Watch
from data.visibility import Viewer
from geo.areas import Level
from geo.event_counts import EventCounts
from geo.exposure import Period
from geo.main_groups import MainGroup
from geo.measures import Selection
from geo.registry import INWONERS
from geo.silence import REPORT_COLUMNS, Heard, clumping, heard, open_incidents, reporting_rates
from maps.numbers import dutch
from service.analysis import figures, reports
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.texts import catalogue

# Too few inhabitants for a word about what one would expect.
FEWEST_PEOPLE = 500
# As many soorten are named that most is missed of.
MOST_NAMED = 2
PER_DAYS = 30
DAYS_OF_WEEK = 7
COUNTS = ("incidents", "duplicates")

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeardRow:
    """What came in from one area and what was expected; NaN where it is too small for that.

    `lacking` names the soorten of which most is missed, with what came in and what was expected.
    """

    place: Place
    observed: float
    expected: float
    ratio: float
    lower: float
    upper: float
    few: bool
    lacking: tuple[tuple[str, float, float], ...]

    @property
    def is_known(self) -> bool:
        """Whether the area is large enough for an expectation."""
        return bool(np.isfinite(self.ratio))


@dataclass(frozen=True, slots=True)
class ReportingRow:
    """How soon people report in one area, per 30 days that it lies open; NaN where that is unknown."""

    place: Place
    incidents: int
    duplicates: int
    rate: float
    lower: float
    upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float

    @property
    def is_known(self) -> bool:
        """Whether there are enough duplicates for a rate."""
        return bool(np.isfinite(self.rate))


@dataclass(frozen=True, eq=False)
class Silence:
    """Both parts for one level; no `rows` when there are no meldingen.

    `years` are those of the inhabitants.
    """

    level: Level
    rows: tuple[HeardRow, ...]
    reporting: tuple[ReportingRow, ...]
    watches: tuple[Watch, ...]
    years: tuple[int, ...]
    example: bool

    @property
    def few(self) -> list[HeardRow]:
        """The areas from which clearly less came in than expected, least first."""
        return sorted((row for row in self.rows if row.few), key=lambda row: row.ratio)

    @property
    def in_order(self) -> list[HeardRow]:
        """The areas, least beside what was expected first, those too small for a word last."""
        return sorted(self.rows, key=lambda row: (not row.is_known, row.ratio, row.place.naam))

    @property
    def duplicates(self) -> int:
        """The duplicates of the whole gemeente."""
        return next((row.duplicates for row in self.reporting if row.place.level is Level.GEMEENTE), 0)


def silence(
    workbench: Workbench, viewer: Viewer, places: Places, filters: Filters, *, level: Level
) -> Silence:
    """Return from which areas of a level staff hear less than expected; for staff of this gemeente only."""
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("silence", viewer.sees, filters, places.edition, level)
        return workbench.remember(
            session, key, lambda: _silence(workbench, viewer, places, filters, level=level)
        )


def notes(
    workbench: Workbench, viewer: Viewer, places: Places, filters: Filters, *, level: Level = Level.BUURT
) -> dict[str, str]:
    """Return a line by code for each area that clearly less came in from than expected, to show beside it."""
    found = silence(workbench, viewer, places, filters, level=level)
    return {row.place.code: note(row) for row in found.few}


def note(row: HeardRow) -> str:
    """Return what is said of an area from which little comes in."""
    came = catalogue().counted(int(row.observed), "melding")
    return catalogue().text("weinig.notitie", meldingen=came, verwacht=dutch(row.expected, 0))


def _silence(
    workbench: Workbench, viewer: Viewer, places: Places, filters: Filters, *, level: Level
) -> Silence:
    with workbench.session() as session:
        evidence = figures.evidence(workbench, session, viewer, places, filters)
        watches = reports.watches(workbench, session, viewer, filters)
        years = evidence.figures.years(INWONERS)
        if evidence.meldingen is None:
            return Silence(level, (), (), watches, years, False)
        people = evidence.figures.counts(INWONERS, places.membership(level)).value
        all_reports = _reports(workbench, session, viewer, places, filters)
        large = np.where(people >= FEWEST_PEOPLE, people, np.nan)
        rows = _rows(evidence.meldingen, places, level, large, clumped=clumping(_weekly(all_reports)))
        reporting = _reporting(all_reports, places)
    return Silence(level, rows, reporting, watches, years, evidence.meldingen.example)


def _rows(
    counts: EventCounts, places: Places, level: Level, people: FloatArray, *, clumped: float
) -> tuple[HeardRow, ...]:
    members = places.membership(level)
    groups = list(MainGroup)
    table = np.column_stack(
        [counts.in_areas(Selection(groups=frozenset({group})), members) for group in groups]
    )
    if np.isfinite(people).sum() < 2 or not table.sum():
        return ()
    found = heard(table, people, clumped=clumped)
    return tuple(
        _row(found, table, groups, place, at) for at, place in enumerate(_in_order(places, members.codes))
    )


def _weekly(rows: pd.DataFrame) -> FloatArray:
    """Return incidents per buurt and week since the first that was seen, (buurten, weeks)."""
    seen = (rows["created_at"] >= rows["seen_from"]) & (rows["created_at"] < rows["seen_until"])
    ordered = rows.sort_values("created_at", kind="stable")
    first = ordered[ordered["incident"].isna() | ~ordered.duplicated("incident")]
    kept = first[seen.reindex(first.index)]
    if kept.empty:
        return np.zeros((0, 0))
    week = (kept["created_at"] - kept["created_at"].min()).dt.days // DAYS_OF_WEEK
    return pd.crosstab(kept["buurt"], week).to_numpy(dtype=np.float64)


def _in_order(places: Places, codes: Sequence[str] | pd.Index[str]) -> list[Place]:
    return [places.by_code[code] for code in codes]


def _row(
    found: Heard,
    table: FloatArray,
    groups: Sequence[MainGroup],
    place: Place,
    at: int,
) -> HeardRow:
    shortage = np.nan_to_num(found.shortage[at])
    most = [kind for kind in np.argsort(-shortage, kind="stable")[:MOST_NAMED] if shortage[kind] >= 1]
    few = bool(found.clearly_few[at])
    lacking = tuple(
        (groups[kind].naam, float(table[at, kind]), float(table[at, kind] + shortage[kind])) for kind in most
    )
    return HeardRow(
        place,
        observed=float(table[at].sum()),
        expected=float(found.expected[at]),
        ratio=float(found.ratio[at]),
        lower=float(found.lower[at]),
        upper=float(found.upper[at]),
        few=few,
        lacking=lacking if few else (),
    )


def _reporting(rows: pd.DataFrame, places: Places) -> tuple[ReportingRow, ...]:
    """Return the gemeente and its wijken: smaller areas have too few duplicates by far."""
    town = places.gemeente
    wijken = places.of(Level.WIJK)
    owner = {buurt: wijk.code for wijk in wijken for buurt in wijk.buurten}
    found = [
        *_rates(rows.assign(area=town.code), [town]),
        *_rates(rows.assign(area=rows["buurt"].map(owner)), wijken),
    ]
    return tuple(found)


def _rates(rows: pd.DataFrame, areas: Sequence[Place]) -> list[ReportingRow]:
    inside = rows[rows["area"].notna()]
    table = reporting_rates(open_incidents(inside[list(REPORT_COLUMNS)]), areas=[one.code for one in areas])
    table[["rate", "lower", "upper"]] *= PER_DAYS
    return [ReportingRow(place, **_numbers(table, place.code)) for place in areas]


def _numbers(table: pd.DataFrame, code: str) -> dict[str, Any]:
    """Return the numbers of one area by the name of their column; those that are counts whole."""
    row = table.drop(columns="open_days").loc[code]
    return {name: int(row[name]) if name in COUNTS else float(row[name]) for name in row.index}


def _reports(
    workbench: Workbench, session: Session, viewer: Viewer, places: Places, filters: Filters
) -> pd.DataFrame:
    """Return every melding with the days that its source was watched; `ik zie dit ook` is none of them.

    Also what came in before those days: an incident that was known then is no new one.
    """
    watches = reports.watches(workbench, session, viewer, filters)
    whole = replace(filters, since=None, until=None)
    rows = reports.frame(workbench, session, viewer, whole, edition=places.edition)
    seen = {one.source_id: Period.of_days(one.first, one.last) for one in watches}
    rows = rows[rows["source_id"].isin(list(seen)) & rows["buurt"].notna()]
    return rows.assign(
        kind=rows["main_group"],
        incident=rows["incident_id"],
        seen_from=pd.to_datetime(
            rows["source_id"].map({key: one.start for key, one in seen.items()}), utc=True
        ),
        seen_until=pd.to_datetime(
            rows["source_id"].map({key: one.end for key, one in seen.items()}), utc=True
        ),
    )

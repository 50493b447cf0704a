"""Hot spots: for staff, the places from which remarkably many meldingen come, and the sudden rises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.meldingen import Filters
from data.observation import Watch
from data.visibility import Viewer
from geo.area_figures import LAND, PEOPLE
from geo.exposure import AMSTERDAM
from geo.getis_ord import MOST_AREAS, LocalG, local_g
from geo.hotspots import FEWEST_EXPECTED, HotSpots, hot_spots
from geo.incidents import incidents
from geo.neighbours import Neighbours
from geo.signals import RECENT_WEEKS, Signals, TooShort, signals
from maps.spots import Mark
from service.analysis import figures, reports, spot_ground
from service.analysis.places import Places
from service.analysis.reports import Span
from service.analysis.spot_ground import Ground, Kind, Per
from service.analysis.workbench import Workbench

FloatArray = NDArray[np.float64]
DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which places are asked for; `gi` asks for Gi* beside the hot spots."""

    filters: Filters
    kind: Kind = Kind.BUURT
    width_m: int = 250
    per: Per = Per.INWONERS
    gi: bool = False
    barriers: Path | None = None


@dataclass(frozen=True, eq=False)
class Spots:
    """What each place comes to: `own` is what was counted in it alone, `found` with its neighbours.

    `outside` incidents lie in no place with exposure and take no part. `gi` is None when it was not asked, or
    there are too many places for it. `years` are those of what counts are laid beside.
    """

    places: Ground
    own: FloatArray
    exposure: FloatArray
    found: HotSpots
    gi: LocalG | None
    outside: int
    watches: tuple[Watch, ...]
    years: tuple[int, ...]
    example: bool

    @property
    def span(self) -> Span | None:
        """The first and the last day that it is about."""
        return reports.span(self.watches)

    @property
    def total(self) -> int:
        """How many incidents took part."""
        return int(self.own[self._known].sum())

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The places as an area frame."""
        return self.places.areas

    def marks(self) -> tuple[Mark, ...]:
        """What is said of each place: by Gi* when that was asked, else by the maximum."""
        if self.gi is not None:
            hot, cold, said = self.gi.is_hot, self.gi.is_cold, np.isfinite(self.gi.z)
        else:
            hot, cold, said = self.found.is_hot, np.zeros(len(self.own), dtype=bool), self._said
        chosen = np.select(
            [hot, cold, said, self._known],
            [Mark.HOT.value, Mark.COLD.value, Mark.ORDINARY.value, Mark.LITTLE.value],
            Mark.UNKNOWN.value,
        )
        return tuple(Mark(one) for one in chosen.tolist())

    def clusters(self) -> list[NDArray[np.intp]]:
        """The hot places that hang together, each with its strongest first, the strongest group first."""
        hot = self.found.is_hot
        left, groups = set(np.flatnonzero(hot).tolist()), []
        while left:
            group = [max(left, key=lambda place: float(self.found.statistic[place]))]
            left.discard(group[0])
            for place in group:
                near = [one for one in self.places.neighbours.of(place).tolist() if one in left]
                group += near
                left -= set(near)
            groups.append(np.array(group, dtype=np.intp))
        return groups

    @property
    def _known(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.exposure) & (self.exposure > 0))

    @property
    def _said(self) -> NDArray[np.bool_]:
        return np.isfinite(self.found.p)


@dataclass(frozen=True, slots=True)
class Rise:
    """One signal in names: the soort, the buurt in the middle of it, and what was counted there."""

    soort: str
    buurt: str
    recent: int
    earlier: int
    expected: float


@dataclass(frozen=True, slots=True)
class Rises:
    """The signals of the last whole weeks, or why there are none to give."""

    rises: tuple[Rise, ...]
    recent: Span | None
    earlier_weeks: int
    false_per_year: float
    false_per_month: float
    refusal: str = ""


def spots(workbench: Workbench, viewer: Viewer, found: Places, asked: Asked) -> Spots:
    """Return the hot spots of a gemeente; for staff of it only."""
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, asked.filters)
        places = _ground(workbench, session, found, asked)
        key = (
            "hot spots", viewer.sees, filters, found.edition, asked.kind, asked.width_m, asked.per, asked.gi,
            asked.barriers,
        )  # fmt: skip
        return workbench.remember(
            session,
            key,
            lambda: _spots(workbench, session, viewer, found, replace(asked, filters=filters), places=places),
        )


def rises(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    *,
    weeks: int = RECENT_WEEKS,
    barriers: Path | None = None,
) -> Rises:
    """Return the sudden rises per soort and buurt in the last whole weeks, up to the last day asked."""
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, replace(filters, since=None))
        places = _ground(workbench, session, found, Asked(filters=filters, barriers=barriers))
        key = ("signals", viewer.sees, filters, found.edition, weeks, barriers)
        return workbench.remember(
            session,
            key,
            lambda: _rises(workbench, session, viewer, found, filters, places=places, weeks=weeks),
        )


def _ground(workbench: Workbench, session: Session, found: Places, asked: Asked) -> Ground:
    return spot_ground.ground(
        workbench, session, found, kind=asked.kind, width_m=asked.width_m, barriers=asked.barriers
    )


def _spots(
    workbench: Workbench,
    session: Session,
    viewer: Viewer,
    found: Places,
    asked: Asked,
    *,
    places: Ground,
) -> Spots:
    evidence = figures.evidence(workbench, session, viewer, found, asked.filters)
    size = spot_ground.exposure(workbench, session, found, places, evidence.figures, per=asked.per)
    rows = incidents(reports.observed_frame(workbench, session, viewer, asked.filters, edition=found.edition))
    place = places.find(rows)
    own = np.bincount(place[place >= 0], minlength=len(places.areas)).astype(np.float64)
    known = np.isfinite(size) & (size > 0)
    seed = seed_of(own)
    return Spots(
        places=places,
        own=own,
        exposure=size,
        found=hot_spots(own, size, places.neighbours, seed=seed),
        gi=_local_g(own, size, places.neighbours, seed=seed) if asked.gi else None,
        outside=int((place < 0).sum() + own[~known].sum()),
        watches=reports.watches(workbench, session, viewer, asked.filters),
        years=evidence.figures.years(PEOPLE if asked.per is Per.INWONERS else LAND),
        example=bool(rows["example"].any()),
    )


def _local_g(own: FloatArray, size: FloatArray, links: Neighbours, *, seed: int) -> LocalG | None:
    """Gi* of the rates, of places where at least one is expected; None where those are too many."""
    known = np.isfinite(size) & (size > 0)
    expected = np.where(known, size, 0.0) * own[known].sum() / max(float(size[known].sum()), 1e-9)
    large = expected >= FEWEST_EXPECTED
    if large.sum() > MOST_AREAS:
        return None
    rates = np.divide(own, size, out=np.full(len(own), np.nan), where=large)
    return local_g(rates, links, seed=seed)


def seed_of(counts: NDArray[np.generic]) -> int:
    """Return a number that is the same for the same counts: for every reader, and at a later moment too."""
    digest = hashlib.sha256(repr(counts.shape).encode() + np.ascontiguousarray(counts).tobytes())
    return int.from_bytes(digest.digest()[:8], "big")


def _rises(
    workbench: Workbench,
    session: Session,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    *,
    places: Ground,
    weeks: int,
) -> Rises:
    watches = reports.watches(workbench, session, viewer, filters)
    whole = _whole_weeks(watches)
    if whole is None:
        return Rises((), None, 0, 0.0, 0.0, refusal="Er zijn geen meldingen over deze periode.")
    last, sources = whole[1], [one.source_id for one in watches if one.last >= whole[1]]
    rows = incidents(reports.observed_frame(workbench, session, viewer, filters, edition=found.edition))
    weekly, names = _weekly(rows[rows["source_id"].isin(sources)], places, whole)
    recent = Span(last - timedelta(days=DAYS_PER_WEEK * weeks - 1), last)
    try:
        seen = signals(weekly, places.neighbours, seed=seed_of(weekly), recent_weeks=weeks)
    except TooShort as reason:
        return Rises((), recent, max(weekly.shape[2] - weeks, 0), 0.0, 0.0, refusal=str(reason))
    return Rises(
        _named(seen, names, places),
        recent,
        seen.earlier_weeks,
        seen.false_per_year,
        seen.false_per_month,
    )


def _whole_weeks(watches: tuple[Watch, ...]) -> Span | None:
    """The weeks, Monday to Sunday, that every source watched that still does; None without one."""
    if not watches:
        return None
    end = max(one.last for one in watches)
    last = end - timedelta(days=(end.weekday() + 1) % DAYS_PER_WEEK)
    start = max((one.first for one in watches if one.last >= last), default=end)
    first = start + timedelta(days=-start.weekday() % DAYS_PER_WEEK)
    return Span(first, last) if first < last else None


def _weekly(rows: pd.DataFrame, places: Ground, whole: Span) -> tuple[NDArray[np.int64], list[str]]:
    """Incidents of shape (soorten, buurten, weeks), and the names of the soorten."""
    days = rows["created_at"].dt.tz_convert(AMSTERDAM).dt.date
    week = np.array([_week(day, whole.first) for day in days], dtype=np.int64)
    weeks = ((whole.last - whole.first).days + 1) // DAYS_PER_WEEK
    place = places.find(rows)
    kept = (place >= 0) & (week >= 0) & (week < weeks)
    soort, names = pd.factorize(rows["category_name"][kept], sort=True)
    table = np.zeros((len(names), len(places.areas), weeks), dtype=np.int64)
    np.add.at(table, (soort, place[kept], week[kept]), 1)
    return table, [str(name) for name in names]


def _week(day: date, first: date) -> int:
    return (day - first).days // DAYS_PER_WEEK


def _named(seen: Signals, names: list[str], places: Ground) -> tuple[Rise, ...]:
    buurten = places.areas["naam"].tolist()
    return tuple(
        Rise(names[one.kind], str(buurten[one.area]), one.recent, one.earlier, one.expected)
        for one in seen.found
    )

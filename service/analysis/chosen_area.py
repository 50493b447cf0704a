"""Chosen area: what was reported in an area that somebody drew or put together, beside the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.area_figures import LAND, PEOPLE, AreaFigures
from geo.areas import Level
from geo.drawn_area import holds, shares
from geo.main_groups import MainGroup
from geo.measures import Figure
from geo.membership import BoolArray, FloatArray
from geo.rates import Rates, count_interval, rate_ratio, raw_rates, verdicts
from service.analysis.comparison_words import Beside, beside
from service.analysis.counted import Counted
from service.analysis.people import population_of
from service.analysis.places import Places
from service.analysis.value_words import margin_text, number_text
from service.analysis.workbench import Workbench

# As for every rate per inhabitant: fewer say too little, and come near to persons.
FEWEST_PEOPLE: Final = 500
PER_PEOPLE: Final = 1000.0
# As for every rate per hectare.
FEWEST_COUNTED: Final = 5


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """How much of a town an area has: hectares of land and inhabitants, its own and of the whole town.

    `unknown` of its buurten have no known number of inhabitants; in `people` they are not.
    """

    land: float
    town_land: float
    people: float
    town_people: float
    unknown: int

    @property
    def has_people(self) -> bool:
        """Whether it is known how many live in it, at least in part of it."""
        return self.people > 0 or not self.unknown

    @property
    def by_people(self) -> bool:
        """Whether enough people live in it and in the rest of the town for a rate per inhabitant."""
        return min(self.people, self.town_people - self.people) >= FEWEST_PEOPLE

    @property
    def size(self) -> tuple[float, float]:
        """What it is compared by, and that of the rest of the town."""
        own, town = (self.people, self.town_people) if self.by_people else (self.land, self.town_land)
        return own, max(town - own, 0.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in words; empty where there is none."""

    text: str
    margin: str


@dataclass(frozen=True, slots=True)
class SoortRow:
    """One soort: how many incidents in the area, the margin of that, and beside the rest of the town."""

    naam: str
    count: int
    margin: str
    beside: Beside


@dataclass(frozen=True, eq=False, slots=True)
class ChosenArea:
    """What an area comes to; of `unplaced` incidents nobody knows where they are."""

    hectares: float
    ground: Ground
    total: SoortRow
    soorten: tuple[SoortRow, ...]
    per_hectare: Rate
    per_people: Rate
    town: int
    unplaced: int


def of_drawing(workbench: Workbench, found: Places, every: Counted, area: shapely.Polygon) -> ChosenArea:
    """Return what an area in RD comes to; land and people outside the town are not in it."""
    x, y = (every.rows[name].to_numpy(dtype=np.float64) for name in ("x", "y"))
    part = shares(area, found.areas(Level.BUURT))
    spread = population_of(workbench, found)
    people = float(spread.inhabitants[holds(area, spread.x, spread.y)].sum())
    land, known = _figures(found, every.figures)
    hectares = float(area.area) / 10_000
    unknown = int(((part > 0) & np.isnan(known)).sum())
    ground = Ground(min(_sum(land * part), hectares), _sum(land), people, spread.total, unknown)
    placed = np.isfinite(x) & np.isfinite(y)
    return _answer(every, holds(area, x, y), ground, hectares=hectares, unplaced=int((~placed).sum()))


def of_buurten(found: Places, every: Counted, codes: Sequence[str]) -> ChosenArea:
    """Return what some buurten together come to; each incident counts in the buurt that it belongs to."""
    frame = found.areas(Level.BUURT)
    chosen = frame["code"].isin(codes).to_numpy()
    land, people = _figures(found, every.figures)
    hectares = float(frame.geometry.area[chosen].sum()) / 10_000
    # Land was measured in another year than the outlines: never more of it than there is ground.
    own = min(_sum(land[chosen]), hectares)
    unknown = int(np.isnan(people[chosen]).sum())
    ground = Ground(own, _sum(land), _sum(people[chosen]), _sum(people), unknown)
    inside = every.rows["buurt"].isin(codes).to_numpy()
    return _answer(every, inside, ground, hectares=hectares, unplaced=0)


def _answer(
    every: Counted, inside: BoolArray, ground: Ground, *, hectares: float, unplaced: int
) -> ChosenArea:
    rows = every.rows
    # Where nobody knows of a melding whether it lies in the area, it is not in the rest either.
    known = np.ones(len(rows), dtype=bool) if not unplaced else rows["x"].notna().to_numpy()
    here = int(inside.sum())
    return ChosenArea(
        hectares=hectares,
        ground=ground,
        total=_rows([""], [here], [int(known.sum()) - here], ground)[0],
        soorten=_soorten(rows, inside, known, ground),
        per_hectare=_rate(here, ground.land, every.years, per=1.0),
        per_people=_rate(here, ground.people if ground.by_people else 0.0, every.years, per=PER_PEOPLE),
        town=len(rows),
        unplaced=unplaced,
    )


def _soorten(rows: pd.DataFrame, inside: BoolArray, known: BoolArray, ground: Ground) -> tuple[SoortRow, ...]:
    groups = rows["main_group"].astype(str).to_numpy(dtype=object)
    found = [group for group in MainGroup if (groups == group.value).any()]
    own = [int((inside & (groups == group.value)).sum()) for group in found]
    town = [int((known & (groups == group.value)).sum()) for group in found]
    lines = _rows(
        [group.naam for group in found], own, [b - a for a, b in zip(own, town, strict=True)], ground
    )
    return tuple(sorted(lines, key=lambda line: -line.count))


def _rows(
    names: Sequence[str], own: Sequence[int], rest: Sequence[int], ground: Ground
) -> tuple[SoortRow, ...]:
    if not names:
        return ()
    size, other = ground.size
    ratios = rate_ratio(own, np.full(len(own), size), rest, np.full(len(own), other))
    lower, upper = count_interval(own)
    said = verdicts(ratios)
    return tuple(
        SoortRow(
            naam,
            own[at],
            margin_text(float(lower[at]), float(upper[at]), decimals=0),
            beside(str(said[at]), *(float(end[at]) for end in ratios)),
        )
        for at, naam in enumerate(names)
    )


def _rate(count: int, size: float, years: float, *, per: float) -> Rate:
    found: Rates = raw_rates([count], [size], exposure_years=[years], per=per)
    if count < FEWEST_COUNTED or np.isnan(found.value[0]):
        return Rate("", "")
    return Rate(
        number_text(float(found.value[0]), 1),
        margin_text(float(found.lower[0]), float(found.upper[0]), decimals=1),
    )


def _figures(found: Places, known: AreaFigures) -> tuple[FloatArray, FloatArray]:
    """Return hectares of land and inhabitants per buurt, in the order of the frame; NaN where not known."""
    members = found.membership(Level.BUURT)
    codes = found.areas(Level.BUURT)["code"]

    def per_buurt(figure: Figure) -> FloatArray:
        values = pd.Series(known.counts(figure, members).value, index=members.codes)
        return np.asarray(values.reindex(codes), dtype=np.float64)

    return per_buurt(LAND), per_buurt(PEOPLE)


def _sum(values: NDArray[np.float64]) -> float:
    return float(np.nansum(values))

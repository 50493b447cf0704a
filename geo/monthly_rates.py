"""Monthly rates: incidents per area and month with what makes them rates, small enough for a browser.

The parts are counts, days and sizes, so that whoever has them can add up any months: the rate over them is
the sum of the counts by the size and the sum of the observed years, as `geo.answers` works it out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.area_figures import AreaFigures
from geo.errors import FigureError
from geo.event_counts import supplies
from geo.exposure import Observation, Period, observed_years
from geo.incident_days import IncidentDays
from geo.indicator_values import ValueStatus
from geo.indicators import Indicator, Part
from geo.measures import EventRate, Events, Figure, Selection
from geo.membership import BoolArray, FloatArray, Membership
from geo.rates import count_interval

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MonthlyRates:
    """Counts of shape (areas, months); `years` is what was watched of each month, `size` the denominator.

    `status` is that of an area whatever the month; of the areas that are `bekend` a sum below `least`
    incidents is too small, and without `years` nothing is known. `lower` and `upper` are the interval of the
    counts 0, 1, 2 and on, up to the highest sum of an area.
    """

    firsts: tuple[date, ...]
    counts: IntArray
    years: FloatArray
    size: FloatArray
    scale: float
    status: NDArray[np.object_]
    least: float
    lower: FloatArray
    upper: FloatArray


def can_be_monthly(definition: Indicator, part: Part) -> bool:
    """Whether a cijfer is a rate of meldingen whose minimum does not ask how many people reported."""
    measure = part.measure
    counted = isinstance(measure, EventRate) and measure.events is Events.MELDINGEN
    return counted and all(minimum.of != "melders" for minimum in definition.minimum)


def monthly_rates(
    definition: Indicator,
    part: Part,
    *,
    days: IncidentDays,
    observations: Mapping[int, Observation],
    figures: AreaFigures,
    members: Membership,
    groups: Collection[str] = (),
) -> MonthlyRates:
    """The rates per month of the incidents in some main groups, of all when none is named.

    Raises FigureError for a cijfer that cannot be monthly.
    """
    measure = part.measure
    if not isinstance(measure, EventRate) or not can_be_monthly(definition, part):
        raise FigureError(f"{definition.naam} is er niet per maand.")
    chosen = _of_groups(days, groups).taking(measure.selection)
    months = chosen.months(members)
    counts = months.counts.sum(axis=0).astype(np.int64)
    watched = _supplying(days, observations, measure.selection, groups)
    size = figures.counts(measure.per, members)
    lower, upper = count_interval(np.arange(int(counts.sum(axis=1).max(initial=0)) + 1))
    return MonthlyRates(
        months.firsts,
        counts,
        np.array([_years(first, watched) for first in months.firsts]),
        size.value,
        measure.scale,
        _status(definition, size.value, size.secret, figures, members, supplied=bool(watched)),
        max((one.at_least for one in definition.minimum if one.of == "n"), default=0.0),
        lower,
        upper,
    )


def _of_groups(days: IncidentDays, groups: Collection[str]) -> IncidentDays:
    if not groups:
        return days
    kept = days.kinds["main_group"].isin(list(groups)).to_numpy(dtype=bool)[days.kind]
    return replace(
        days, source=days.source[kept], place=days.place[kept], kind=days.kind[kept], day=days.day[kept]
    )


def _supplying(
    days: IncidentDays, observations: Mapping[int, Observation], selection: Selection, groups: Collection[str]
) -> list[Observation]:
    """The sources that deliver at least part of the selection."""
    inside = days.kinds["main_group"].isin(list(groups)) if groups else days.kinds["main_group"].notna()
    asked = inside.to_numpy(dtype=bool)
    found = []
    for place, one in enumerate(observations.values()):
        seen = np.unique(days.kind[days.source == place])
        brought = days.kinds.iloc[seen[asked[seen]]]
        if supplies(one, brought, selection):
            found.append(one)
    return found


def _years(first: date, watched: Collection[Observation]) -> float:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    month = Period.of_days(first, last)
    return observed_years(one.seen.overlap(month) for one in watched)


def _status(
    definition: Indicator,
    size: FloatArray,
    secret: BoolArray,
    figures: AreaFigures,
    members: Membership,
    *,
    supplied: bool,
) -> NDArray[np.object_]:
    """What holds for an area in every month, by the rules of `geo.indicator_values`."""
    small, unknown = np.zeros(len(size), dtype=bool), ~(size > 0)
    for minimum in definition.minimum:
        if minimum.of == "n":
            continue
        least = figures.counts(minimum.of, members).value if isinstance(minimum.of, Figure) else size
        small |= least < minimum.at_least
        unknown |= np.isnan(least)
    status = np.full(len(size), str(ValueStatus.BEKEND), dtype=object)
    status[unknown] = str(ValueStatus.ONBEKEND)
    status[small] = str(ValueStatus.TE_KLEIN)
    status[secret] = str(ValueStatus.GEHEIM)
    if not supplied:
        status[:] = str(ValueStatus.NIET_GELEVERD)
    if members.level not in definition.levels:
        status[:] = str(ValueStatus.NIET_OP_DIT_NIVEAU)
    return status

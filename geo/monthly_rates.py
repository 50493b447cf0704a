"""Monthly rates: incidents per area and month with what makes them rates, small enough for a browser.

The parts are counts, days and sizes, so that whoever has them can add up any months: the rate over them is
the sum of the counts by the size and the sum of the observed years, as `geo.answers` works it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.area_figures import AreaFigures
from geo.errors import FigureError
from geo.event_counts import supplies
from geo.exposure import Observation, Period
from geo.incident_days import IncidentDays
from geo.indicator_values import ValueStatus
from geo.indicators import Indicator, Part
from geo.main_groups import MainGroup
from geo.measures import EventRate, Events, Figure, Selection
from geo.membership import BoolArray, FloatArray, Membership
from geo.rates import count_interval

IntArray = NDArray[np.int64]
EXACT_TO: Final = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """When one source watched and which of the main groups it delivers, a place for each."""

    seen: Period
    groups: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class MonthlyRates:
    """Counts of shape (main groups, areas, months); `size` is the denominator of each area.

    What was watched of a month for some main groups are the days that a source that delivers one of them
    watched, days that several share once. `status` is that of an area whatever the month; of the areas that
    are `bekend` a sum below `least` incidents is too small, and without watched days nothing is known.
    `lower` and `upper` are the interval of the counts 0, 1, 2 and on, up to the highest sum of an area or
    `EXACT_TO`: above it the formula of Wilson and Hilferty (1931) differs from the exact ends by less than
    a hundred-thousandth part.
    """

    firsts: tuple[date, ...]
    groups: tuple[str, ...]
    counts: IntArray
    deliveries: tuple[Delivery, ...]
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
) -> MonthlyRates:
    """The rates of a cijfer per month and main group. Raises FigureError for one that cannot be monthly."""
    measure = part.measure
    if not isinstance(measure, EventRate) or not can_be_monthly(definition, part):
        raise FigureError(f"{definition.naam} is er niet per maand.")
    groups = tuple(sorted({*(one.value for one in MainGroup), *days.kinds["main_group"]}))
    firsts = days.firsts()
    counts = _counts(days.taking(measure.selection), groups, firsts, members)
    delivered = tuple(
        Delivery(one.seen, _delivered(days, place, one, measure.selection, groups))
        for place, one in enumerate(observations.values())
    )
    size = figures.counts(measure.per, members)
    highest = min(int(counts.sum(axis=(0, 2)).max(initial=0)), EXACT_TO)
    supplied = any(one.groups.any() for one in delivered)
    return MonthlyRates(
        firsts,
        groups,
        counts,
        delivered,
        size.value,
        measure.scale,
        _status(definition, size.value, size.secret, figures, members, supplied=supplied),
        max((one.at_least for one in definition.minimum if one.of == "n"), default=0.0),
        *count_interval(np.arange(highest + 1)),
    )


def _counts(
    days: IncidentDays, groups: tuple[str, ...], firsts: tuple[date, ...], members: Membership
) -> IntArray:
    """Incidents per main group, area and month."""
    group = pd.Index(groups).get_indexer(pd.Index(days.kinds["main_group"]))[days.kind]
    return days.table(members, group, days.month_of(firsts), shape=(len(groups), len(firsts)))


def _delivered(
    days: IncidentDays, place: int, one: Observation, selection: Selection, groups: tuple[str, ...]
) -> BoolArray:
    """For each main group whether a source delivers some of what the selection takes of it."""
    brought = days.brought(place)
    parts = ((group, brought[brought["main_group"] == group]) for group in groups)
    return np.array([supplies(one, part, selection, asked=(group,)) for group, part in parts], dtype=bool)


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

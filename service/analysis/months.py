"""Months: a cijfer of meldingen month by month, as one small answer that a browser adds up by itself."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np

from data.meldingen import Filters
from data.rights import Right
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.exposure import Period
from geo.incident_days import month_after
from geo.indicators import Indicator, Part
from geo.monthly_rates import MonthlyRates, can_be_monthly, monthly_rates
from maps.choropleth import drawn_fills
from maps.palette import Ramp
from service.analysis import figures, observed, reports
from service.analysis.figures import STATUS_TEXTS, UnknownIndicator
from service.analysis.places import Places
from service.analysis.workbench import Workbench

# As many colours as a map of areas has.
CLASSES: Final = 5


class NoMonths(UnknownIndicator):
    """This cijfer is there for a whole period only."""


def months(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    *,
    indicator: str,
    level: Level,
    part: str | None = None,
) -> dict[str, Any]:
    """Return counts per area and month with what makes them rates; days and soorten asked do not count.

    Raises NoMonths for a cijfer that is no rate of meldingen.
    """
    staff = viewer.may(Right.FIGURES_STAFF, filters.gemeente)
    definition = figures.definition(viewer if staff else PUBLIC, indicator)
    chosen = figures.part_of(definition, part)
    if not can_be_monthly(definition, chosen):
        raise NoMonths(f"{definition.naam} is er niet per maand")
    with workbench.session() as session:
        filters = reports.settled(
            workbench, session, viewer, Filters(filters.gemeente, known_at=filters.known_at)
        )
        key = ("months", viewer.sees, filters, definition.id, chosen.key, level)
        asked = (definition, chosen, level)
        rates = workbench.remember(session, key, lambda: _rates(workbench, viewer, found, filters, asked))
    neutral = definition.direction == "0"
    return {
        "cijfer": definition.id,
        "onderdeel": chosen.key,
        "naam": chosen.naam,
        "eenheid": chosen.unit,
        "niveau": level.value,
        "gebieden": [
            {"code": code, "naam": found.by_code[code].naam} for code in found.membership(level).codes
        ],
        "kleuren": drawn_fills(CLASSES, Ramp.NEUTRAAL if neutral else Ramp.VEEL),
        **_numbers(rates),
    }


def _rates(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    asked: tuple[Indicator, Part, Level],
) -> MonthlyRates:
    definition, part, level = asked
    with workbench.session() as session:
        days, seen = observed.days(workbench, session, viewer, filters, edition=found.edition)
        return monthly_rates(
            definition,
            part,
            days=days,
            observations=seen,
            figures=figures.published(workbench, session, found),
            members=found.membership(level),
        )


def _numbers(rates: MonthlyRates) -> dict[str, Any]:
    """Return the arrays; what is not known is None, moments are seconds since 1970."""
    return {
        "maanden": [first.strftime("%Y-%m") for first in rates.firsts],
        "grenzen": [_seconds(first) for first in (*rates.firsts, *map(month_after, rates.firsts[-1:]))],
        "soorten": list(rates.groups),
        "aantallen": rates.counts.tolist(),
        "bronnen": [
            {
                "van": one.seen.start.timestamp(),
                "tot": one.seen.end.timestamp(),
                "soorten": np.flatnonzero(one.groups).tolist(),
            }
            for one in rates.deliveries
        ],
        "noemer": [None if np.isnan(size) else size for size in rates.size.tolist()],
        "schaal": rates.scale,
        "status": [str(status) for status in rates.status],
        "statusTekst": STATUS_TEXTS,
        "minstens": rates.least,
        "ondergrens": rates.lower.round(6).tolist(),
        "bovengrens": rates.upper.round(6).tolist(),
    }


def _seconds(first: date) -> float:
    return Period.of_days(first, first).start.timestamp()

"""Yearly figures: what was published per year, and how the last year compares with the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.area_figures import AreaFigures
from geo.measures import Figure
from geo.membership import FloatArray, Membership
from geo.rates import Ratios, rate_ratio


def counts_by_year(
    figures: AreaFigures, figure: Figure, members: Membership, years: Sequence[int], *, weight: Figure
) -> FloatArray:
    """The count of each area in each year, (areas, years); NaN where it is not known."""
    columns = [figures.counts(Figure(figure.name, (year,)), members, weight=weight).value for year in years]
    return np.column_stack(columns) if columns else np.zeros((len(members.codes), 0))


def averages_by_year(
    figures: AreaFigures, figure: Figure, members: Membership, years: Sequence[int], *, weight: Figure
) -> FloatArray:
    """The average of each area in each year, (areas, years); over several buurten by weight."""
    columns = [figures.average(Figure(figure.name, (year,)), weight, members).value for year in years]
    return np.column_stack(columns) if columns else np.zeros((len(members.codes), 0))


def change(first: FloatArray, last: FloatArray) -> Ratios:
    """How many times the count of the first year that of the last is, with its interval."""
    return rate_ratio(np.atleast_1d(last), 1.0, np.atleast_1d(first), 1.0)

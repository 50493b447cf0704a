"""Rates: a count per size and year of observation, with the exact interval of the count."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv, gammaincinv

from geo.errors import FigureError

FloatArray = NDArray[np.float64]


class Rates(NamedTuple):
    """A rate per place with both ends of its interval; NaN where the size or the exposure is unknown or 0."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


def count_interval(counts: ArrayLike, *, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends of the exact interval for the mean of a Poisson count, same shape as `counts`.

    NaN stays NaN. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936): each tail
    holds at most half of `1 - confidence`, so it covers more than promised at small counts.
    Raises FigureError for a negative or broken count.
    """
    n = _whole(counts)
    tail = (1 - confidence) / 2
    lower = np.where(n == 0, 0.0, gammaincinv(np.maximum(n, 1), tail))
    lower[np.isnan(n)] = np.nan
    return lower, gammainccinv(n + 1, tail)


def raw_rates(counts: ArrayLike, size: ArrayLike, *, exposure_years: ArrayLike, per: float) -> Rates:
    """Counts per `per` units of `size` per year, with the exact interval of the count."""
    n = _whole(counts)
    base = np.asarray(size, dtype=np.float64) * np.asarray(exposure_years, dtype=np.float64)
    factor = np.where(base > 0, per / np.where(base > 0, base, 1.0), np.nan)
    lower, upper = count_interval(n)
    return Rates(n * factor, lower * factor, upper * factor)


def _whole(counts: ArrayLike) -> FloatArray:
    n = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    wrong = n[(n < 0) | (~np.isnan(n) & (n != np.floor(n))) | np.isinf(n)]
    if wrong.size:
        raise FigureError(f"Een aantal is een heel getal van 0 of meer, niet {wrong[0]:g}.")
    return n

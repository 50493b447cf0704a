"""Rates: a count per size and year of observation, with the exact interval of the count, and their ratios."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammainccinv, gammaincinv

from geo.errors import FigureError

FloatArray = NDArray[np.float64]


class Rates(NamedTuple):
    """A rate per place with both ends of its interval; NaN where the size or the exposure is unknown or 0."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


class Ratios(NamedTuple):
    """A rate over another rate, with both ends of its interval; NaN where either of them is not known."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


class Verdict(StrEnum):
    """What a ratio comes to."""

    HOGER = "hoger"
    LAGER = "lager"
    GEEN_DUIDELIJK_VERSCHIL = "geen_duidelijk_verschil"
    ONBEKEND = "onbekend"


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


def share_interval(
    counts: ArrayLike, of: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends for the share that `counts` of `of` stand for, 0 to 1, same shape.

    Jeffreys' interval, which ends at 0 and 1 where none or all were counted: Brown, Cai and DasGupta,
    Interval estimation for a binomial proportion, Statistical Science 16 (2001). NaN where a
    number is unknown or `of` is 0; raises FigureError for a broken number.
    """
    n, whole = _whole(counts), _whole(of)
    usable, tail = whole > 0, (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(n == 0, 0.0, betaincinv(n + 0.5, whole - n + 0.5, tail))
        high = np.where(n == whole, 1.0, betaincinv(n + 0.5, whole - n + 0.5, 1 - tail))
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)


def rate_ratio(
    count: ArrayLike,
    exposure: ArrayLike,
    other_count: ArrayLike,
    other_exposure: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Ratios:
    """How many times a rate is another rate, shape of the counts.

    Given both counts together the first is binomial, so the interval is that of its share with Jeffreys'
    prior, modified where a count is 0 or 1 as Brown, Cai and DasGupta propose (Interval estimation for a
    binomial proportion, Statistical Science 16, 2001): without that a single event in a small area would be
    clearly more. It begins at 0 where the first count is at most 1 and has no end (inf) where the other is.
    NaN where both are 0, or a count is unknown, or an exposure is unknown or not above 0.
    """
    n, other = _whole(count), _whole(other_count)
    size, other_size = np.asarray(exposure, dtype=np.float64), np.asarray(other_exposure, dtype=np.float64)
    usable = (size > 0) & (other_size > 0) & (n + other > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(usable, other_size / size, np.nan)
        value = n / other * factor
    n, other = np.broadcast_arrays(n, other)
    tail = (1 - confidence) / 2
    low = _lower_share(n, other, tail)
    # The far side from the other count, as 1 - share loses its digits where the share is nearly 1.
    rest = _lower_share(other, n, tail)
    with np.errstate(divide="ignore"):
        return Ratios(value, low / (1 - low) * factor, (1 - rest) / rest * factor)


def _lower_share(n: FloatArray, other: FloatArray, tail: float) -> FloatArray:
    """The lower end of the share that `n` has of both."""
    all_of_it = tail ** (1 / np.maximum(n, 1.0))
    jeffreys = betaincinv(n + 0.5, other + 0.5, tail)
    return np.where(n <= 1, 0.0, np.where(other == 0, all_of_it, jeffreys))


def against_rest(
    counts: ArrayLike, exposure: ArrayLike, *, total: tuple[float, float] | None = None
) -> Ratios:
    """The rate of each area over that of all that is not in it, shape (areas,).

    `total` is (count, exposure) of the whole; without it the whole is these areas together.
    """
    n, size = _whole(counts), np.asarray(exposure, dtype=np.float64)
    known = ~np.isnan(n) & ~np.isnan(size)
    count, whole = total or (float(n[known].sum()), float(size[known].sum()))
    return rate_ratio(n, size, np.maximum(count - n, 0.0), whole - size)


def verdicts(ratios: Ratios) -> NDArray[np.object_]:
    """The `Verdict` of each ratio: no clear difference as long as its interval holds 1."""
    found = np.full(len(ratios.value), str(Verdict.GEEN_DUIDELIJK_VERSCHIL), dtype=object)
    found[ratios.lower > 1] = str(Verdict.HOGER)
    found[ratios.upper < 1] = str(Verdict.LAGER)
    found[np.isnan(ratios.value)] = str(Verdict.ONBEKEND)
    return found


def _whole(counts: ArrayLike) -> FloatArray:
    n = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    wrong = n[(n < 0) | (~np.isnan(n) & (n != np.floor(n))) | np.isinf(n)]
    if wrong.size:
        raise FigureError(f"Een aantal is een heel getal van 0 of meer, niet {wrong[0]:g}.")
    return n

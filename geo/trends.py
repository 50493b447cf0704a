"""Trends: whether incidents became more or fewer, as far as the length of a series lets anybody say.

With 24 whole months or more the season is a part of the model and the line beside it is the trend; with 13 to
23 the latest months are compared with the same ones a year earlier; with fewer nothing is said. A month that
a source did not watch from its first day to its last counts nowhere, and sources that began later are left
out, so that the start of a source is never read as a rise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from scipy.special import betaincinv
from scipy.stats import norm, t

from geo.incident_days import IntArray, Months, day_number, month_after
from geo.loglinear import quasi_poisson
from geo.membership import FloatArray
from geo.rates import Ratios, Verdict, verdicts

FOR_SEASON: Final = 24
FOR_SAME_MONTHS: Final = 13
YEAR_MONTHS: Final = 12
# Days of a month that is neither long nor short: 365.25 / 12.
MONTH_DAYS: Final = 30.4375
# Fewer pairs of months than these say too little of how much months differ by themselves.
FEWEST_PAIRS: Final = 6
# Two waves, of a year and of half a year, follow the seasons without a term for each month.
HARMONICS: Final = 2
TOO_SHORT: Final = "te kort om iets over een trend te zeggen"


class Method(StrEnum):
    """How a trend was found."""

    SEIZOEN = "seizoen"
    ZELFDE_MAANDEN = "zelfde_maanden"
    TE_KORT = "te_kort"


class Change(NamedTuple):
    """How many times as many, with the ends of its interval; NaN when nothing can be said."""

    value: float
    lower: float
    upper: float

    @property
    def verdict(self) -> Verdict:
        """Whether the interval holds 1."""
        one = Ratios(*(np.array([part]) for part in self))
        return Verdict(str(verdicts(one)[0]))


UNKNOWN: Final = Change(np.nan, np.nan, np.nan)


class Stretch(NamedTuple):
    """The sources and the months (from `start`, before `stop`) that can be compared with each other."""

    sources: tuple[int, ...]
    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many months it has."""
        return self.stop - self.start


class Series(NamedTuple):
    """Counts of one area in successive months, over the days that they were watched."""

    firsts: tuple[date, ...]
    counts: FloatArray
    days: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """What a series says. `change` is per year (season) or of the latest months on those a year earlier.

    `level` holds the number per month of 30.4 days without its season, for each month of `series`; `line` the
    trend with `lower` and `upper`, a pointwise interval. All three are empty without a season. `compared` is
    how many months are compared; `dispersion` how many times the variance is that of chance.
    """

    method: Method
    series: Series
    change: Change
    compared: int = 0
    dispersion: float = np.nan
    level: FloatArray | None = None
    line: FloatArray | None = None
    lower: FloatArray | None = None
    upper: FloatArray | None = None


def stretch(months: Months) -> Stretch:
    """The latest run of whole months, of the sources that watched long enough for the better method.

    Sources that are not whole in the last whole month are not in it: they have stopped.
    """
    whole = np.flatnonzero(months.whole.any(axis=0)) if months.whole.size else np.array([], dtype=np.intp)
    if not len(whole):
        return Stretch((), 0, 0)
    stop = int(whole[-1]) + 1
    runs = np.array([_run(row[:stop]) for row in months.whole])
    for least in (FOR_SEASON, FOR_SAME_MONTHS, 1):
        if (runs >= least).any():
            break
    sources = np.flatnonzero(runs >= least)
    return Stretch(tuple(sources.tolist()), stop - int(runs[sources].min()), stop)


def series(months: Months, found: Stretch, area: int) -> Series:
    """The series of one area (its place in the membership) over a stretch."""
    chosen = slice(found.start, found.stop)
    counts = months.counts[list(found.sources), area, chosen].sum(axis=0)
    firsts = months.firsts[chosen]
    days = np.array([(month_after(first) - first).days for first in firsts], dtype=np.int64)
    return Series(firsts, counts.astype(np.float64), days)


def trend(one: Series) -> Trend:
    """The trend of a series of whole months, by the best method that its length allows."""
    if len(one.counts) >= FOR_SEASON:
        return _seasonal(one)
    if len(one.counts) >= FOR_SAME_MONTHS:
        return _same_months(one)
    return Trend(Method.TE_KORT, one, UNKNOWN)


def overdispersed_ratio(
    after: float,
    before: float,
    *,
    exposure: float,
    other_exposure: float,
    dispersion: float,
    freedom: float,
) -> Change:
    """The rate after on the rate before, where counts vary `dispersion` times as much as by chance.

    As `geo.rates.rate_ratio`, on counts that say as many times less; a dispersion that was estimated with few
    degrees of freedom makes it wider, as Student's t is wider than the normal curve. NaN when both are 0.
    """
    if after + before == 0 or not freedom > 0:
        return UNKNOWN
    wider = dispersion * (t.ppf(0.975, freedom) / norm.ppf(0.975)) ** 2
    a, b = after / wider + 0.5, before / wider + 0.5
    factor = other_exposure / exposure
    low = 0.0 if after == 0 else betaincinv(a, b, 0.025)
    rest = 0.0 if before == 0 else betaincinv(b, a, 0.025)
    upper = factor * (1 - rest) / rest if rest else np.inf
    value = factor * after / before if before else np.inf
    return Change(float(value), float(factor * low / (1 - low)), float(upper))


def difference(one: Change, other: Change) -> Change:
    """How many times as much one changed as another, when both are apart: a ratio of ratios."""
    spread = float(np.hypot(_spread(one), _spread(other)))
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = float(np.log(one.value) - np.log(other.value))
    if not np.isfinite(middle) or not np.isfinite(spread):
        return UNKNOWN
    wide = float(norm.ppf(0.975)) * spread
    return Change(*(float(np.exp(end)) for end in (middle, middle - wide, middle + wide)))


def _seasonal(one: Series) -> Trend:
    """A log-linear trend beside the season: the change per year, and the line with its band."""
    time, season = _terms(one)
    design = np.column_stack([np.ones(len(time)), time, season])
    if one.counts.sum() == 0:
        return Trend(Method.SEIZOEN, one, UNKNOWN)
    fit = quasi_poisson(design, one.counts, one.days / MONTH_DAYS)
    quantile = float(t.ppf(0.975, fit.freedom))
    slope, error = fit.coefficients[1], float(np.sqrt(fit.covariance[1, 1]))
    ends = (slope, slope - quantile * error, slope + quantile * error)
    flat = np.column_stack([np.ones(len(time)), time, np.zeros_like(season)])
    middle, spread = fit.at(flat)
    in_season = np.exp(season @ fit.coefficients[2:])
    return Trend(
        Method.SEIZOEN,
        one,
        Change(*(float(np.exp(end)) for end in ends)),
        compared=len(time),
        dispersion=fit.dispersion,
        level=one.counts / (one.days / MONTH_DAYS) / in_season,
        line=np.exp(middle),
        lower=np.exp(middle - quantile * spread),
        upper=np.exp(middle + quantile * spread),
    )


def _terms(one: Series) -> tuple[FloatArray, FloatArray]:
    """Time in years from the middle of the series, and the waves of the season with mean 0 over a year."""
    middle = np.array([day_number(first) for first in one.firsts]) + one.days / 2
    time = (middle - middle.mean()) / 365.25
    turn = 2 * np.pi * np.outer(middle / 365.25, np.arange(1, HARMONICS + 1))
    return time, np.column_stack([np.sin(turn), np.cos(turn)])


def _same_months(one: Series) -> Trend:
    """The latest months on the same ones a year earlier."""
    pairs = len(one.counts) - YEAR_MONTHS
    now, then = one.counts[-pairs:], one.counts[:pairs]
    days, days_then = one.days[-pairs:], one.days[:pairs]
    dispersion, freedom = (
        _pair_dispersion(now, then) if pairs >= FEWEST_PAIRS else _step_dispersion(one.counts, one.days)
    )
    change = overdispersed_ratio(
        float(now.sum()),
        float(then.sum()),
        exposure=float(days.sum()),
        other_exposure=float(days_then.sum()),
        dispersion=dispersion,
        freedom=freedom,
    )
    return Trend(Method.ZELFDE_MAANDEN, one, change, compared=pairs, dispersion=dispersion)


def _pair_dispersion(now: FloatArray, then: FloatArray) -> tuple[float, float]:
    """Pearson's dispersion of the months around one common ratio, at least 1, and its degrees of freedom."""
    total = now + then
    used = total > 0
    share = now.sum() / max(total.sum(), 1.0)
    freedom = float(used.sum() - 1)
    if freedom <= 0 or share in {0.0, 1.0}:
        return 1.0, max(freedom, 1.0)
    around = (now[used] - share * total[used]) ** 2 / (total[used] * share * (1 - share))
    return max(float(around.sum()) / freedom, 1.0), freedom


def _step_dispersion(counts: FloatArray, days: IntArray) -> tuple[float, float]:
    """The dispersion from steps between neighbouring months, at least 1; a season can only enlarge it."""
    total = counts[1:] + counts[:-1]
    share = days[1:] / (days[1:] + days[:-1])
    used = total > 0
    if not used.any():
        return 1.0, 1.0
    around = (counts[1:] - share * total)[used] ** 2 / (total * share * (1 - share))[used]
    return max(float(around.mean()), 1.0), float(used.sum())


def _run(whole: Sequence[bool]) -> int:
    """How many months at the end are whole without a gap."""
    gaps = np.flatnonzero(~np.asarray(whole))
    return len(whole) - (int(gaps[-1]) + 1 if len(gaps) else 0)


def _spread(one: Change) -> float:
    """The standard error of the log that belongs to an interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float((np.log(one.upper) - np.log(one.lower)) / (2 * norm.ppf(0.975)))

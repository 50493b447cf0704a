"""Before and after: what became of one area since a day, beside areas that began at about the same level.

An area that is chosen because it stood highest falls by itself: much of what made it highest was chance. So
it is not compared with the town but with what other areas at the same level came to. Their counts after are
a log-linear model of their level before (with what areas vary by themselves estimated, negative binomial),
read off at the level of the chosen area: a ratio of ratios without the fall that comes by itself.
Copas, Regression, prediction and shrinkage, Journal of the Royal Statistical Society B 45 (1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from geo.errors import FigureError
from geo.loglinear import negative_binomial
from geo.membership import FloatArray
from geo.trends import Change

FEWEST_CONTROLS: Final = 8
# The nearer half of the areas, and never fewer than this when there are as many.
MATCHED_SHARE: Final = 0.5
ENOUGH_CONTROLS: Final = 15
# An area with a level as high as this share of all others will mostly fall by itself.
HIGH: Final = 0.75


class TooFewAreas(FigureError):
    """There are not enough other areas to compare with."""


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """One area since a day. `expected` is what areas at its level came to, on its own exposure.

    `change` is its count after on what was expected; `raw` the same on its own count before, `town` that of
    the other areas. `controls` are the places of the areas it was compared with, the nearest level first;
    `by_itself` is what its count would have come to by the model, on the count before. `high` says that
    it stood so high that a fall was to be expected.
    """

    before: float
    after: float
    expected: float
    change: Change
    raw: float
    town: float
    controls: NDArray[np.intp]
    spread: float
    high: bool

    @property
    def by_itself(self) -> float:
        """How many times its count would have become without anything, as areas at its level went."""
        return self.expected / self.before if self.before else np.nan


def before_after(before: ArrayLike, after: ArrayLike, size: ArrayLike, area: int) -> BeforeAfter:
    """What became of the area at this place, (areas,) each.

    `size` is what a level is a rate of (inhabitants, hectares); areas without it take no part. Both periods
    are as long as each other, and the same for all. Raises TooFewAreas, or FigureError without the size of
    the area itself.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    exposure = np.asarray(size, dtype=np.float64)
    usable = (exposure > 0) & ~np.isnan(first) & ~np.isnan(second)
    if not usable[area]:
        raise FigureError("Van dit gebied is niet bekend hoe groot het is.")
    level = np.log((first + 0.5) / np.where(usable, exposure, np.nan))
    others = np.flatnonzero(usable & (np.arange(len(first)) != area))
    if len(others) < FEWEST_CONTROLS:
        raise TooFewAreas(f"er zijn {len(others)} andere gebieden; voor een vergelijking {FEWEST_CONTROLS}")
    controls = _matched(level, others, area)
    expected, change, spread = _beside(second, level, exposure, controls, area)
    return BeforeAfter(
        before=float(first[area]),
        after=float(second[area]),
        expected=expected,
        change=change,
        raw=_over(second[area], first[area]),
        town=_over(second[others].sum(), first[others].sum()),
        controls=controls,
        spread=spread,
        high=bool((level[others] < level[area]).mean() >= HIGH),
    )


def _matched(level: FloatArray, others: NDArray[np.intp], area: int) -> NDArray[np.intp]:
    """The areas whose level before was nearest."""
    wanted = max(ENOUGH_CONTROLS, int(np.ceil(MATCHED_SHARE * len(others))))
    order = np.argsort(np.abs(level[others] - level[area]), kind="stable")
    return others[order][:wanted]


def _beside(
    after: FloatArray, level: FloatArray, exposure: FloatArray, controls: NDArray[np.intp], area: int
) -> tuple[float, Change, float]:
    """What was expected, the count after on that with its interval, and the spread between areas."""
    middle = level[controls].mean()
    if after[controls].sum() == 0:
        raise TooFewAreas("in de gebieden om mee te vergelijken is daarna niets geteld")
    terms = np.column_stack([np.ones(len(controls)), level[controls] - middle])
    if np.ptp(terms[:, 1]) == 0:
        terms = terms[:, :1]
    fit = negative_binomial(terms, after[controls], exposure[controls])
    here = np.array([[1.0, level[area] - middle]])[:, : terms.shape[1]]
    at, error = fit.at(here)
    expected = float(np.exp(at[0]) * exposure[area])
    variance = 1 / expected + fit.dispersion + float(error[0]) ** 2
    wide = float(t.ppf(0.975, fit.freedom) * np.sqrt(variance))
    ratio = float(np.log((after[area] + 0.5) / expected))
    value = float(after[area] / expected)
    change = Change(value, min(float(np.exp(ratio - wide)), value), float(np.exp(ratio + wide)))
    return expected, change, float(np.sqrt(fit.dispersion))


def _over(after: float, before: float) -> float:
    return float(after / before) if before else np.nan

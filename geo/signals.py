"""Signals: a sudden rise of one soort in one corner, with how often chance alone gives such a signal.

Each soort is held against itself: of its incidents in a place (an area with its neighbours), as many should
fall in the last weeks as of that soort in the whole town. So what a place always has more of is no signal,
and neither is what grows or has its season in the whole town. Chance is imitated by dealing out anew which
incidents of a soort fell in the last weeks (Kulldorff and others, A space-time permutation scan statistic,
PLoS Medicine 2, 2005), and the highest value over all soorten and places says how high it reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geo.errors import FigureError
from geo.neighbours import Neighbours

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WEEKS_PER_YEAR: Final = 52
# Who looks every week then has one false signal a year, on average.
FALSE_PER_YEAR: Final = 1.0
DRAWS: Final = 999
RECENT_WEEKS: Final = 4
# The weeks before are at least twice as many, and at least so many.
FEWEST_EARLIER: Final = 8
# Fewer incidents than this are no rise that anybody would go and look at.
FEWEST_RECENT: Final = 5


class TooShort(FigureError):
    """There are too few weeks to tell a rise from an ordinary week."""


class Signal(NamedTuple):
    """One rise: the soort and the area by their places, and what was counted with its neighbours.

    `expected` is what the last weeks would have held had the place gone with the town. `p` is how often
    chance reaches as high in any soort and place.
    """

    kind: int
    area: int
    recent: int
    earlier: int
    expected: float
    p: float


@dataclass(frozen=True, slots=True)
class Signals:
    """The rises of one week, the strongest first; of places that overlap only the strongest."""

    found: tuple[Signal, ...]
    recent_weeks: int
    earlier_weeks: int
    level: float

    @property
    def false_per_year(self) -> float:
        """How many false signals a year chance gives who looks every week, at most, on average."""
        return self.level * WEEKS_PER_YEAR

    @property
    def false_per_month(self) -> float:
        """The same per month."""
        return self.false_per_year / 12


def signals(
    weekly: IntArray,
    neighbours: Neighbours,
    *,
    seed: int,
    recent_weeks: int = RECENT_WEEKS,
    draws: int = DRAWS,
    false_per_year: float = FALSE_PER_YEAR,
) -> Signals:
    """The sudden rises in incidents of shape (kinds, areas, whole weeks), the newest week last.

    Raises TooShort when the weeks before the last ones are under twice as many, or under eight.
    """
    earlier_weeks = weekly.shape[2] - recent_weeks
    _need_weeks(earlier_weeks, recent_weeks)
    recent = weekly[:, :, earlier_weeks:].sum(axis=2).astype(np.int64)
    whole = weekly.sum(axis=2).astype(np.int64)
    windows = neighbours.windows()
    found = _rise(recent, whole, windows)
    level = false_per_year / WEEKS_PER_YEAR
    highest = _highest(recent, whole, windows, np.random.default_rng(seed), draws)
    p = (1 + (highest[:, None] >= found.ravel() - 1e-12).sum(axis=0)).reshape(found.shape) / (draws + 1)
    kept = _apart(found, p <= level, windows)
    counted, expected = _counted(recent, whole, windows)
    all_of_it = windows @ whole.T
    return Signals(
        tuple(
            Signal(
                kind,
                area,
                int(counted[kind, area]),
                int(all_of_it[area, kind] - counted[kind, area]),
                float(expected[kind, area]),
                float(p[kind, area]),
            )
            for kind, area in kept
        ),
        recent_weeks,
        earlier_weeks,
        level,
    )


def _need_weeks(earlier_weeks: int, recent_weeks: int) -> None:
    wanted = max(2 * recent_weeks, FEWEST_EARLIER)
    if earlier_weeks < wanted:
        raise TooShort(
            f"Er zijn {max(earlier_weeks, 0)} weken van voor de laatste {recent_weeks}; er zijn er {wanted}"
            " nodig om een plotselinge stijging te herkennen."
        )


def _counted(
    recent: NDArray[np.int64], whole: IntArray, windows: sparse.csr_array
) -> tuple[FloatArray, FloatArray]:
    """What the last weeks hold per soort and place, and what they would hold when it went as in the town."""
    counted = np.asarray((windows @ recent.T).T, dtype=np.float64)
    kinds = np.maximum(whole.sum(axis=1, keepdims=True), 1)
    expected = np.asarray((windows @ whole.T).T) * recent.sum(axis=1, keepdims=True) / kinds
    return counted, expected


def _rise(recent: IntArray, whole: IntArray, windows: sparse.csr_array) -> FloatArray:
    """The root of the deviance of inside against outside each place; 0 where it does not rise."""
    counted, expected = _counted(recent, whole, windows)
    total = recent.sum(axis=1, keepdims=True).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(counted > 0, counted * np.log(counted / expected), 0.0)
        outside = np.where(
            total > counted, (total - counted) * np.log((total - counted) / (total - expected)), 0
        )
    above = (counted > expected) & (counted >= FEWEST_RECENT)
    return np.where(above, np.sqrt(np.maximum(2.0 * (inside + outside), 0.0)), 0.0)


def _highest(
    recent: IntArray, whole: IntArray, windows: sparse.csr_array, random: np.random.Generator, draws: int
) -> FloatArray:
    """The highest rise of any soort and place, when which incidents are recent is dealt out anew."""
    highest = np.zeros(draws)
    for kind in np.flatnonzero(recent.sum(axis=1)):
        dealt = random.multivariate_hypergeometric(
            whole[kind], int(recent[kind].sum()), size=draws, method="marginals"
        )
        rises = _rise(dealt, np.broadcast_to(whole[kind], dealt.shape), windows)
        highest = np.maximum(highest, rises.max(axis=1))
    return highest


def _apart(
    found: FloatArray, is_signal: NDArray[np.bool_], windows: sparse.csr_array
) -> list[tuple[int, int]]:
    """The signals as (soort, area), strongest first; none overlaps a stronger one of its soort."""
    kinds, areas = np.nonzero(is_signal)
    order = np.argsort(-found[kinds, areas], kind="stable")
    taken, kept = np.zeros(found.shape, dtype=bool), []
    for kind, area in zip(kinds[order].tolist(), areas[order].tolist(), strict=True):
        place = windows[[area]].indices
        if not taken[kind, place].any():
            taken[kind, place] = True
            kept.append((kind, area))
    return kept

"""What counts are possible: whole numbers within bounds, of which sums lie within bounds too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geo.errors import DisclosureError

FloatArray = NDArray[np.float64]
# More than any town has; without an end to what is possible there is no best world.
MOST: Final = 1e6
# So many trials stand beside each other: more would not fit in the caches of a processor.
AT_ONCE: Final = 64
# Bounds that still move after so many steps are left as they are; they are true all the same.
MOST_STEPS: Final = 60


class Contradiction(DisclosureError):
    """No counts at all give these numbers: a rule was broken."""


class Row(NamedTuple):
    """A sum over quantities, each with its sign, that lies between two bounds."""

    places: tuple[int, ...]
    signs: tuple[int, ...]
    lower: float
    upper: float


class PossibleCounts:
    """The rows as one sparse matrix: its entries stand in the order of their quantities."""

    def __init__(self, rows: Sequence[Row], quantities: int) -> None:
        lengths = [len(row.places) for row in rows]
        row = np.repeat(np.arange(len(rows)), lengths)
        column = np.array([place for one in rows for place in one.places], dtype=np.int64)
        sign = np.array([sign for one in rows for sign in one.signs], dtype=np.float64)
        order = np.argsort(column, kind="stable")
        self.quantities = quantities
        self.low = np.array([one.lower for one in rows])
        self.high = np.array([one.upper for one in rows])
        self._hold(row[order], column[order], sign[order])

    def _hold(self, row: NDArray[np.int64], column: NDArray[np.int64], sign: FloatArray) -> None:
        self.row, self.column, self.sign = row, column, sign
        self.within, self.first = np.unique(column, return_index=True)
        shape = (len(self.low), self.quantities)
        self.matrix = csr_array((sign, (row, column)), shape=shape)
        self.adding = self.matrix.maximum(0)
        self.taking = (-self.matrix).maximum(0)

    def without_slack(self, lower: FloatArray, upper: FloatArray) -> None:
        """Leave out the rows that hold within these bounds whatever the counts are."""
        least = self.adding @ lower - self.taking @ upper
        most = self.adding @ upper - self.taking @ lower
        tight = (least < self.low) | (most > self.high)
        kept = tight[self.row]
        numbers = np.cumsum(tight) - 1
        self.low, self.high = self.low[tight], self.high[tight]
        self._hold(numbers[self.row[kept]], self.column[kept], self.sign[kept])

    def propagate(self, lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return bounds that no row can tighten any more; Contradiction when they exclude everything."""
        low, high = lower[:, None].copy(), upper[:, None].copy()
        while self._tighten(low, high).any():
            if np.any(low > high):
                break
        if np.any(low > high):
            raise Contradiction("deze cijfers kunnen niet alle waar zijn")
        return low[:, 0], high[:, 0]

    def impossible(
        self,
        lower: FloatArray,
        upper: FloatArray,
        places: NDArray[np.int64],
        least: FloatArray,
        most: FloatArray,
    ) -> NDArray[np.bool_]:
        """Return for each of these quantities whether propagation excludes that it is from `least` to `most`.

        All other quantities have the bounds `lower` and `upper`. False says nothing.
        """
        found = np.zeros(len(places), dtype=bool)
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE]
            trials = np.arange(len(some))
            low, high = np.tile(lower[:, None], len(some)), np.tile(upper[:, None], len(some))
            low[some, trials], high[some, trials] = least[some], most[some]
            found[start + self._excluded(low, high)] = True
        return found

    def _excluded(self, low: FloatArray, high: FloatArray) -> NDArray[np.int64]:
        """Return which columns no counts fit, as far as propagation shows."""
        trials = np.arange(low.shape[1])
        excluded = []
        for _ in range(MOST_STEPS):
            moved = self._tighten(low, high)
            wrong = np.any(low > high, axis=0)
            excluded.append(trials[wrong])
            on = moved & ~wrong
            if not on.any():
                break
            if not on.all():
                trials, low, high = trials[on], low[:, on], high[:, on]
        return np.concatenate(excluded)

    def _tighten(self, low: FloatArray, high: FloatArray) -> NDArray[np.bool_]:
        """Take one step in each column of bounds, in place; returns which columns moved."""
        if not len(self.row):
            return np.zeros(low.shape[1], dtype=bool)
        # What a row leaves above the least, and below the most, that it comes to.
        above = self.high[:, None] - (self.adding @ low - self.taking @ high)
        below = self.low[:, None] - (self.adding @ high - self.taking @ low)
        before_low, before_high = low[self.column], high[self.column]
        positive = (self.sign > 0)[:, None]
        up, down = above[self.row], below[self.row]
        highest = np.where(positive, before_low + up, before_low - down)
        lowest = np.where(positive, before_high + down, before_high - up)
        highest = np.minimum.reduceat(highest, self.first, axis=0)
        lowest = np.maximum.reduceat(lowest, self.first, axis=0)
        moved = (highest < high[self.within]).any(axis=0) | (lowest > low[self.within]).any(axis=0)
        high[self.within] = np.minimum(high[self.within], highest)
        low[self.within] = np.maximum(low[self.within], lowest)
        return np.asarray(moved)

    def world(self, weights: FloatArray, lower: FloatArray, upper: FloatArray, *, gap: float) -> FloatArray:
        """Return counts that fit everything and have about the least sum by these weights."""
        high = np.where(self.high >= MOST, np.inf, self.high)
        answer = milp(
            weights,
            constraints=LinearConstraint(self.matrix, self.low, high) if len(self.low) else (),
            integrality=np.ones(len(lower)),
            bounds=Bounds(lower, upper),
            options={"mip_rel_gap": gap},
        )
        if answer.x is None:
            raise Contradiction(f"deze cijfers kunnen niet alle waar zijn: {answer.message}")
        return np.asarray(np.round(answer.x), dtype=np.float64)

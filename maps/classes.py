"""Classes: values of areas put into a few groups that a map can colour and a reader can tell apart.

Natural breaks are the optimum of Fisher and Jenks, found exactly: the classes whose values lie closest to
their own mean. The other ways to divide are mapclassify's. Values are divided as they are written down, that
is rounded: two areas that read the same are in the same class, and labels name values that occur.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.errors import MapError
from maps.numbers import decimals_for, dutch

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MISSING: Final = -1
SMALL: Final = -2
MOST_CLASSES: Final = 7
# More distinct values than this are first joined with their neighbours: the breaks hardly move.
_MOST_VALUES: Final = 800


class Method(StrEnum):
    """How values are divided; the value is used in addresses and settings."""

    NATUURLIJK = "natuurlijk"
    KWANTIELEN = "kwantielen"
    GELIJK = "gelijk"


@dataclass(frozen=True, slots=True)
class Classes:
    """Which class each value is in, and what the classes are.

    `index` has a number per value, from 0 for the lowest class; `MISSING` for no value, `SMALL` for an area
    that is too small for one. `lows` and `highs` are the lowest and highest value per class.
    """

    index: IntArray
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    labels: tuple[str, ...]
    decimals: int

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of areas in each class."""
        return tuple(np.bincount(self.index[self.index >= 0], minlength=len(self)).tolist())

    @property
    def missing(self) -> int:
        """The number of areas without a value."""
        return int((self.index == MISSING).sum())

    @property
    def small(self) -> int:
        """The number of areas that are too small for a value."""
        return int((self.index == SMALL).sum())


def classify(
    values: npt.ArrayLike,
    *,
    k: int = 5,
    method: Method = Method.NATUURLIJK,
    small: npt.ArrayLike | None = None,
    decimals: int | None = None,
) -> Classes:
    """At most k classes of the values; NaN is no value, `small` marks areas too small for one.

    Fewer distinct values give a class each, and classes without areas are left out. Raises `MapError` for
    an infinite value or a k that is not 1 to 7.
    """
    if not 1 <= k <= MOST_CLASSES:
        raise MapError(f"{k} klassen: kies er 1 t/m {MOST_CLASSES}")
    array, index = _states(values, small)
    decimals = _decimals(array[index >= 0]) if decimals is None else decimals
    known = np.round(array[index >= 0], decimals)
    _, place = np.unique(
        np.searchsorted(_upper_bounds(known, k=k, method=method), known), return_inverse=True
    )
    index[index >= 0] = place
    lows, highs = _extremes(known, place)
    return Classes(index, lows, highs, _occurring_labels(lows, highs, decimals), decimals)


def classify_by(
    values: npt.ArrayLike,
    edges: Sequence[float],
    *,
    small: npt.ArrayLike | None = None,
    decimals: int | None = None,
) -> Classes:
    """Classes with fixed edges, so that two maps can be compared; a value on an edge is in the lower class.

    n edges give n + 1 classes, also when one is empty; the lowest and highest have no end.
    """
    bounds = np.asarray(edges, dtype=np.float64)
    if not (1 <= bounds.size < MOST_CLASSES and np.isfinite(bounds).all() and (np.diff(bounds) > 0).all()):
        raise MapError(f"klassengrenzen {list(edges)}: geef er 1 t/m {MOST_CLASSES - 1}, van laag naar hoog")
    array, index = _states(values, small)
    decimals = max(_decimals(array[index >= 0]), _decimals(bounds)) if decimals is None else decimals
    index[index >= 0] = np.searchsorted(bounds, np.round(array[index >= 0], decimals))
    lows, highs = (-np.inf, *bounds.tolist()), (*bounds.tolist(), np.inf)
    return Classes(index, lows, highs, _edge_labels(bounds, decimals), decimals)


def natural_breaks(values: FloatArray, k: int) -> FloatArray:
    """The highest value of each of k classes with the smallest sum of squared distances to their means.

    W.D. Fisher (1958), "On grouping for maximum homogeneity"; exact for up to 800 distinct values.
    """
    middles, weights, tops = _condensed(values)
    cost = _scatter(middles, weights)
    best, starts = cost[0], []
    for _ in range(k - 1):
        total = best[:-1, np.newaxis] + cost[1:]
        start = total.argmin(axis=0)
        starts.append(start + 1)
        best = np.minimum(total[start, np.arange(start.size)], np.inf)
    return tops[_trace(starts, middles.size)]


def _states(values: npt.ArrayLike, small: npt.ArrayLike | None) -> tuple[FloatArray, IntArray]:
    array = np.asarray(values, dtype=np.float64)
    if np.isinf(array).any():
        raise MapError(f"{int(np.isinf(array).sum())} waarden zijn oneindig; een kaart kan die niet tonen")
    index = np.where(np.isnan(array), MISSING, 0).astype(np.int64)
    if small is not None:
        index[np.asarray(small, dtype=bool)] = SMALL
    return array, index


def _upper_bounds(known: FloatArray, *, k: int, method: Method) -> FloatArray:
    distinct = np.unique(known)
    if distinct.size <= k:
        return distinct
    if k == 1:
        return distinct[-1:]
    if method is Method.NATUURLIJK:
        return natural_breaks(known, k)
    # Imported here: mapclassify brings scikit-learn along, seconds that every start would wait for.
    import mapclassify

    divide = mapclassify.Quantiles if method is Method.KWANTIELEN else mapclassify.EqualInterval
    with warnings.catch_warnings():
        # It warns that two quantiles fell together; fewer classes is what we want then.
        warnings.simplefilter("ignore", UserWarning)
        bins = np.unique(np.asarray(divide(known, k=k).bins, dtype=np.float64))
    # The last bound may fall a rounding error short of the highest value.
    bins[-1] = max(bins[-1], distinct[-1])
    return bins


def _condensed(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, number and highest value of each distinct value, or of each group of neighbouring ones."""
    distinct, numbers = np.unique(values, return_counts=True)
    groups = min(distinct.size, _MOST_VALUES)
    starts = np.arange(groups) * distinct.size // groups
    weights = np.add.reduceat(numbers, starts).astype(np.float64)
    middles = np.add.reduceat(distinct * numbers, starts) / weights
    return middles, weights, distinct[np.append(starts[1:], distinct.size) - 1]


def _scatter(middles: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum of squared distances to the mean of values i to j, shape (n, n); infinite where j < i."""
    centred = middles - np.average(middles, weights=weights)
    count, total, square = (
        np.concatenate(([0.0], np.cumsum(weights * centred**power))) for power in (0, 1, 2)
    )
    lower = np.tri(middles.size, k=-1, dtype=bool)
    number = np.where(lower, 1.0, count[1:] - count[:-1, np.newaxis])
    spread = (square[1:] - square[:-1, np.newaxis]) - (total[1:] - total[:-1, np.newaxis]) ** 2 / number
    return np.where(lower, np.inf, np.maximum(spread, 0.0))


def _trace(starts: list[IntArray], n: int) -> IntArray:
    """Positions of the last value of each class, from the best start of every last class."""
    last = [n - 1]
    for start in reversed(starts):
        last.append(int(start[last[-1]]) - 1)
    return np.array(last[::-1], dtype=np.int64)


def _extremes(known: FloatArray, place: IntArray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    groups = [known[place == i] for i in range(int(place.max(initial=-1)) + 1)]
    return tuple(float(g.min()) for g in groups), tuple(float(g.max()) for g in groups)


def _decimals(values: FloatArray) -> int:
    """Decimals that tell the values apart without a show of precision: 120, 12,5 and 0,42."""
    if not values.size or (values == np.round(values)).all():
        return 0
    span = float(np.ptp(values)) or float(np.abs(values).max())
    return 0 if span >= 100.0 else max(decimals_for(span, digits=2), 1)


def _occurring_labels(lows: Sequence[float], highs: Sequence[float], decimals: int) -> tuple[str, ...]:
    ends = [(dutch(low, decimals), dutch(high, decimals)) for low, high in zip(lows, highs, strict=True)]
    return tuple(low if low == high else f"{low} t/m {high}" for low, high in ends)


def _edge_labels(bounds: FloatArray, decimals: int) -> tuple[str, ...]:
    texts = [dutch(float(bound), decimals) for bound in bounds]
    between = [f"meer dan {low} t/m {high}" for low, high in itertools.pairwise(texts)]
    return (f"{texts[0]} of minder", *between, f"meer dan {texts[-1]}")

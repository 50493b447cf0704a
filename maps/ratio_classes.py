"""Ratio classes: how many times one rate is another, in five steps with chance in the middle."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from maps.classes import MISSING, SMALL, Classes

TWICE: Final = 2.0
# From low to high; the middle one is what chance may have done.
RATIO_TEXTS: Final = (
    "minder dan de helft van wat gemiddeld is",
    "minder dan gemiddeld",
    "geen duidelijk verschil",
    "meer dan gemiddeld",
    "meer dan twee keer wat gemiddeld is",
)
DECIMALS: Final = 2


def ratio_steps(ratio: npt.ArrayLike, *, more: npt.ArrayLike, less: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The step 0 to 4 of each ratio: 2 unless it is clearly more or less; `MISSING` for NaN."""
    value = np.asarray(ratio, dtype=np.float64)
    high, low = np.asarray(more, dtype=bool), np.asarray(less, dtype=bool)
    steps = np.full(value.shape, 2, dtype=np.int64)
    steps[high] = np.where(value[high] > TWICE, 4, 3)
    steps[low] = np.where(value[low] < 1.0 / TWICE, 0, 1)
    steps[np.isnan(value)] = MISSING
    return steps


def ratio_classes(
    ratio: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike, *, small: npt.ArrayLike
) -> Classes:
    """The classes of ratios with their intervals: a clear difference is an interval without 1."""
    value = np.asarray(ratio, dtype=np.float64)
    more, less = np.asarray(lower, dtype=np.float64) > 1.0, np.asarray(upper, dtype=np.float64) < 1.0
    index = ratio_steps(value, more=more, less=less)
    index[np.asarray(small, dtype=bool)] = SMALL
    number = len(RATIO_TEXTS)
    ends = [value[index == step] for step in range(number)]
    lows = tuple(float(one.min()) if one.size else np.nan for one in ends)
    highs = tuple(float(one.max()) if one.size else np.nan for one in ends)
    return Classes(index, lows, highs, RATIO_TEXTS, DECIMALS)

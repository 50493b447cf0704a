"""Durations: how many days meldingen take, with those still open counted as not yet done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ROUNDING = 1e-12


def per_day(days: IntArray, groups: IntArray, *, n_groups: int, n_days: int) -> IntArray:
    """Numbers per group and day, shape (n_groups, n_days), from the day and group of each melding."""
    flat = np.bincount(groups * n_days + days, minlength=n_groups * n_days)
    return flat.reshape(n_groups, n_days).astype(np.int64)


def survival(closed: IntArray, open_yet: IntArray) -> FloatArray:
    """Share not yet done after each day, same shape; the last axis is the age in whole days.

    `closed` holds how many meldingen were closed at that age, `open_yet` how many were still open when last
    seen at that age. The product-limit estimate (Kaplan and Meier, 1958): who leaves at an age was at risk
    at it.
    """
    leaving = closed + open_yet
    at_risk = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    stays = 1.0 - closed / np.maximum(at_risk, 1)
    return np.asarray(np.cumprod(stays, axis=-1), dtype=np.float64)


def median_days(not_done: FloatArray) -> FloatArray:
    """First day after which at most half is not yet done, over the last axis; NaN when there is none."""
    half = not_done <= 0.5 + _ROUNDING
    first = np.argmax(half, axis=-1) if not_done.shape[-1] else np.zeros(not_done.shape[:-1])
    return np.where(half.any(axis=-1), first, np.nan).astype(np.float64)

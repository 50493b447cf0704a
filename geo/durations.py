"""Durations: how many days meldingen take, with those still open counted as not yet done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

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


def median_interval(
    closed: IntArray, open_yet: IntArray, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Both ends between which the median lies, in days, over the last axis; both NaN unless both are reached.

    The days whose share not yet done does not differ clearly from a half: Brookmeyer and Crowley, Biometrics
    38 (1982), on the log-log scale with Greenwood's variance.
    """
    share = survival(closed, open_yet)
    leaving = closed + open_yet
    at_risk = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(closed / (at_risk * (at_risk - closed)), axis=-1)
        logs = np.log(share)
        apart = (np.log(-logs) - np.log(np.log(2.0))) * logs / np.sqrt(variance)
    most = ndtri((1 + confidence) / 2)
    return _ends(np.abs(apart) <= most, closed > 0, apart < -most)


def _ends(
    near: NDArray[np.bool_], closing: NDArray[np.bool_], below: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """The first of the days that are near, and the first day after them on which something was closed.

    Where the share passes a half in one day, so that no day is near it, both are that day.
    """
    if not near.shape[-1]:
        nothing = np.full(near.shape[:-1], np.nan)
        return nothing, nothing
    days = np.arange(near.shape[-1])
    last = np.where(near, days, -1).max(axis=-1)
    later = closing & (days > last[..., None])
    at_once = below & ~near.any(axis=-1, keepdims=True)
    begins = near | at_once
    ends = (later & near.any(axis=-1, keepdims=True)) | at_once
    reached = begins.any(axis=-1) & ends.any(axis=-1)
    first, after = np.argmax(begins, axis=-1), np.argmax(ends, axis=-1)
    return np.where(reached, first, np.nan), np.where(reached, after, np.nan)

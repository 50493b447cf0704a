"""Log-linear models of counts: expected counts by a few terms, with what they vary more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_ROUNDS: Final = 60
_CLOSE: Final = 1e-10
_SETTLED: Final = 1e-7
_LONGEST_STEP: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The model of a set of counts: `expected` has a place per count, `covariance` is that of the terms.

    `dispersion` is how many times the variance is that of chance alone (`quasi_poisson`, at least 1), or the
    squared spread of places around their mean (`negative_binomial`, at least 0). `freedom` is the number of
    counts less the number of terms.
    """

    coefficients: FloatArray
    covariance: FloatArray
    expected: FloatArray
    dispersion: float
    freedom: int

    def at(self, design: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The log of what is expected per unit of exposure at rows of terms, and its standard error."""
        variance = np.einsum("ij,jk,ik->i", design, self.covariance, design)
        return design @ self.coefficients, np.sqrt(variance)


def quasi_poisson(design: FloatArray, counts: FloatArray, exposure: FloatArray) -> Fit:
    """Counts whose variance is a fixed number of times their mean: McCullagh and Nelder (1989), chapter 6.

    `design` has a row per count and a column per term. The dispersion is Pearson's.
    """
    coefficients, expected, precision = _fit(design, counts, exposure, spread=0.0)
    freedom = len(counts) - design.shape[1]
    pearson = float(((counts - expected) ** 2 / expected).sum()) / freedom if freedom > 0 else np.nan
    dispersion = float(np.fmax(pearson, 1.0))
    return Fit(coefficients, _inverse(precision) * dispersion, expected, dispersion, freedom)


def negative_binomial(design: FloatArray, counts: FloatArray, exposure: FloatArray) -> Fit:
    """Counts of places that each vary around their mean, the larger ones in proportion to their size.

    The spread is the one at which Pearson's statistic equals its degrees of freedom: Breslow, Extra-Poisson
    variation in log-linear models, Applied Statistics 33 (1984).
    """
    freedom, spread = len(counts) - design.shape[1], 0.0
    coefficients, expected, precision = _fit(design, counts, exposure, spread=spread)
    for _ in range(_ROUNDS):
        wider = _spread(counts, expected, freedom)
        if abs(wider - spread) <= _SETTLED * (1 + spread):
            break
        spread = wider
        coefficients, expected, precision = _fit(design, counts, exposure, spread=spread, start=coefficients)
    return Fit(coefficients, _inverse(precision), expected, spread, freedom)


def _fit(
    design: FloatArray,
    counts: FloatArray,
    exposure: FloatArray,
    *,
    spread: float,
    start: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coefficients, expected counts and precision by iterated weighted least squares."""
    raw = np.log((counts + 0.5) / exposure)
    first = np.linalg.lstsq(design, raw, rcond=None)[0] if start is None else start
    coefficients = np.asarray(first, dtype=np.float64)
    for _ in range(_ROUNDS):
        expected = exposure * np.exp(design @ coefficients)
        weights = expected / (1 + spread * expected)
        precision = design.T @ (weights[:, None] * design)
        step = _inverse(precision) @ (design.T @ (weights * (counts - expected) / expected))
        coefficients = coefficients + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if np.abs(step).max() < _CLOSE:
            break
    return coefficients, exposure * np.exp(design @ coefficients), precision


def _inverse(precision: FloatArray) -> FloatArray:
    return np.linalg.inv(precision).astype(np.float64)


def _spread(counts: FloatArray, expected: FloatArray, freedom: int) -> float:
    """The squared spread at which the counts vary as much as expected; 0 when they vary less.

    Newton's steps from 0: what is too much falls ever less steeply, so that none of them goes too far.
    """
    squares, spread = (counts - expected) ** 2, 0.0
    for _ in range(_ROUNDS):
        room = 1 + spread * expected
        excess = float((squares / (expected * room)).sum()) - freedom
        if excess <= _CLOSE:
            break
        spread += excess / float((squares / room**2).sum())
    return spread

"""Posterior: rates of areas drawn towards the rate of the whole, as far as the data ask for it.

Counts are Poisson with a rate per area, and the rates of a town are gamma distributed. How high that gamma
lies and how wide it is, is not estimated and then taken for true (such intervals hold the truth in 36-95 %
of cases, and have no width at all when the estimate of the spread is 0, as in half of the towns with few
events). Both are integrated over a grid: Clayton and Kaldor, Empirical Bayes estimates of age-standardized
relative risks, Biometrics 43 (1987), made fully Bayesian.

Before anything is counted, each spread from 0.1 on is as likely as one some per cent wider, and less likely
beyond 1. Areas of real towns are never nearly alike; a prior that holds that possible draws areas too far
towards the town. What the choice gains and costs: docs/decisions/0015-what-few-events-can-tell.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincinv, gammaln

from geo.errors import FigureError

FloatArray = NDArray[np.float64]

# The spread between areas, as coefficient of variation: from a third of the least that real towns show (0.3)
# to beyond the most (2.1).
_SPREADS: Final = np.geomspace(0.1, 3.0, 26)
# Means of the town around what it shows, in standard errors.
_STEPS: Final = np.linspace(-4.5, 4.5, 19)
_NEGLIGIBLE: Final = 1e-5
# A quantile is sought within this many powers of e around that of one gamma with the same mean and spread.
_REACH: Final = 25.0
_MOST_STEPS: Final = 60
_LEAST_SHAPE: Final = 0.3
_EXACT: Final = 1e-10
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The rates of areas per unit of exposure, as one mixture of gammas.

    `weights` (components,) add up to 1; `shape` and `rate` (areas, components) are those of the gammas.
    `observed` are the lowest and the highest rate that were counted. Areas without a known count or exposure
    are NaN in every answer.
    """

    weights: FloatArray
    shape: FloatArray
    rate: FloatArray
    observed: tuple[float, float]

    def mean(self) -> FloatArray:
        """The expected rate of each area, (areas,).

        It is drawn towards the others, so never beyond all of them; without the limit the prior would put it
        there where nothing or the same everywhere was counted.
        """
        return np.clip(self._expected(), *self.observed)

    def interval(self, *, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Both ends between which each rate lies, (areas,) each, with equal tails."""
        tail = (1 - confidence) / 2
        return self._quantile(tail), self._quantile(1 - tail)

    def draws(self, count: int, random: np.random.Generator) -> FloatArray:
        """`count` sets of rates, (count, areas): each of one town, so that areas move together."""
        which = random.choice(len(self.weights), size=count, p=self.weights)
        shape, rate = self.shape[:, which].T, self.rate[:, which].T
        known = ~np.isnan(shape)
        drawn = random.standard_gamma(np.where(known, shape, 1.0)) / rate
        return np.where(known, drawn, np.nan)

    def _expected(self) -> FloatArray:
        means: FloatArray = (self.shape / self.rate) @ self.weights
        return means

    def _quantile(self, probability: float) -> FloatArray:
        """By Newton's steps on the logarithm of the rate, halving where a step leaves what is left."""
        mean = self._expected()
        spread = ((self.shape / self.rate) ** 2 * (1 + 1 / self.shape)) @ self.weights - mean**2
        x = np.log(gammaincinv(np.maximum(mean**2 / spread, _LEAST_SHAPE), probability) * spread / mean)
        low, high = x - _REACH, x + _REACH
        norm = gammaln(self.shape)
        for _ in range(_MOST_STEPS):
            scaled = self.rate * np.exp(x)[:, None]
            above = gammainc(self.shape, scaled) @ self.weights - probability
            if np.nanmax(np.abs(above)) < _EXACT:
                break
            slope = np.exp(self.shape * np.log(scaled) - scaled - norm) @ self.weights
            low, high = np.where(above < 0, x, low), np.where(above < 0, high, x)
            step = x - above / np.maximum(slope, _TINY)
            x = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        quantile: FloatArray = np.exp(x)
        return quantile


def posterior(counts: ArrayLike, exposure: ArrayLike) -> Posterior:
    """The posterior of the rates behind `counts` over `exposure` (inhabitants times years, say), (areas,).

    An area whose count or exposure is unknown, or whose exposure is 0, has no part in it. Raises FigureError
    when no area has both.
    """
    n, size = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    known = ~np.isnan(n) & (size > 0)
    if not known.any():
        raise FigureError(
            "Geen enkel gebied heeft een aantal en een noemer: er is geen cijfer bij te stellen."
        )
    spreads, means, room = _grid(n[known].sum(), size[known])
    shape, rate = 1 / spreads**2, 1 / (spreads**2 * means)
    weights = _weights(n[known], size[known], shape=shape, rate=rate, prior=_prior(spreads, means) + room)
    kept = weights > _NEGLIGIBLE * weights.max()
    chances = weights[kept] / weights[kept].sum()
    raw = n[known] / size[known]
    n, size = np.where(known, n, np.nan), np.where(known, size, np.nan)
    return Posterior(
        chances, shape[kept] + n[:, None], rate[kept] + size[:, None], (float(raw.min()), float(raw.max()))
    )


def _grid(total: float, size: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spreads and means that go together, and the log of the room that each of them stands for."""
    uneven = (size**2).sum() / size.sum() ** 2
    error = np.sqrt(1 / (total + 0.5) + _SPREADS**2 * uneven)
    means = (total + 0.5) / size.sum() * np.exp(error[:, None] * _STEPS)
    spreads = np.broadcast_to(_SPREADS[:, None], means.shape)
    room = np.broadcast_to(np.log(error)[:, None], means.shape)
    return spreads.ravel(), means.ravel(), room.ravel()


def _prior(spreads: FloatArray, means: FloatArray) -> FloatArray:
    """The log prior per step of log spread and log mean: level, less so beyond 1; Jeffreys for the mean."""
    return -(spreads**2) / 2 + np.log(means) / 2


def _weights(
    n: FloatArray, size: FloatArray, *, shape: FloatArray, rate: FloatArray, prior: FloatArray
) -> FloatArray:
    """How likely each component is after the counts, which are negative binomial under it."""
    tally, size = n[:, None], size[:, None]
    chance = (
        gammaln(shape + tally)
        - gammaln(shape)
        + shape * np.log(rate / (rate + size))
        + tally * np.log(size / (rate + size))
    )
    logs: FloatArray = chance.sum(axis=0) + prior
    weights: FloatArray = np.exp(logs - logs.max())
    return weights

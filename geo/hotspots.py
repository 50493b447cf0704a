"""Hot spots: places with remarkably many incidents, told from chance by the maximum over all places.

A place is an area with its neighbours. What was counted there is held against what is expected when it went
there as it does outside it. Areas differ of themselves: their rates are taken to vary by a gamma distribution
whose spread is estimated from the areas outside the place, so that a hot spot does not swallow itself. The
same is done with maps drawn by chance, and the highest value of each such map says how high chance reaches
anywhere. So one map in twenty without a hot spot shows one, however many areas it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import betaincinv

from geo.errors import FigureError
from geo.neighbours import Neighbours

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

DRAWS: Final = 999
LEVEL: Final = 0.05
# Where fewer are expected than this, one incident would already be remarkable: nothing is said there.
FEWEST_EXPECTED: Final = 1.0
# Drawn maps are worked through in parts of at most this many numbers each.
_PART: Final = 4_000_000
# Over this, a negative binomial is a Poisson distribution for all that can be told apart.
_POISSON: Final = 1e7


@dataclass(frozen=True, slots=True, eq=False)
class HotSpots:
    """What each area with its neighbours comes to, one number per area.

    `count` and `expected` are of the whole place; `ratio` is between them, with its interval. Where nothing
    can be said (no exposure, or less than one expected) all but `count` are NaN and `is_hot` is False.
    `p` is the share of maps drawn by chance that reach as high anywhere. `overdispersion` is the squared
    coefficient of variation of the rates of areas outside the highest place.
    """

    count: FloatArray
    expected: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    statistic: FloatArray
    p: FloatArray
    is_hot: BoolArray
    overdispersion: float
    draws: int
    level: float


class _Against(NamedTuple):
    """Observed against expected, of each place in each map, shape (places, maps)."""

    statistic: FloatArray
    counted: FloatArray
    expected: FloatArray
    variance: FloatArray
    spread: FloatArray


class _Ground(NamedTuple):
    """What is the same for all maps: places as rows over areas, and the shares of exposure."""

    places: sparse.csr_array
    share: FloatArray
    inside: FloatArray
    squares: FloatArray


def hot_spots(
    counts: FloatArray,
    exposure: FloatArray,
    neighbours: Neighbours,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
    overdispersed: bool = True,
) -> HotSpots:
    """The places with more incidents than chance explains.

    `counts` are incidents per area (duplicates joined), `exposure` what they are expected in proportion to
    (inhabitants, hectares). An area without exposure takes no part, nor does what was counted there.
    `overdispersed` False takes the rates of areas as equal: an error where they are not, and the control of
    the tests. Raises FigureError for arrays of other lengths, or counts that are not whole numbers from 0 on.
    """
    known = _checked(counts, exposure, neighbours)
    total = float(counts[known].sum())
    if total == 0:
        return _nothing(counts, draws, level)
    held = np.where(known, counts, 0.0)
    share = np.where(known, exposure, 0.0) / exposure[known].sum()
    tested = np.flatnonzero(known & (neighbours.windows() @ share * total >= FEWEST_EXPECTED))
    if not len(tested):
        return _nothing(counts, draws, level)
    ground = _ground(neighbours, share, tested)
    seen = _against(held[:, None], ground, overdispersed=overdispersed)
    found = seen.statistic[:, 0]
    random = np.random.default_rng(seed)
    spread = float(seen.spread[found.argmax(), 0])
    highest = _highest(ground, held, spread, random, draws, overdispersed=overdispersed)
    p = (1 + (highest[:, None] >= found - 1e-12).sum(axis=0)) / (draws + 1)
    return _result(neighbours, held, tested, seen, ground, p=p, draws=draws, level=level, spread=spread)


def _checked(counts: FloatArray, exposure: FloatArray, neighbours: Neighbours) -> BoolArray:
    """Which areas have exposure."""
    if not len(counts) == len(exposure) == neighbours.size:
        raise FigureError(
            f"{len(counts)} aantallen, {len(exposure)} maten en {neighbours.size} gebieden horen bij elkaar"
        )
    wrong = counts[~(counts >= 0) | (counts != np.floor(counts))]
    if wrong.size:
        raise FigureError(f"Een aantal is een heel getal van 0 of meer, niet {wrong[0]:g}.")
    known: BoolArray = np.isfinite(exposure) & (exposure > 0)
    return known


def _ground(neighbours: Neighbours, share: FloatArray, tested: NDArray[np.intp]) -> _Ground:
    places = sparse.csr_array(neighbours.windows()[tested])
    return _Ground(places, share[:, None], (places @ share)[:, None], (places @ share**2)[:, None])


def _against(counts: FloatArray, ground: _Ground, *, overdispersed: bool) -> _Against:
    """Observed against expected in maps of shape (areas, maps)."""
    count = ground.places @ counts
    outside = counts.sum(axis=0) - count
    left = 1.0 - ground.inside
    rate = np.divide(outside, left, out=np.zeros_like(count), where=left > 1e-12)
    expected = rate * ground.inside
    spread = _spread(counts, ground, outside, rate) if overdispersed else np.zeros_like(count)
    variance = expected + spread * rate**2 * ground.squares
    return _Against(_root_deviance(count, expected, variance), count, expected, variance, spread)


def _spread(counts: FloatArray, ground: _Ground, outside: FloatArray, rate: FloatArray) -> FloatArray:
    """The squared coefficient of variation of the rates outside each place, by moments; never below 0.

    Outside a place the squared differences from what is expected add up to what is expected there, plus
    the spread times the sum of the squares of what is expected in each area.
    """
    squares = (counts**2).sum(axis=0) - ground.places @ counts**2
    crossed = (counts * ground.share).sum(axis=0) - ground.places @ (counts * ground.share)
    shares = float((ground.share**2).sum()) - ground.squares
    apart = squares - 2.0 * rate * crossed + rate**2 * shares
    base = rate**2 * shares
    spread = np.divide(apart - outside, base, out=np.zeros_like(rate), where=base > 1e-12)
    return np.asarray(np.maximum(spread, 0.0))


def _root_deviance(count: FloatArray, expected: FloatArray, variance: FloatArray) -> FloatArray:
    """The signed root of the deviance of a negative binomial with this mean and variance; 0 if not above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = expected**2 / np.maximum(variance - expected, 1e-12)
        grown = np.where(count > 0, count * np.log(count / expected), 0.0)
        less = (count + size) * np.log((count + size) / (expected + size))
        deviance = 2.0 * (grown - np.where(size < _POISSON, less, count - expected))
    above = (count > expected) & (expected > 0)
    return np.asarray(np.where(above, np.sqrt(np.maximum(deviance, 0.0)), 0.0))


def _highest(
    ground: _Ground,
    counts: FloatArray,
    spread: float,
    random: np.random.Generator,
    draws: int,
    *,
    overdispersed: bool,
) -> FloatArray:
    """The highest statistic of each map drawn by chance.

    Leaving out the highest place makes the areas that remain look more alike than they are. How much so
    shows in the drawn maps themselves, and the spread is set right by that once. It is never less than that
    of the whole map: each map is held against its own spread, so that this costs next to nothing where
    there is a hot spot, and keeps the level where areas are few and unlike.
    """
    mean = counts.sum() * ground.share[:, 0]
    if overdispersed and spread > 0:
        _, again = _drawn(ground, mean, spread, random, draws, overdispersed=True)
        spread *= min(max(spread / max(float(again.mean()), 1e-12), 1.0), 3.0)
    if overdispersed:
        spread = max(spread, float(((counts - mean) ** 2 - mean).sum() / (mean**2).sum()))
    return _drawn(ground, mean, spread, random, draws, overdispersed=overdispersed)[0]


def _drawn(
    ground: _Ground,
    mean: FloatArray,
    spread: float,
    random: np.random.Generator,
    draws: int,
    *,
    overdispersed: bool,
) -> tuple[FloatArray, FloatArray]:
    """The highest statistic of each drawn map, and the spread outside that place."""
    highest, outside = [], []
    step = max(_PART // len(mean), 1)
    for start in range(0, draws, step):
        shape = (len(mean), min(step, draws - start))
        rates = random.gamma(1.0 / spread, spread, shape) if spread > 1e-9 else np.ones(shape)
        maps = random.poisson(mean[:, None] * rates).astype(np.float64)
        seen = _against(maps, ground, overdispersed=overdispersed)
        at = seen.statistic.argmax(axis=0), np.arange(shape[1])
        highest.append(seen.statistic[at])
        outside.append(seen.spread[at])
    return np.concatenate(highest), np.concatenate(outside)


def _result(
    neighbours: Neighbours,
    counts: FloatArray,
    tested: NDArray[np.intp],
    seen: _Against,
    ground: _Ground,
    *,
    p: FloatArray,
    draws: int,
    level: float,
    spread: float,
) -> HotSpots:
    def filled(values: FloatArray) -> FloatArray:
        table = np.full(len(counts), np.nan)
        table[tested] = values
        return table

    lower, upper = _interval(seen, ground, float(counts.sum()))
    is_hot = np.zeros(len(counts), dtype=bool)
    is_hot[tested] = p <= level
    expected = seen.expected[:, 0]
    ratio = np.divide(seen.counted[:, 0], expected, out=np.full(len(tested), np.inf), where=expected > 0)
    return HotSpots(
        count=np.asarray(neighbours.windows() @ counts),
        expected=filled(expected),
        ratio=filled(ratio),
        lower=filled(lower),
        upper=filled(upper),
        statistic=filled(seen.statistic[:, 0]),
        p=filled(p),
        is_hot=is_hot,
        overdispersion=spread,
        draws=draws,
        level=level,
    )


def _interval(seen: _Against, ground: _Ground, total: float) -> tuple[FloatArray, FloatArray]:
    """The 95 % interval of the ratio of the rate in a place over that outside it.

    Given the total, the count is binomial (Clopper and Pearson, 1934); how much more it varies than
    Poisson counts do makes all counts weigh less.
    """
    heavier = np.divide(
        seen.variance, seen.expected, out=np.ones_like(seen.variance), where=seen.expected > 0
    )[:, 0]
    count, all_of_it = seen.counted[:, 0] / heavier, total / heavier
    inside = ground.inside[:, 0]
    odds = np.divide(inside, 1.0 - inside, out=np.full_like(inside, np.nan), where=inside < 1.0 - 1e-12)
    low = np.where(count > 0, betaincinv(np.maximum(count, 1e-9), all_of_it - count + 1.0, 0.025), 0.0)
    high = betaincinv(count + 1.0, np.maximum(all_of_it - count, 1e-9), 0.975)
    with np.errstate(divide="ignore"):
        return low / (1.0 - low) / odds, high / (1.0 - high) / odds


def _nothing(counts: FloatArray, draws: int, level: float) -> HotSpots:
    empty = np.full(len(counts), np.nan)
    none = np.zeros(len(counts), dtype=bool)
    return HotSpots(
        counts.astype(np.float64), empty, empty, empty, empty, empty, empty, none, 0.0, draws, level
    )

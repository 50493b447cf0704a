"""Getis and Ord's Gi*: whether high or low values lie together, with permutations and false discoveries.

An extra view beside `geo.hotspots`, whose maximum answers whether there is a hot spot at all. Formula: Ord
and Getis, Local spatial autocorrelation statistics, Geographical Analysis 27 (1995), with weights of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.neighbours import Neighbours

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

# With fewer permutations than this per area, none of many areas can pass the rule on false discoveries.
PERMUTATIONS_PER_AREA: Final = 40
FEWEST_PERMUTATIONS: Final = 999
MOST_AREAS: Final = 1_000
FALSE_DISCOVERIES: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class LocalG:
    """Gi* per area: `z` by the formula, `p` two-sided from permutations; NaN where an area has no value.

    `is_hot` and `is_cold` hold at most one false discovery in twenty (Benjamini and Hochberg, 1995).
    """

    z: FloatArray
    p: FloatArray
    is_hot: BoolArray
    is_cold: BoolArray
    permutations: int


def local_g(
    values: FloatArray, neighbours: Neighbours, *, seed: int, permutations: int | None = None
) -> LocalG:
    """Gi* of values (rates) over each area and its neighbours; areas without a value (NaN) are left out.

    There are 40 permutations for each area unless told otherwise. Raises FigureError for over 1,000 areas.
    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) > MOST_AREAS:
        raise FigureError(
            f"Gi* gaat tot {MOST_AREAS} plekken; dit zijn er {len(known)}. Kies grotere plekken."
        )
    within = _among(neighbours, known)
    count = permutations or max(PERMUTATIONS_PER_AREA * len(known), FEWEST_PERMUTATIONS)
    held = values[known]
    z, p = np.full(len(values), np.nan), np.full(len(values), np.nan)
    if len(known) < 3 or np.ptp(held) == 0:
        none = np.zeros(len(values), dtype=bool)
        return LocalG(z, p, none, none.copy(), count)
    z[known] = _z(held, within)
    p[known] = _permuted(held, within, np.random.default_rng(seed), count)
    found = np.zeros(len(values), dtype=bool)
    found[known] = discoveries(p[known])
    return LocalG(z, p, found & (z > 0), found & (z < 0), count)


def discoveries(p: FloatArray, *, share: float = FALSE_DISCOVERIES) -> BoolArray:
    """Which of these p-values pass when at most this share of what passes may be false."""
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= share * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), dtype=bool)
    found[order[: passed[-1] + 1 if passed.size else 0]] = True
    return found


def _among(neighbours: Neighbours, known: NDArray[np.intp]) -> Neighbours:
    """The links between the areas that have a value, numbered anew."""
    place = np.full(neighbours.size, -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    pairs = place[neighbours.pairs()]
    return Neighbours.of_pairs(pairs[(pairs >= 0).all(axis=1)], size=len(known))


def _z(values: FloatArray, neighbours: Neighbours) -> FloatArray:
    n = len(values)
    around = np.diff(neighbours.indptr) + 1.0
    scale = values.std() * np.sqrt((n * around - around**2) / (n - 1.0))
    apart = neighbours.windows() @ values - around * values.mean()
    return np.asarray(np.divide(apart, scale, out=np.full(n, np.nan), where=scale > 0))


def _permuted(
    values: FloatArray, neighbours: Neighbours, random: np.random.Generator, count: int
) -> FloatArray:
    """The two-sided p per area, its own value held and those of its neighbours drawn from all others."""
    sums, around = neighbours.windows() @ values, np.diff(neighbours.indptr)
    drawn = _choices(random, len(values) - 1, int(around.max(initial=0)), count)
    p = np.ones(len(values))
    for place in np.flatnonzero(around):
        others = np.delete(values, place)
        chance = np.sort(others[drawn[:, : around[place]]].sum(axis=1) + values[place])
        below = np.searchsorted(chance, sums[place] + 1e-12 * abs(sums[place]), side="right")
        under = np.searchsorted(chance, sums[place] - 1e-12 * abs(sums[place]), side="left")
        p[place] = min(2.0 * (1 + min(int(below), count - int(under))) / (count + 1), 1.0)
    return p


def _choices(random: np.random.Generator, among: int, size: int, count: int) -> IntArray:
    """Rows of `size` different numbers under `among`; in any first part of a row all are as likely too."""
    if 3 * size > among:
        return random.permuted(np.tile(np.arange(among), (count, 1)), axis=1)[:, :size]
    rows = random.integers(among, size=(count, size))
    wrong = np.arange(count)
    while wrong.size:
        kept = np.sort(rows[wrong], axis=1)
        wrong = wrong[(kept[:, 1:] == kept[:, :-1]).any(axis=1)]
        rows[wrong] = random.integers(among, size=(len(wrong), size))
    return rows

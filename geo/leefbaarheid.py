"""Leefbaarheid: an index whose every step is on the table, and how sure the order of areas is.

A cijfer is put on one scale (how far an area lies from the mean, in standard deviations, better is higher).
A dimension is the mean of its cijfers, on that scale again, so that its weight means the same whatever
number of cijfers it holds. The score is the weighted mean of the dimensions: contributions add up to it.

Counts are not taken for true. Rates are drawn jointly from their posterior (`geo.posterior`), everything is
worked out anew for each draw, and what is told of the order is where an area lies in 95 % of the draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from geo.errors import FigureError
from geo.indicators import Dimension
from geo.posterior import Posterior, posterior

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# What the index is about. Samenstelling, meedoen and dienstverlening say who lives there and how the gemeente
# works, not how it is to live there.
DIMENSIONS: Final = (
    Dimension.FYSIEK,
    Dimension.OVERLAST,
    Dimension.SOCIAAL,
    Dimension.VOORZIENINGEN,
    Dimension.WONINGVOORRAAD,
)
DRAWS: Final = 1_000
CONFIDENCE: Final = 0.95
# A dimension is known where at least this share of the cijfers that the town has for it is.
LEAST_SHARE: Final = 0.5
# The least and most that an unsure weight is multiplied by.
UNSURE: Final = (0.5, 1.5)
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One cijfer in the areas of a town: fixed values, or counts over an exposure; NaN is not known.

    `better` is "+" when more is better and "-" when less is.
    """

    key: str
    dimensie: Dimension
    better: Literal["+", "-"]
    values: FloatArray
    exposure: FloatArray | None = None

    @property
    def known(self) -> BoolArray:
        """The areas that have it."""
        if self.exposure is None:
            return ~np.isnan(self.values)
        return ~np.isnan(self.values) & (self.exposure > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """The areas of one level of one gemeente with their cijfers, each item in the order of `codes`."""

    codes: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The score per area under one set of weights; NaN, and no place, where a dimension is missing.

    `contributions` (areas, dimensions) add up to `score`. Place 1 is the highest score; an area lies from
    `place_lower` to `place_upper` in 95 % of the draws.
    """

    score: FloatArray
    contributions: FloatArray
    place_lower: FloatArray
    place_upper: FloatArray
    missing: tuple[tuple[Dimension, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The dimensions of a town before they are weighed.

    `scores` (areas, dimensions) and `drawn` (draws, areas, dimensions) are in standard deviations; NaN where
    an area lacks a dimension. `known` counts the cijfers of each area, `wanted` those that the town has.
    """

    codes: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    scores: FloatArray
    drawn: FloatArray
    known: NDArray[np.int64]
    wanted: NDArray[np.int64]
    seed: int

    def weigh(self, weights: Mapping[Dimension, float], *, unsure: bool = False) -> Ranking:
        """The score and the order of the areas under these weights; a dimension without one weighs nothing.

        With `unsure` every draw multiplies each weight by a number between 0.5 and 1.5. Raises FigureError
        for a negative weight, or when no dimension with a weight has figures.
        """
        weight = self._weights(weights)
        used = weight > 0
        contributions = self.scores * weight
        complete = ~np.isnan(self.scores[:, used]).any(axis=1)
        drawn = self.drawn[:, complete][:, :, used]
        places = _places(drawn, self._drawn_weights(weight[used], unsure=unsure))
        lower, upper = (np.full(len(self.codes), np.nan) for _ in range(2))
        if complete.any():
            tail = (1 - CONFIDENCE) / 2
            ends = np.quantile(places, [tail, 1 - tail], axis=0, method="inverted_cdf")
            lower[complete], upper[complete] = ends
        score = np.where(complete, np.nansum(contributions[:, used], axis=1), np.nan)
        return Ranking(score, contributions, lower, upper, self._missing(used))

    def _weights(self, weights: Mapping[Dimension, float]) -> FloatArray:
        """The weights of the dimensions that the town has figures for, adding up to 1."""
        given = np.array([weights.get(one, 0.0) for one in self.dimensions], dtype=np.float64)
        if not (np.isfinite(given).all() and (given >= 0).all()):
            raise FigureError(f"Een gewicht is 0 of meer, niet {', '.join(f'{one:g}' for one in given)}.")
        given = np.where(self.wanted > 0, given, 0.0)
        if not given.sum():
            raise FigureError("Geef een onderdeel waarover cijfers zijn een gewicht boven 0.")
        total: FloatArray = given / given.sum()
        return total

    def _drawn_weights(self, weight: FloatArray, *, unsure: bool) -> FloatArray:
        """The weights of each draw, (draws, dimensions)."""
        if not unsure:
            return np.broadcast_to(weight, (len(self.drawn), len(weight)))
        drawn = weight * np.random.default_rng(self.seed).uniform(*UNSURE, (len(self.drawn), len(weight)))
        each: FloatArray = drawn / drawn.sum(axis=1, keepdims=True)
        return each

    def _missing(self, used: BoolArray) -> tuple[tuple[Dimension, ...], ...]:
        lacking = np.isnan(self.scores) & used
        return tuple(
            tuple(one for one, gone in zip(self.dimensions, row, strict=True) if gone) for row in lacking
        )


def index(
    town: Town,
    others: Sequence[Town] = (),
    *,
    draws: int = DRAWS,
    rates: Callable[[FloatArray, FloatArray], Posterior] = posterior,
) -> Index:
    """The index of a town, standardised within it, or against it and `others` together.

    A cijfer counts where the town has it; towns without it are no yardstick for it. A dimension is the mean
    of the cijfers that an area has, if those are at least half of what the town has; nothing is filled in.
    The same inputs give the same draws, in whatever order and units they come. `rates` says how counts become
    rates. Raises FigureError when no area has a cijfer.
    """
    town, order = _sorted(town)
    towns = [town, *(_sorted(one)[0] for one in others)]
    if not any(item.known.any() for item in town.items):
        raise FigureError("Geen enkel gebied heeft een cijfer voor de index.")
    seed = _seed(towns)
    random = np.random.default_rng(seed)
    drawn = [{item.key: _drawn(item, draws, random, rates) for item in one.items} for one in towns]
    items = [item for item in town.items if item.known.any()]
    scaled = {item.key: _standardised(item, drawn) for item in items}
    scores, known, wanted = [], [], []
    for dimension in DIMENSIONS:
        of_it = [item for item in items if item.dimensie is dimension]
        score, number = _dimension([scaled[item.key] for item in of_it], len(town.codes), len(towns), draws)
        scores.append(score)
        known.append(number)
        wanted.append(len(of_it))
    back = np.argsort(order)
    table = np.stack(scores, axis=2)[:, back]
    return Index(
        tuple(town.codes[place] for place in back),
        DIMENSIONS,
        table[0],
        table[1:],
        np.stack(known, axis=1)[back],
        np.array(wanted, dtype=np.int64),
        seed,
    )


def _sorted(town: Town) -> tuple[Town, NDArray[np.intp]]:
    """The town by code and by key, and where each of its areas was."""
    order = np.argsort(np.array(town.codes, dtype=str), kind="stable")
    items = tuple(
        Item(
            one.key,
            one.dimensie,
            one.better,
            np.asarray(one.values, dtype=np.float64)[order],
            None if one.exposure is None else np.asarray(one.exposure, dtype=np.float64)[order],
        )
        for one in sorted(town.items, key=lambda one: one.key)
    )
    return Town(tuple(town.codes[place] for place in order), items), order


def _seed(towns: Sequence[Town]) -> int:
    """A number from everything that goes in; sizes and values by what units leave the same."""
    digest = hashlib.sha256()
    for town in towns:
        digest.update("|".join(town.codes).encode())
        for item in town.items:
            digest.update(f"{item.key}{item.better}".encode())
            size = None if item.exposure is None else _scaled(item.exposure)
            parts = (_centred(item.values),) if size is None else (item.values, size)
            for part in parts:
                digest.update((np.round(part, _DIGITS) + 0.0).tobytes())
    return int.from_bytes(digest.digest()[:8], "big")


def _drawn(
    item: Item,
    draws: int,
    random: np.random.Generator,
    rates: Callable[[FloatArray, FloatArray], Posterior],
) -> FloatArray:
    """The cijfer as expected and in each draw, (1 + draws, areas)."""
    known = item.known
    if item.exposure is None or not known.any():
        return np.broadcast_to(np.where(known, item.values, np.nan), (1 + draws, len(known)))
    counts = np.where(known, item.values, np.nan)
    found = rates(counts, _scaled(np.where(known, item.exposure, np.nan)))
    return np.vstack([found.mean(), found.draws(draws, random)])


def _standardised(item: Item, drawn: Sequence[Mapping[str, FloatArray]]) -> list[FloatArray]:
    """The cijfer per town in standard deviations from the mean of all areas; better is higher."""
    tables = [one.get(item.key) for one in drawn]
    together = np.concatenate([one for one in tables if one is not None], axis=1)
    sign = 1.0 if item.better == "+" else -1.0
    mean, spread = _moments(together)
    nothing = [np.full((len(mean), 0), np.nan)]
    return [nothing[0] if one is None else sign * (one - mean) / spread for one in tables]


def _dimension(
    scaled: Sequence[Sequence[FloatArray]], n_areas: int, n_towns: int, draws: int
) -> tuple[FloatArray, NDArray[np.int64]]:
    """The dimension of the first town, (1 + draws, areas), and how many cijfers each area has for it."""
    if not scaled:
        return np.full((1 + draws, n_areas), np.nan), np.zeros(n_areas, dtype=np.int64)
    means = []
    for place in range(n_towns):
        tables = [one[place] for one in scaled if one[place].shape[1]]
        if tables:
            means.append(_mean_of(np.stack(tables), len(scaled)))
    number = (~np.isnan(np.stack([one[0][0] for one in scaled]))).sum(axis=0)
    mean, spread = _moments(np.concatenate(means, axis=1))
    return (means[0] - mean) / spread, number.astype(np.int64)


def _mean_of(tables: FloatArray, wanted: int) -> FloatArray:
    """The mean over cijfers, (1 + draws, areas), where at least half of those wanted are known."""
    known = ~np.isnan(tables)
    number = known.sum(axis=0)
    enough = number >= max(LEAST_SHARE * wanted, 1)
    total = np.where(known, tables, 0.0).sum(axis=0)
    return np.where(enough, total / np.maximum(number, 1), np.nan)


def _moments(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each row over the areas that are known; 1 where nothing differs."""
    known = ~np.isnan(table)
    number = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, table, 0.0).sum(axis=1, keepdims=True) / number
    off = np.where(known, table - mean, 0.0)
    spread = np.sqrt((off**2).sum(axis=1, keepdims=True) / number)
    # Equal values differ by rounding alone: dividing by that would make something of it.
    return mean, np.where(spread > 1e-9 * np.maximum(np.abs(mean), 1e-300), spread, np.inf)


def _places(drawn: FloatArray, weights: FloatArray) -> FloatArray:
    """The place of each area in each draw, 1 for the highest score."""
    score = np.einsum("sad,sd->sa", drawn, weights)
    return np.asarray(rankdata(-score, method="min", axis=1), dtype=np.float64)


def _scaled(values: FloatArray) -> FloatArray:
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if known.size else 1.0
    return np.asarray(values / (mean or 1.0), dtype=np.float64)


def _centred(values: FloatArray) -> FloatArray:
    mean, spread = _moments(values[None, :])
    return np.asarray((values - mean[0]) / spread[0], dtype=np.float64)

"""Theme advice: which themes a gebied could meet about, how sure that order is, and what carries it.

How far an area lies from the town is counted in spreads of the areas (at least a quarter of the town's own
value, so that a tenth is the least that speaks). Two spreads or more count fully. A score is

    a third of the neutral clues + two thirds of all others,

each the weighted mean of what is known, as `geo.theme_scores` works out. Rates are drawn jointly from their
posterior, weights are multiplied by numbers between 0.5 and 1.5, and everything is worked out anew for each
draw: stability is the share of draws in which a theme is among the first three. The interval of a place is
taken over the same draws: Goldstein and Spiegelhalter, League tables and their limitations, Journal of the
Royal Statistical Society A 159 (1996).

Arrays that a caller gives or gets are of shape (areas,), in the order of `codes`; an `area` is a place in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.posterior import Posterior, posterior
from geo.theme_inputs import FloatArray, Inputs, Reading
from geo.theme_scores import CONFIDENCE, SPEAKS, BoolArray, Heard, Scored, scored
from geo.themes import Clue, EvidenceKind, Label, Theme

IntArray = NDArray[np.int64]
Rates = Callable[[FloatArray, FloatArray], Posterior]

DRAWS: Final = 1_000
TOP: Final = 3
# From here a theme stands out: it is among the first three more often than not.
STANDS_OUT: Final = 0.5
# The least spread, as a share of the town's own value: with SPEAKS that is a tenth.
LEAST_SPREAD: Final = 0.25
UNSURE: Final = (0.5, 1.5)


@dataclass(frozen=True, slots=True, eq=False)
class ThemeAdvice:
    """One theme in all areas: score (0 to 1), whether it is in the order, how often it is in the first three.

    `stability` is that share of the draws. A place is 1 for the first; `place_lower` to `place_upper`
    holds it in 95 % of the draws.
    """

    theme: Theme
    score: FloatArray
    ranked: BoolArray
    resting: BoolArray
    stability: FloatArray
    place: IntArray
    place_lower: IntArray
    place_upper: IntArray
    clues: tuple[Heard, ...]
    against: tuple[Heard, ...]

    def label(self, area: int) -> Label:
        """How well founded the theme is in an area: by the kinds of evidence that speak for it."""
        kinds = {one.clue.evidence for one in self.clues if one.clear[area]}
        if self.theme.on_request and (self._has_no_figures or EvidenceKind.RESIDENTS not in kinds):
            return Label.OP_VERZOEK
        return Label.STERK if len(kinds) > 1 else Label.AANWIJZING

    @property
    def _has_no_figures(self) -> bool:
        return all(one.clue.evidence.is_voice or one.clue.neutral for one in self.clues)


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """The themes of a town's areas; `seed` follows from the inputs alone."""

    codes: tuple[str, ...]
    themes: tuple[ThemeAdvice, ...]
    seed: int

    def order(self, area: int) -> list[ThemeAdvice]:
        """The themes that are in the order of an area, the first one first."""
        return sorted((one for one in self.themes if one.ranked[area]), key=lambda one: int(one.place[area]))

    def stands_out(self, area: int) -> bool:
        """Whether any theme of an area is among its first three more often than not."""
        return any(one.ranked[area] and one.stability[area] >= STANDS_OUT for one in self.themes)

    @property
    def chance(self) -> float:
        """How often a theme would be among the first three if nothing spoke."""
        return min(TOP / len(self.themes), 1.0)


def advise(
    themes: Sequence[Theme], inputs: Inputs, *, draws: int = DRAWS, rates: Rates = posterior
) -> Advice:
    """The advice for all areas at once; the same inputs give the same draws, in whatever order and units.

    `rates` says how counts become rates. Raises FigureError without an area or a theme.
    """
    if not themes or not inputs.codes:
        raise FigureError("Zonder gebieden of thema's is er geen advies.")
    inputs, order = inputs.by_code()
    seed = inputs.seed(themes)
    random = np.random.default_rng(seed)
    apart = {
        key: _apart(inputs.readings[key], inputs, draws, random, rates) for key in sorted(inputs.readings)
    }
    by_slug = {
        one.slug: scored(one, inputs, apart, random.uniform(*UNSURE, (draws + 1, len(one.clues))))
        for one in sorted(themes, key=lambda one: one.slug)
    }
    found = [by_slug[one.slug] for one in themes]
    places = _places(np.stack([np.where(one.counts, one.score, -1.0) for one in found]))
    back = np.argsort(order)
    told = tuple(_told(one, its[:, back], len(found), back) for one, its in zip(found, places, strict=True))
    return Advice(tuple(inputs.codes[at] for at in back), told, seed)


def carriers(values: FloatArray, clue: Clue, *, at_least: float, town: float) -> BoolArray:
    """Which buurten carry a clue: at least as far on its side as their area, and a tenth from the town.

    `values` are of shape (buurten,), in the unit of `at_least` (the area) and `town`; NaN carries nothing.
    """
    sign = clue.side.sign
    far = sign * (values - town) >= SPEAKS * LEAST_SPREAD * abs(town)
    return far & (sign * (values - at_least) >= -1e-9 * abs(at_least))


def _apart(
    reading: Reading, inputs: Inputs, draws: int, random: np.random.Generator, rates: Rates
) -> FloatArray:
    """How many spreads above the town each area lies, as expected and in each draw, (1 + draws, areas)."""
    values = _drawn(reading, draws, random, rates)
    off = values - reading.town
    known = ~np.isnan(off)
    weight = np.where(known, inputs.weight, 0.0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    spread = np.sqrt((weight * np.where(known, off, 0.0) ** 2).sum(axis=1, keepdims=True) / total)
    least = LEAST_SPREAD * abs(reading.town) if reading.least is None else reading.least
    apart: FloatArray = off / np.maximum(np.maximum(spread, least), 1e-300)
    return apart


def _drawn(reading: Reading, draws: int, random: np.random.Generator, rates: Rates) -> FloatArray:
    """The value as expected and in each draw; what has no counts stays as it is."""
    if reading.exposure is None:
        return np.broadcast_to(reading.values, (1 + draws, len(reading.values)))
    known = ~np.isnan(reading.values) & (reading.exposure > 0)
    if not known.any():
        return np.full((1 + draws, len(known)), np.nan)
    # In units of their mean exposure, so that the draws do not depend on units.
    unit = float(np.nanmean(np.where(known, reading.exposure, np.nan)))
    found = rates(np.where(known, reading.values, np.nan), np.where(known, reading.exposure / unit, np.nan))
    return np.vstack([found.mean(), found.draws(draws, random)]) / unit


def _places(scores: FloatArray) -> IntArray:
    """The place of each theme per draw and area, 1 for the highest score; equal ones in their own order."""
    order = np.argsort(-scores, axis=0, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, len(scores) + 1)[:, None, None], axis=0)
    return places


def _told(theme: Scored, places: IntArray, number: int, back: NDArray[np.intp]) -> ThemeAdvice:
    """What came of a theme, with the areas where they were before they were sorted."""
    counts = theme.counts[:, back]
    drawn = np.where(counts[1:], places[1:], number)
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return ThemeAdvice(
        theme.theme,
        theme.score[0][back],
        counts[0],
        theme.resting[back],
        ((places[1:] <= TOP) & counts[1:]).mean(axis=0),
        np.where(counts[0], places[0], number),
        lower.astype(np.int64),
        upper.astype(np.int64),
        tuple(one.at(back) for one in theme.clues),
        tuple(one.at(back) for one in theme.against),
    )

"""Theme advice: which themes a gebied could meet about, how sure that order is, and what carries it.

How far an area lies from the town is counted in spreads of the areas (at least a quarter of the town's own
value, so that a tenth is the least that speaks). Two spreads or more count fully. A score is

    a third of the neutral clues + two thirds of all others,

each the weighted mean of what is known; what people say themselves comes on top of the figures, so that
nobody asked is no point against. A clear clue against halves a score. Rates are drawn jointly from their
posterior, weights are multiplied by numbers between 0.5 and 1.5, and everything is worked out anew for each
draw: stability is the share of draws in which a theme is among the first three. The interval of a place is
taken over the same draws: Goldstein and Spiegelhalter, League tables and their limitations, Journal of the
Royal Statistical Society A 159 (1996).

Arrays that a caller gives or gets are of shape (areas,), in the order of `codes`; an `area` is a place in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.posterior import Posterior, posterior
from geo.theme_inputs import FloatArray, Inputs, Reading
from geo.themes import Clue, EvidenceKind, Label, Theme

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Rates = Callable[[FloatArray, FloatArray], Posterior]

DRAWS: Final = 1_000
TOP: Final = 3
CONFIDENCE: Final = 0.95
# From here a theme stands out: it is among the first three more often than not.
STANDS_OUT: Final = 0.5
# Spreads from the town at which a clue begins to speak, and at which it counts fully.
SPEAKS: Final = 0.4
FULLY: Final = 2.0
# The least spread, as a share of the town's own value: with SPEAKS that is a tenth.
LEAST_SPREAD: Final = 0.25
# The share of a score that neutral clues have, all together.
NEUTRAL_SHARE: Final = 1 / 3
# What a clear clue against leaves of a score.
AGAINST: Final = 0.5
UNSURE: Final = (0.5, 1.5)
# The share of draws in which something has to speak for a theme that is told.
MOSTLY: Final = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One clue of a theme, per area: how far on its side it lies, what it adds, and whether it speaks.

    `apart` is in spreads, and in people or signals for a voice; NaN is not known. What speaks and is not
    `clear` may be chance: in more than 2.5 % of the draws it lies on the other side.
    """

    clue: Clue
    apart: FloatArray
    adds: FloatArray
    speaks: BoolArray
    clear: BoolArray


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
    weighing = [random.uniform(*UNSURE, (draws + 1, len(one.clues))) for one in _by_name(themes)]
    drawn = {
        theme.slug: _Drawn(theme, inputs, apart, np.vstack([np.ones((1, len(theme.clues))), unsure[1:]]))
        for theme, unsure in zip(_by_name(themes), weighing, strict=True)
    }
    scores = np.stack([drawn[one.slug].score for one in themes])
    counts = np.stack([drawn[one.slug].counts for one in themes])
    places = _places(np.where(counts, scores, -1.0))
    back = np.argsort(order)
    found = tuple(
        drawn[theme.slug].advice(places[at][:, back], len(themes), back) for at, theme in enumerate(themes)
    )
    return Advice(tuple(inputs.codes[at] for at in back), found, seed)


def carriers(values: FloatArray, clue: Clue, *, at_least: float, town: float) -> BoolArray:
    """Which buurten carry a clue: at least as far on its side as their area, and a tenth from the town.

    `values` are of shape (buurten,), in the unit of `at_least` (the area) and `town`; NaN carries nothing.
    """
    sign = clue.side.sign
    far = sign * (values - town) >= SPEAKS * LEAST_SPREAD * abs(town)
    return far & (sign * (values - at_least) >= -1e-9 * abs(at_least))


class _Drawn:
    """One theme in the point estimate (row 0) and in each draw: (1 + draws, areas).

    `counts` is where something speaks that opens the theme, figures first and then voices. `_adds`, what each
    clue adds, fills as the parts of `score` are worked out.
    """

    def __init__(
        self, theme: Theme, inputs: Inputs, apart: Mapping[str, FloatArray], unsure: FloatArray
    ) -> None:
        self.theme, self._inputs, self._apart = theme, inputs, apart
        shape = (len(unsure), len(inputs.codes))
        self._nothing = np.full(shape, np.nan)
        moved = np.array([inputs.moved.get(one.evidence, 1.0) for one in theme.clues])
        self._weights = unsure * np.array([one.weight for one in theme.clues]) * moved
        opening = [one for one in theme.clues if not one.evidence.is_voice and theme.opens(one)]
        self.counts = self._any_speaks(opening)
        self._adds: list[FloatArray] = [np.zeros(len(inputs.codes)) for _ in theme.clues]
        neutral = self._mean([at for at, one in enumerate(theme.clues) if one.neutral], NEUTRAL_SHARE)
        figures = [at for at, one in enumerate(theme.clues) if not (one.neutral or one.evidence.is_voice)]
        told = self._mean(figures, 1 - NEUTRAL_SHARE)
        self.score = neutral + self._with_voices(told)
        self.score *= np.where(self._any_speaks(theme.against), AGAINST, 1.0)
        self.resting = np.array([theme.slug in inputs.resting.get(code, ()) for code in inputs.codes])
        self.counts &= ~self.resting & (self.score > 0)
        # A theme is told when something speaks for it in most draws: in one alone it could be chance.
        self.counts[0] &= self.counts[1:].mean(axis=0) >= MOSTLY

    def advice(self, places: IntArray, number: int, back: NDArray[np.intp]) -> ThemeAdvice:
        """What came of it, with the areas where they were before they were sorted."""
        counts = self.counts[:, back]
        drawn = np.where(counts[1:], places[1:], number)
        tail = (1 - CONFIDENCE) / 2
        lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=0, method="inverted_cdf")
        return ThemeAdvice(
            self.theme,
            self.score[0][back],
            counts[0],
            self.resting[back],
            ((places[1:] <= TOP) & counts[1:]).mean(axis=0),
            np.where(counts[0], places[0], number),
            lower.astype(np.int64),
            upper.astype(np.int64),
            tuple(
                self._heard(one, back, adds) for one, adds in zip(self.theme.clues, self._adds, strict=True)
            ),
            tuple(self._heard(one, back, None) for one in self.theme.against),
        )

    def _heard(self, clue: Clue, back: NDArray[np.intp], adds: FloatArray | None) -> Heard:
        added = np.zeros(len(back)) if adds is None else adds
        if clue.evidence.is_voice:
            voice = self._inputs.voices.get((self.theme.slug, clue.key))
            apart = np.full(len(back), np.nan) if voice is None else voice.people
        else:
            apart = self._signed(clue)[0]
        speaks, clear = self._speaks(clue)
        return Heard(clue, apart[back], added[back], speaks[back], (speaks & clear)[back])

    def _speaks(self, clue: Clue) -> tuple[BoolArray, BoolArray]:
        """Where a clue speaks, and where it lies on its side in nearly every draw."""
        nobody = np.zeros(len(self._inputs.codes), dtype=bool)
        if clue.evidence.is_voice:
            voice = self._inputs.voices.get((self.theme.slug, clue.key))
            heard = nobody if voice is None else np.asarray(voice.people >= voice.enough)
            return heard, heard
        apart = self._signed(clue)
        speaks: BoolArray = apart[0] >= SPEAKS
        return speaks, np.mean(apart[1:] > 0, axis=0) >= (1 + CONFIDENCE) / 2

    def _signed(self, clue: Clue) -> FloatArray:
        """How far each area lies from the town, on the side that speaks."""
        signed: FloatArray = clue.side.sign * self._apart.get(clue.key, self._nothing)
        return signed

    def _mean(self, which: Sequence[int], share: float) -> FloatArray:
        """The weighted mean of what is known of these clues, times their share of the score."""
        total, known = np.zeros(self._nothing.shape), np.zeros(self._nothing.shape)
        parts: dict[int, FloatArray] = {}
        for at in which:
            clue = self.theme.clues[at]
            apart = self._signed(clue)
            has = ~np.isnan(apart)
            parts[at] = np.where(has, np.clip(apart / FULLY, 0.0, 1.0), 0.0) * self._weights[:, [at]]
            known += np.where(has, self._weights[:, [at]], 0.0)
            total += parts[at]
        divisor = np.where(known > 0, known, 1.0)
        for at, part in parts.items():
            self._adds[at] = share * part[0] / divisor[0]
        mean: FloatArray = share * total / divisor
        return mean

    def _with_voices(self, told: FloatArray) -> FloatArray:
        """What figures tell and, of what they leave, what people say."""
        share = 1 - NEUTRAL_SHARE
        left = 1 - told / share
        for at, clue in enumerate(self.theme.clues):
            voice = self._inputs.voices.get((self.theme.slug, clue.key))
            if not clue.evidence.is_voice or voice is None:
                continue
            speaks = voice.people >= voice.enough
            loud = np.where(speaks, np.minimum(voice.people / voice.full, 1.0), 0.0)
            said = loud * np.minimum(self._weights[:, [at]] / 2, 1.0)
            self._adds[at] = share * (left * said)[0]
            left = left * (1 - said)
            self.counts |= speaks & (said > 0)
        return share * (1 - left)

    def _any_speaks(self, clues: Sequence[Clue]) -> BoolArray:
        """Where at least one of these figures lies far enough on its side."""
        found = np.zeros(self._nothing.shape, dtype=bool)
        for clue in clues:
            apart = self._signed(clue)
            found |= np.where(np.isnan(apart), 0.0, apart) >= SPEAKS
        return found


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


def _by_name(themes: Sequence[Theme]) -> list[Theme]:
    return sorted(themes, key=lambda one: one.slug)

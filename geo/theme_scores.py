"""Theme scores: how much speaks for a theme in each area, as expected and in each draw.

A score is the weighted mean of what neutral clues say, times their share, and that of all other figures,
times theirs; what people say themselves comes on top of the figures, so that nobody asked is no point
against. A clear clue against halves a score.

Arrays are of shape (areas,), or (1 + draws, areas), where row 0 is the point estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.theme_inputs import FloatArray, Inputs, Voice
from geo.themes import Clue, Theme

BoolArray = NDArray[np.bool_]
CONFIDENCE: Final = 0.95
# Spreads from the town at which a clue begins to speak, and at which it counts fully.
SPEAKS: Final = 0.4
FULLY: Final = 2.0
# The share of a score that neutral clues have, all together, and that of all others.
NEUTRAL_SHARE: Final = 1 / 3
OTHER_SHARE: Final = 1 - NEUTRAL_SHARE
# What a clear clue against leaves of a score.
AGAINST: Final = 0.5
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

    def at(self, areas: NDArray[np.intp]) -> Heard:
        """The same of these areas, in this order."""
        return Heard(self.clue, self.apart[areas], self.adds[areas], self.speaks[areas], self.clear[areas])


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One theme: `score` and whether it `counts` in the order are of shape (1 + draws, areas)."""

    theme: Theme
    score: FloatArray
    counts: BoolArray
    resting: BoolArray
    clues: tuple[Heard, ...]
    against: tuple[Heard, ...]


def scored(theme: Theme, inputs: Inputs, apart: Mapping[str, FloatArray], unsure: FloatArray) -> Scored:
    """A theme with its score.

    `apart` is how far the areas lie above the town, by clue (1 + draws, areas); in each draw the weights are
    multiplied by `unsure`, (1 + draws, clues), whose first row is left out.
    """
    own = np.array([one.weight for one in theme.clues])
    moved = np.array([inputs.moved.get(one.evidence, 1.0) for one in theme.clues])
    weights = np.vstack([np.ones((1, len(own))), unsure[1:]]) * own * moved
    return _Scoring(theme, inputs, apart, weights).scored()


@dataclass(frozen=True, slots=True, eq=False)
class _Scoring:
    """What one theme is scored from: `apart` by clue, and `weights` of shape (1 + draws, clues)."""

    theme: Theme
    inputs: Inputs
    apart: Mapping[str, FloatArray]
    weights: FloatArray

    def scored(self) -> Scored:
        """The theme with its score: what figures tell and, of what they leave, what people say."""
        places, clues = range(len(self.theme.clues)), self.theme.clues
        neutral, of_neutral = self._mean([at for at in places if clues[at].neutral], NEUTRAL_SHARE)
        figures = [at for at in places if not (clues[at].neutral or clues[at].evidence.is_voice)]
        told, of_figures = self._mean(figures, OTHER_SHARE)
        said = self._said()
        told, of_voices = _with_voices(told, said)
        score = (neutral + told) * np.where(self._any_speaks(self.theme.against), AGAINST, 1.0)
        resting = np.array([self.theme.slug in self.inputs.resting.get(one, ()) for one in self.inputs.codes])
        adds = of_neutral | of_figures | of_voices
        return Scored(
            self.theme,
            score,
            self._counts(said.values(), ~resting & (score > 0)),
            resting,
            tuple(self._heard(one, adds.get(at)) for at, one in enumerate(clues)),
            tuple(self._heard(one) for one in self.theme.against),
        )

    def _counts(self, said: Iterable[FloatArray], possible: BoolArray) -> BoolArray:
        """Where the theme is in the order: where something speaks that opens it."""
        opening = [one for one in self.theme.clues if not one.evidence.is_voice and self.theme.opens(one)]
        counts = self._any_speaks(opening)
        for part in said:
            counts |= part > 0
        counts &= possible
        # A theme is told when something speaks for it in most draws: in one alone it could be chance.
        counts[0] &= counts[1:].mean(axis=0) >= MOSTLY
        return counts

    def _mean(self, which: Sequence[int], share: float) -> tuple[FloatArray, dict[int, FloatArray]]:
        """The weighted mean of what is known of these clues, times their share, and what each adds to it."""
        total, known = np.zeros(self._shape), np.zeros(self._shape)
        parts: dict[int, FloatArray] = {}
        for at in which:
            apart = self._signed(self.theme.clues[at])
            has = ~np.isnan(apart)
            weight = np.where(has, self.weights[:, [at]], 0.0)
            parts[at] = np.where(has, np.clip(apart / FULLY, 0.0, 1.0), 0.0) * weight
            known += weight
            total += parts[at]
        divisor = np.where(known > 0, known, 1.0)
        adds = {at: share * part[0] / divisor[0] for at, part in parts.items()}
        return share * total / divisor, adds

    def _said(self) -> dict[int, FloatArray]:
        """How much people say of each clue that is a voice, from 0 to 1."""
        said = {}
        for at, clue in enumerate(self.theme.clues):
            if clue.evidence.is_voice and (voice := self._voice(clue)) is not None:
                loud = np.where(voice.speaks, np.minimum(voice.people / voice.full, 1.0), 0.0)
                said[at] = loud * np.minimum(self.weights[:, [at]] / 2, 1.0)
        return said

    def _any_speaks(self, clues: Sequence[Clue]) -> BoolArray:
        """Where at least one of these figures lies far enough on its side; what is not known does not."""
        found = np.zeros(self._shape, dtype=bool)
        for clue in clues:
            found |= self._signed(clue) >= SPEAKS
        return found

    def _heard(self, clue: Clue, adds: FloatArray | None = None) -> Heard:
        """A clue in the point estimate; it is clear where it lies on its side in nearly every draw."""
        areas = self._shape[1]
        added = np.zeros(areas) if adds is None else adds
        if clue.evidence.is_voice:
            voice = self._voice(clue)
            people = np.full(areas, np.nan) if voice is None else voice.people
            heard = np.zeros(areas, dtype=bool) if voice is None else voice.speaks
            return Heard(clue, people, added, heard, heard)
        apart = self._signed(clue)
        speaks = apart[0] >= SPEAKS
        clear = np.mean(apart[1:] > 0, axis=0) >= (1 + CONFIDENCE) / 2
        return Heard(clue, apart[0], added, speaks, speaks & clear)

    def _signed(self, clue: Clue) -> FloatArray:
        """How far each area lies from the town, on the side that speaks; NaN is not known."""
        known = self.apart.get(clue.key)
        signed: FloatArray = np.full(self._shape, np.nan) if known is None else clue.side.sign * known
        return signed

    def _voice(self, clue: Clue) -> Voice | None:
        return self.inputs.voices.get((self.theme.slug, clue.key))

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.weights), len(self.inputs.codes)


def _with_voices(
    figures: FloatArray, said: Mapping[int, FloatArray]
) -> tuple[FloatArray, dict[int, FloatArray]]:
    """What figures tell and, of what they leave, what people say; and what each voice adds to it."""
    adds: dict[int, FloatArray] = {}
    left = 1 - figures / OTHER_SHARE
    for at, part in said.items():
        adds[at] = OTHER_SHARE * (left * part)[0]
        left = left * (1 - part)
    return OTHER_SHARE * (1 - left), adds

"""Relative heat: meldingen beside the people who live there, per 1,000 of them or against the whole town.

Both are smoothed by the same kernel, so that each place is compared with the people around it. A kernel with
a standard deviation of s metres weighs as much as a circle of 2 s metres around: that circle is what the
legend speaks of. Where fewer than `LEAST_PEOPLE` live in it nothing is shown, as no rate per inhabitant is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc

from geo.crs import LngLatArrays
from geo.heat import TILE_PIXELS, HeatPyramid
from maps import palette
from maps.facts import Facts
from maps.heatmap import (
    SQUARE_METRES_PER_HECTARE,
    FloatArray,
    Window,
    density,
    density_at,
    reading_level,
    round_up,
)
from maps.legend import Entry, Fill, Legend
from maps.numbers import counted, dutch, short
from maps.palette import Ramp
from maps.ratio_classes import RATIO_TEXTS, ratio_steps
from maps.tiles import Tile, empty_png, indexed_png

Steps = npt.NDArray[np.uint8]

# As geo.registry asks of a rate per inhabitant.
LEAST_PEOPLE: Final = 500.0
PER: Final = 1_000.0
TAIL: Final = 0.025
OPACITY: Final = 0.82


def circle_hectares(bandwidth_m: float) -> float:
    """The circle that a kernel weighs as much as, in hectares."""
    return 4.0 * math.pi * bandwidth_m**2 / SQUARE_METRES_PER_HECTARE


@dataclass(frozen=True, slots=True)
class RelativeHeat:
    """Incidents and people as pyramids of one latitude; `years` is how long was watched.

    `maximum` is the rate per 1,000 people and year of the darkest colour. With `against_town` the colours
    tell instead how many times the town's own rate it is, as far as that differs clearly: the exact interval
    of the number in the circle does not hold what the town's rate gives there.
    """

    incidents: HeatPyramid
    people: HeatPyramid
    bandwidth_m: float
    years: float
    maximum: float
    against_town: bool = False

    @classmethod
    def of(
        cls,
        incidents: HeatPyramid,
        people: HeatPyramid,
        *,
        bandwidth_m: float,
        years: float,
        against_town: bool = False,
    ) -> RelativeHeat:
        """Relative heat whose darkest colour is a rate that 98 of 100 people stay under."""
        made = cls(
            incidents, replace(people, latitude=incidents.latitude), bandwidth_m, years, 1.0, against_town
        )
        return replace(made, maximum=_fitting(made))

    @property
    def town_rate(self) -> float:
        """Incidents per 1,000 people and year in the whole town; NaN without people or time."""
        base = self.people.total(0) * self.years
        return self.incidents.total(0) * PER / base if base > 0 else math.nan

    def tile(self, tile: Tile) -> bytes:
        """The PNG of a tile, transparent where too few people live."""
        tile.checked()
        return self.image(
            Window(tile.z, tile.x * TILE_PIXELS, tile.y * TILE_PIXELS, TILE_PIXELS, TILE_PIXELS)
        )

    def image(self, window: Window) -> bytes:
        """The PNG of any window of pixels, drawn as its tiles are."""
        over = density(self.incidents, window, bandwidth_m=self.bandwidth_m)
        under = density(self.people, window, bandwidth_m=self.bandwidth_m)
        steps = self.steps(over, under)
        return indexed_png(steps, self.table()) if steps.any() else empty_png()

    def colours_at(self, points: LngLatArrays) -> Steps:
        """Red, green, blue and opacity at points, shape (points, 4)."""
        over = density_at(self.incidents, points, bandwidth_m=self.bandwidth_m)
        under = density_at(self.people, points, bandwidth_m=self.bandwidth_m)
        return self.table()[self.steps(over, under)]

    def rate(self, over: FloatArray, under: FloatArray) -> FloatArray:
        """Incidents per 1,000 people and year of densities per hectare; NaN where too few people live."""
        enough = under * circle_hectares(self.bandwidth_m) >= LEAST_PEOPLE
        base = np.where(enough, under, 1.0) * self.years
        rate = np.where(enough & (base > 0), over * PER / np.where(base > 0, base, 1.0), np.nan)
        return np.asarray(rate, dtype=np.float32)

    def steps(self, over: FloatArray, under: FloatArray) -> Steps:
        """Densities as steps of the colour table; 0 where nothing is shown."""
        rate = self.rate(over, under)
        if self.against_town:
            return self._ratio_steps(rate, over, under)
        share = np.clip(np.nan_to_num(rate) / self.maximum, 0.0, 1.0)
        return np.where(np.isnan(rate), 0, 1 + np.rint(share * 254.0)).astype(np.uint8)

    def table(self) -> Steps:
        """The colours of the steps, shape (256, 4); step 0 is not seen."""
        return _ratio_table() if self.against_town else _rate_table()

    def legend(self, facts: Facts, *, spread: str) -> Legend:
        """What the colours mean; `spread` says where people are taken to live."""
        metres = short(2.0 * self.bandwidth_m)
        number = counted(self.incidents.points, "melding", "meldingen")
        remarks: tuple[str, ...] = (
            f"Deze kaart telt {number}; dubbele meldingen tellen als een.",
            f"Elke plek telt wat er in een cirkel van {metres} meter omheen ligt.",
            spread,
            f"Wonen in die cirkel minder dan {short(LEAST_PEOPLE)} mensen, dan ziet u daar geen kleur.",
        )
        if self.against_town:
            town = f"In de hele gemeente zijn het er {dutch(self.town_rate, 1)} per 1.000 inwoners per jaar."
            chance = "Op een kaart met veel plekken lijkt er door toeval altijd wel een op te vallen."
            remarks = (*remarks, town, chance)
        return Legend(replace(facts, remarks=(*remarks, *facts.remarks)), self._entries())

    def _entries(self) -> tuple[Entry, ...]:
        table = self.table()
        if self.against_town:
            return tuple(_entry(text, table[i + 1]) for i, text in enumerate(RATIO_TEXTS))
        shares = (0.0, 0.25, 0.5, 0.75, 1.0)
        texts = [short(self.maximum * share) + (" of meer" if share == 1.0 else "") for share in shares]
        return tuple(
            _entry(text, table[1 + round(254 * share)]) for text, share in zip(texts, shares, strict=True)
        )

    def _ratio_steps(self, rate: FloatArray, over: FloatArray, under: FloatArray) -> Steps:
        circle = circle_hectares(self.bandwidth_m)
        found = np.asarray(over, dtype=np.float64) * circle
        expected = np.asarray(under, dtype=np.float64) * circle * self.town_rate * self.years / PER
        ratio = np.divide(rate, self.town_rate, out=np.full_like(rate, np.nan), where=~np.isnan(rate))
        more = gammainc(np.maximum(found, 1e-9), expected) < TAIL
        less = gammaincc(found + 1.0, expected) < TAIL
        # MISSING is -1: with one added it is the step that is not seen.
        return (1 + ratio_steps(ratio, more=more, less=less)).astype(np.uint8)


@cache
def _rate_table() -> Steps:
    return np.vstack([np.zeros((1, 4), dtype=np.uint8), _opaque(palette.table(Ramp.WARMTE)[:255])])


@cache
def _ratio_table() -> Steps:
    colours = [palette.rgb_of(one) * 255 for one in palette.colours(Ramp.VERSCHIL, len(RATIO_TEXTS))]
    table = np.zeros((256, 4), dtype=np.uint8)
    table[1 : 1 + len(colours)] = _opaque(np.rint(colours).astype(np.uint8))
    return table


def _opaque(colours: Steps) -> Steps:
    alpha = np.full((len(colours), 1), round(OPACITY * 255), dtype=np.uint8)
    return np.hstack([colours, alpha])


def _entry(text: str, colour: npt.NDArray[np.uint8]) -> Entry:
    seen = colour[:3] / 255.0 * OPACITY + palette.rgb_of(palette.LAND) * (1.0 - OPACITY)
    drawn = palette.hex_of(np.rint(255 * seen).astype(np.uint8))
    return Entry(text, Fill(drawn, palette.outline_for(drawn)))


def _fitting(heat: RelativeHeat) -> float:
    """A round rate that 98 of 100 people stay under; 1.0 where nobody is shown anything."""
    z = reading_level(heat.people, heat.bandwidth_m)
    rates, weights = [np.empty(0, dtype=np.float32)], [np.empty(0)]
    for x, y in heat.people.tiles(z):
        held = heat.people.counts(z, x, y)
        window = Window(z, x * TILE_PIXELS, y * TILE_PIXELS, TILE_PIXELS, TILE_PIXELS)
        over = density(heat.incidents, window, bandwidth_m=heat.bandwidth_m)
        under = density(heat.people, window, bandwidth_m=heat.bandwidth_m)
        rate = heat.rate(over, under)
        shown = (held > 0) & ~np.isnan(rate)
        rates.append(rate[shown])
        weights.append(held[shown])
    rate, weight = np.concatenate(rates), np.concatenate(weights)
    if not rate.size or rate.max() <= 0:
        return 1.0
    order = np.argsort(rate)
    enough = int(np.searchsorted(np.cumsum(weight[order]), 0.98 * weight.sum()))
    top = float(rate[order][min(enough, rate.size - 1)])
    return round_up(top if top > 0 else float(rate.max()))

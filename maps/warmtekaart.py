"""The warmtekaart: everything that one page or picture of heat shows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.crs import LngLatArrays
from geo.heat import HeatPyramid
from maps.facts import Facts
from maps.heatmap import HeatStyle, Window, colour_steps, colour_table, density_at, heat_image
from maps.legend import Legend, heat_legend
from maps.relative_heat import RelativeHeat


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Heat under the outlines of areas; `counts` are meldingen per area code, None when not told.

    `told` is the legend, None for that of meldingen per hectare; with `relative` that is what is drawn.
    """

    pyramid: HeatPyramid
    style: HeatStyle
    areas: gpd.GeoDataFrame
    facts: Facts
    counts: pd.Series[float] | None = None
    relative: RelativeHeat | None = None
    told: Legend | None = None

    def colours_at(self, points: LngLatArrays) -> npt.NDArray[np.uint8]:
        """Red, green, blue and opacity at points, shape (points, 4)."""
        if self.relative is not None:
            return self.relative.colours_at(points)
        values = density_at(self.pyramid, points, bandwidth_m=self.style.bandwidth_m)
        return colour_table()[colour_steps(values, maximum=self.style.maximum)]

    def image(self, window: Window) -> bytes:
        """The PNG of a window of pixels, transparent where nothing is to be seen."""
        if self.relative is not None:
            return self.relative.image(window)
        return heat_image(self.pyramid, window, self.style)

    def legend(self) -> Legend:
        """What the colours mean."""
        return self.told or heat_legend(self.style, self.facts, points=self.pyramid.points)

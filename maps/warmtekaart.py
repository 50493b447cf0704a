"""The warmtekaart: everything that one page or picture of heat shows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.heat import HeatPyramid
from maps.facts import Facts
from maps.heatmap import HeatStyle
from maps.legend import Legend, heat_legend


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Heat under the outlines of areas; `counts` are meldingen per area code, None when not told."""

    pyramid: HeatPyramid
    style: HeatStyle
    areas: gpd.GeoDataFrame
    facts: Facts
    counts: pd.Series[float] | None = None

    def legend(self) -> Legend:
        """What the colours mean."""
        return heat_legend(self.style, self.facts, points=self.pyramid.points)

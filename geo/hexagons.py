"""Hexagons: a fixed grid over the country, points counted in it, and totals of areas spread over it.

The grid is laid out from the origin of RD, so that a hexagon has the same code and place for every question.
Hexagons stand on a point. Their size is the distance between two middles, which is also their width. Axial
coordinates and rounding as in Red Blob Games, Hexagonal Grids (2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import AreaError
from geo.neighbours import Neighbours

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Geometries = NDArray[np.object_]

SMALLEST_M: Final = 100.0
LARGEST_M: Final = 500.0
_ROOT: Final = float(np.sqrt(3.0))
_CORNERS: Final = np.deg2rad(np.arange(30.0, 390.0, 60.0))
_STEPS: Final = ((1, 0), (0, 1), (1, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Hexagons:
    """Cells of one size, sorted by row and then column; `q, r` are axial coordinates."""

    size_m: float
    q: IntArray
    r: IntArray

    def __len__(self) -> int:
        """The number of hexagons."""
        return len(self.q)

    def codes(self) -> list[str]:
        """The name of each: `Z250.640.412` is the same place in every answer."""
        start = f"Z{self.size_m:g}"
        return [f"{start}.{q}.{r}" for q, r in zip(self.q.tolist(), self.r.tolist(), strict=True)]

    def middles(self) -> tuple[FloatArray, FloatArray]:
        """The middles in RD metres."""
        q, r = self.q.astype(np.float64), self.r.astype(np.float64)
        return self.size_m * (q + r / 2.0), self.size_m * r * (_ROOT / 2.0)

    def outlines(self) -> Geometries:
        """The polygons in RD metres."""
        x, y = self.middles()
        radius = self.size_m / _ROOT
        corners = np.stack(
            [x[:, None] + radius * np.cos(_CORNERS), y[:, None] + radius * np.sin(_CORNERS)], axis=-1
        )
        return np.asarray(shapely.polygons(corners), dtype=object)

    def find(self, x: FloatArray, y: FloatArray) -> IntArray:
        """The place of the hexagon of each point in RD metres, -1 where it is none of these."""
        return self._places(*cells(x, y, size_m=self.size_m))

    def neighbours(self) -> Neighbours:
        """The links between hexagons that share a side."""
        here = np.arange(len(self))
        there = [np.column_stack([here, self._places(self.q + dq, self.r + dr)]) for dq, dr in _STEPS]
        pairs = np.concatenate(there)
        return Neighbours.of_pairs(pairs[pairs[:, 1] >= 0], size=len(self))

    def spread(self, outlines: Geometries, totals: FloatArray) -> FloatArray:
        """Totals of areas spread evenly over their ground, per hexagon; the part outside all is lost."""
        hexagons = self.outlines()
        area, place = shapely.STRtree(hexagons).query(outlines, predicate="intersects")
        shared = shapely.area(shapely.intersection(hexagons[place], outlines[area]))
        per_m2 = totals / np.maximum(shapely.area(outlines), 1e-9)
        return np.bincount(place, shared * per_m2[area], len(self)).astype(np.float64)

    def spread_over_points(
        self, x: FloatArray, y: FloatArray, owner: IntArray, totals: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Totals of areas spread evenly over their points (addresses), per hexagon, and what has no points.

        `owner` is the place of each point's area among the totals, -1 for none.
        """
        inside = owner >= 0
        points = np.bincount(owner[inside], minlength=len(totals))
        share = totals[owner[inside]] / points[owner[inside]]
        place = self.find(x[inside], y[inside])
        held = np.bincount(place[place >= 0], share[place >= 0], len(self)).astype(np.float64)
        return held, np.where(points > 0, 0.0, totals)

    def _places(self, q: IntArray, r: IntArray) -> IntArray:
        own = pd.MultiIndex.from_arrays([self.q, self.r])
        return own.get_indexer(pd.MultiIndex.from_arrays([q, r])).astype(np.int64)


def cells(x: FloatArray, y: FloatArray, *, size_m: float) -> tuple[IntArray, IntArray]:
    """The axial coordinates of the hexagon of each point in RD metres."""
    _check(size_m)
    r = np.asarray(y, dtype=np.float64) * 2.0 / (_ROOT * size_m)
    q = np.asarray(x, dtype=np.float64) / size_m - r / 2.0
    s = -q - r
    near_q, near_r, near_s = np.rint(q), np.rint(r), np.rint(s)
    off_q, off_r, off_s = np.abs(near_q - q), np.abs(near_r - r), np.abs(near_s - s)
    widest_q = (off_q > off_r) & (off_q > off_s)
    widest_r = ~widest_q & (off_r > off_s)
    found_q = np.where(widest_q, -near_r - near_s, near_q)
    found_r = np.where(widest_r, -near_q - near_s, near_r)
    return found_q.astype(np.int64), found_r.astype(np.int64)


def covering(ground: shapely.Geometry, *, size_m: float) -> Hexagons:
    """The hexagons of the grid that have part of this ground (RD metres)."""
    _check(size_m)
    xmin, ymin, xmax, ymax = shapely.bounds(ground)
    step = size_m * _ROOT / 2.0
    rows = np.arange(np.floor(ymin / step) - 1, np.ceil(ymax / step) + 2)
    columns = np.arange(np.floor(xmin / size_m) - 1, np.ceil(xmax / size_m) + 2)
    r = np.repeat(rows, len(columns))
    q = np.tile(columns, len(rows)) - np.floor(r / 2.0)
    box = Hexagons(size_m, q.astype(np.int64), r.astype(np.int64))
    shapely.prepare(ground)
    kept = shapely.intersects(ground, box.outlines())
    return Hexagons(size_m, box.q[kept], box.r[kept])


def frame(hexagons: Hexagons, *, gemeente: str, names: list[str]) -> gpd.GeoDataFrame:
    """The hexagons as an area frame, in their own order."""
    columns = {"code": hexagons.codes(), "naam": names, "parent": gemeente, "gemeente": gemeente}
    return gpd.GeoDataFrame({**columns, "water": False}, geometry=hexagons.outlines(), crs="EPSG:28992")


def _check(size_m: float) -> None:
    if not SMALLEST_M <= size_m <= LARGEST_M:
        raise AreaError(f"zeshoeken zijn {SMALLEST_M:g} tot {LARGEST_M:g} meter breed, niet {size_m:g}")

"""Population: the inhabitants of buurten spread over the ground, as points that stand for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import RDArrays
from geo.errors import FigureError
from geo.locator import Locator
from geo.membership import FloatArray

# Fine beside the narrowest heat (75 m), and no more than some tens of thousands of points for a town.
STEP_M: Final = 40.0
# CBS draws in round decimetres: a grid on them would lie on borders.
OFFSET_M: Final = 0.0137


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Points in RD metres with the inhabitants that each stands for; `by_address` is the share that lives
    in buurten with addresses, the rest is spread evenly over the land of its buurt."""

    x: FloatArray
    y: FloatArray
    inhabitants: FloatArray
    by_address: float

    @property
    def total(self) -> float:
        """The inhabitants of all points together."""
        return float(self.inhabitants.sum())


def spread(buurten: gpd.GeoDataFrame, inhabitants: FloatArray, addresses: RDArrays | None) -> Population:
    """The inhabitants of each buurt, spread evenly over its addresses, or over its land without addresses.

    `inhabitants` goes by the rows of `buurten` (EPSG:28992, with columns code and geometry); unknown is NaN
    and gives no points. Not every address is a home, so this is no census. Raises FigureError when the
    lengths differ.
    """
    if len(inhabitants) != len(buurten):
        raise FigureError(f"{len(inhabitants)} aantallen inwoners voor {len(buurten)} buurten")
    order = np.argsort(buurten["code"].to_numpy(dtype=str))
    lived = np.where(np.nan_to_num(inhabitants) > 0, inhabitants, 0.0)[order]
    frame = buurten.iloc[order]
    codes, outlines = frame["code"].tolist(), np.asarray(frame.geometry.array, dtype=object)
    at_home = _addresses(codes, outlines, addresses, lived)
    bare = (np.bincount(at_home.owner, minlength=len(lived)) == 0) & (lived > 0)
    on_land = _land(outlines, np.flatnonzero(bare))
    x, y = np.concatenate([at_home.x, on_land.x]), np.concatenate([at_home.y, on_land.y])
    owner = np.concatenate([at_home.owner, on_land.owner])
    each = lived[owner] / np.maximum(np.bincount(owner, minlength=len(lived)), 1)[owner]
    total = lived.sum()
    return Population(x, y, each, float(lived[~bare].sum() / total) if total > 0 else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points and the row of the buurt of each."""

    x: FloatArray
    y: FloatArray
    owner: np.ndarray[tuple[int], np.dtype[np.intp]]


def _addresses(
    codes: list[str], outlines: np.ndarray, addresses: RDArrays | None, lived: FloatArray
) -> _Points:
    """The addresses in buurten where somebody lives."""
    if addresses is None or not len(addresses.x):
        return _Points(np.empty(0), np.empty(0), np.empty(0, dtype=np.intp))
    owner = Locator(codes, outlines).locate(addresses.x, addresses.y).astype(np.intp)
    kept = (owner >= 0) & (lived[owner] > 0)
    return _Points(addresses.x[kept], addresses.y[kept], owner[kept])


def _land(outlines: np.ndarray, rows: np.ndarray) -> _Points:
    """Points of a grid inside these buurten; its middle for one that is smaller than the grid."""
    found = [_Points(np.empty(0), np.empty(0), np.empty(0, dtype=np.intp))]
    for row in rows.tolist():
        west, south, east, north = shapely.bounds(outlines[row])
        across = np.arange(np.floor(west / STEP_M), np.ceil(east / STEP_M)) * STEP_M + STEP_M / 2 + OFFSET_M
        up = np.arange(np.floor(south / STEP_M), np.ceil(north / STEP_M)) * STEP_M + STEP_M / 2 + OFFSET_M
        x, y = (axis.ravel() for axis in np.meshgrid(across, up))
        inside = shapely.contains_xy(outlines[row], x, y)
        if not inside.any():
            middle = shapely.point_on_surface(outlines[row])
            x, y, inside = np.array([middle.x]), np.array([middle.y]), np.array([True])
        found.append(_Points(x[inside], y[inside], np.full(int(inside.sum()), row, dtype=np.intp)))
    return _Points(*(np.concatenate([getattr(one, name) for one in found]) for name in ("x", "y", "owner")))

"""A drawn area: the corners that somebody gave as a polygon in RD, and how much of a town lies in it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import FAULT_SENTENCES, Fault, LngLat, LngLatArrays, check_lnglat, to_rd
from geo.errors import WrongDrawing
from geo.membership import BoolArray, FloatArray

FEWEST_POINTS: Final = 3
MOST_POINTS: Final = 200
SMALLEST_HA: Final = 0.1
M2_PER_HA: Final = 10_000.0
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,15})?")


def read_points(text: str) -> list[LngLat]:
    """The points of a text with one `latitude, longitude` per line or between semicolons.

    Raises WrongDrawing, with the number of the point, for what is no pair of degrees in the Netherlands, and
    for more than 200 points.
    """
    given = [line for line in re.split(r"[;\r\n]+", text) if line.strip()]
    if len(given) > MOST_POINTS:
        raise WrongDrawing(f"U gaf {len(given)} punten. Dat mogen er hooguit {MOST_POINTS} zijn.")
    return [_point(number, line) for number, line in enumerate(given, start=1)]


def points_text(points: Sequence[LngLat], *, between: str = ";") -> str:
    """The points as `read_points` reads them, to about a decimetre."""
    return between.join(f"{one.lat:.6f},{one.lon:.6f}" for one in points)


def drawn_area(points: Sequence[LngLat], town: shapely.Geometry) -> shapely.Polygon:
    """The polygon in RD with these corners; the last joins the first.

    `town` is the outline of the gemeente in RD. Raises WrongDrawing, naming the point where there is one,
    for fewer than three corners, an outline that crosses or touches itself, and an area that lies outside the
    town, is smaller than 0.1 hectare or larger than the town.
    """
    numbers, corners = _corners(points)
    if len(corners) < FEWEST_POINTS:
        raise WrongDrawing(
            f"Een vlak heeft minstens {FEWEST_POINTS} verschillende punten, niet {len(corners)}."
        )
    _refuse_crossing(numbers, corners)
    area = shapely.Polygon(corners)
    if not area.is_valid:
        raise WrongDrawing(f"De lijn van het vlak raakt zichzelf: {shapely.is_valid_reason(area)}.")
    if not shapely.intersects(area, town):
        raise WrongDrawing("Dit vlak ligt buiten de gemeente. Kijk of de breedte (rond 52) voorop staat.")
    if area.area < SMALLEST_HA * M2_PER_HA:
        raise WrongDrawing(f"Dit vlak is {_ha(area)} hectare. Het is minstens 0,1 hectare.")
    if area.area > shapely.area(town):
        raise WrongDrawing(f"Dit vlak is {_ha(area)} hectare. Dat is meer dan de hele gemeente.")
    return area


def holds(area: shapely.Geometry, x: FloatArray, y: FloatArray) -> BoolArray:
    """Which points (RD metres) lie in an area or on its edge; not a point without a place (NaN)."""
    known = np.isfinite(x) & np.isfinite(y)
    found = np.zeros(len(x), dtype=bool)
    shapely.prepare(area)
    found[known] = shapely.intersects_xy(area, x[known], y[known])
    return found


def shares(area: shapely.Geometry, areas: gpd.GeoDataFrame) -> FloatArray:
    """The part of each of these areas that lies in a drawn one, 0 to 1."""
    outlines: NDArray[np.object_] = np.asarray(areas.geometry.array, dtype=object)
    whole = shapely.area(outlines)
    inside = shapely.area(shapely.intersection(outlines, area))
    return np.divide(inside, whole, out=np.zeros(len(outlines)), where=whole > 0)


def _point(number: int, line: str) -> LngLat:
    parts = [part for part in re.split(r"[,\s]+", line.strip()) if part]
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise WrongDrawing(
            f"Punt {number}: schrijf twee getallen met een punt erin, breedte en dan lengte,"
            " zoals 52.996, 6.562."
        )
    lat, lon = map(float, parts)
    fault = Fault(int(check_lnglat([lon], [lat])[0]))
    if fault is not Fault.NONE:
        raise WrongDrawing(f"Punt {number} ({lat:g}, {lon:g}): {FAULT_SENTENCES[fault]}")
    return LngLat(lon, lat)


def _corners(points: Sequence[LngLat]) -> tuple[list[int], list[tuple[float, float]]]:
    """The corners without a point that repeats the one before it, with their numbers, the first 1."""
    if not points:
        return [], []
    placed = to_rd(LngLatArrays(np.array([p.lon for p in points]), np.array([p.lat for p in points])))
    every = list(zip(placed.x.tolist(), placed.y.tolist(), strict=True))
    # Many programs write the first point again at the end.
    kept = [at for at, corner in enumerate(every) if corner != every[at - 1] or len(every) == 1]
    return [at + 1 for at in kept], [every[at] for at in kept]


def _refuse_crossing(numbers: Sequence[int], corners: Sequence[tuple[float, float]]) -> None:
    """Name the first two lines that meet where they should not."""
    count = len(corners)
    ends = [(at, (at + 1) % count) for at in range(count)]
    lines = shapely.linestrings([[corners[a], corners[b]] for a, b in ends])
    for one in range(count):
        # Lines that follow each other share a corner.
        far = [two for two in range(one + 2, count) if (two + 1) % count != one]
        met = shapely.intersects(lines[one], lines[far]) if far else np.array([], dtype=bool)
        if met.any():
            other = far[int(np.argmax(met))]
            raise WrongDrawing(
                f"De lijn van punt {_line(numbers, ends[one])} kruist"
                f" die van punt {_line(numbers, ends[other])}."
                " Zet de punten in de volgorde waarin u om het vlak heen loopt."
            )


def _line(numbers: Sequence[int], ends: tuple[int, int]) -> str:
    return f"{numbers[ends[0]]} naar punt {numbers[ends[1]]}"


def _ha(area: shapely.Polygon) -> str:
    hectares = area.area / M2_PER_HA
    digits = 0 if hectares >= 10 else min(6, max(2, 1 - math.floor(math.log10(max(hectares, 1e-6)))))
    return f"{hectares:.{digits}f}".replace(".", ",")

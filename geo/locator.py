"""The owner of a point: which one area it belongs to.

The rule, on outlines and points as stored, without rounding:

1. the areas that `shapely.intersects_xy` says hold the point; the lowest code of these owns it;
2. when none does: D is the smallest `shapely.distance` to an area. If D is at most 25 m, and the point
   lies in no other loaded municipality, the lowest code within D + 0.001 m owns it;
3. else nobody does: the point is `buiten gebied`, -1.

So every point is counted once, on shared edges, in overlaps and in slivers too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import FAULT_SENTENCES, Fault, FloatArray
from geo.errors import AreaError, CoordinateError, DuplicateCode, InvalidGeometry

OwnerArray = npt.NDArray[np.int32]
IndexArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]

OUTSIDE: Final = -1
NEAREST_M: Final = 25.0
TIE_M: Final = 0.001
LIMIT_M: Final = 1e-6
REACH_M: Final = NEAREST_M + 10 * TIE_M  # looks a little further than any limit, never less far
CHUNK: Final = 131_072


class Locator:
    """Areas of one level and edition, ready to say which of them owns each point.

    `codes` and `geometries` (polygons or multipolygons in EPSG:28992, holes allowed) belong together one
    by one, in any order. `other_municipalities` are outlines of municipalities that none of these areas
    is part of: a point in one of those is never taken by the nearest step.

    A gebied is a union of buurten that may leave buurten out, so locate in buurten and sum upward: the
    nearest step would pull points from a left-out buurt into its neighbour.

    Nothing changes after construction, so threads may share one. Raises `DuplicateCode` for a code that
    stands twice and `InvalidGeometry`, with the code, for an outline that is empty, invalid or no area.
    """

    def __init__(
        self,
        codes: Sequence[str],
        geometries: npt.ArrayLike,
        *,
        other_municipalities: npt.ArrayLike | None = None,
    ) -> None:
        names = np.asarray(codes, dtype=object)
        outlines = np.asarray(geometries, dtype=object)
        if names.shape != outlines.shape or names.ndim != 1:
            message = f"{names.size} codes en {outlines.size} omtrekken horen niet bij elkaar"
            raise AreaError(message)
        order = np.argsort(names, kind="stable")
        self._codes: tuple[str, ...] = tuple(str(code) for code in names[order])
        _check_codes(self._codes)
        self._areas = _Outlines(outlines[order], names=self._codes)
        others = np.asarray([] if other_municipalities is None else other_municipalities, dtype=object)
        self._others = _Outlines(others, names=[f"andere gemeente {i}" for i in range(others.size)])

    @property
    def codes(self) -> list[str]:
        """The codes in ascending order; `locate` answers with places in this list."""
        return list(self._codes)

    def locate(self, x: npt.ArrayLike, y: npt.ArrayLike) -> OwnerArray:
        """The place in `codes` of the owner of each point, int32; -1 is `buiten gebied`.

        `x` and `y` are RD metres, one-dimensional and of one length; empty arrays give an empty answer.
        A value that is not finite raises `CoordinateError` with its row, counted from 0.
        """
        x, y = _checked(x, y)
        owners = np.full(x.size, OUTSIDE, dtype=np.int32)
        for start in range(0, x.size, CHUNK):
            part = slice(start, start + CHUNK)
            owners[part] = self._locate_chunk(x[part], y[part])
        return owners

    def near_limit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> BoolArray:
        """Whether each point's owner hangs on less than a thousandth of a millimetre.

        True where no area holds the point and D lies within 1e-6 m of 25 m, or the distance to an area
        within 1e-6 m of D + 0.001 m. Tests and comparisons count these apart. Input as `locate`.
        """
        x, y = _checked(x, y)
        near = np.zeros(x.size, dtype=np.bool_)
        for start in range(0, x.size, CHUNK):
            part = slice(start, start + CHUNK)
            near[part] = self._near_limit_chunk(x[part], y[part])
        return near

    def _locate_chunk(self, x: FloatArray, y: FloatArray) -> OwnerArray:
        order = np.argsort(x)
        x, y = x[order], y[order]
        found = self._areas.lowest_holding(x, y)
        left = np.flatnonzero(found == OUTSIDE)
        found[left] = self._nearest(x[left], y[left])
        owners = np.empty_like(found)
        owners[order] = found
        return owners

    def _nearest(self, x: FloatArray, y: FloatArray) -> OwnerArray:
        """Step 2 of the rule for points that no area holds, sorted by x."""
        point, area, distance = self._areas.within_reach(x, y)
        smallest = _smallest_per_point(point, distance, x.size)
        near = np.flatnonzero(smallest <= NEAREST_M)
        allowed = np.zeros(x.size, dtype=np.bool_)
        allowed[near] = self._others.lowest_holding(x[near], y[near]) == OUTSIDE
        tied = allowed[point] & (distance <= smallest[point] + TIE_M)
        lowest = np.full(x.size, len(self._codes), dtype=np.int32)
        np.minimum.at(lowest, point[tied], area[tied])
        lowest[lowest == len(self._codes)] = OUTSIDE
        return lowest

    def _near_limit_chunk(self, x: FloatArray, y: FloatArray) -> BoolArray:
        order = np.argsort(x)
        left = order[self._areas.lowest_holding(x[order], y[order]) == OUTSIDE]
        point, _, distance = self._areas.within_reach(x[left], y[left])
        smallest = _smallest_per_point(point, distance, left.size)
        at_limit = np.abs(smallest - NEAREST_M) <= LIMIT_M
        at_tie = np.abs(distance - (smallest[point] + TIE_M)) <= LIMIT_M
        at_limit[point[at_tie & (smallest[point] <= NEAREST_M + LIMIT_M)]] = True
        near = np.zeros(x.size, dtype=np.bool_)
        near[left] = at_limit
        return near


class _Outlines:
    """Own copies of outlines, prepared once, that are asked about points sorted by x."""

    def __init__(self, geometries: GeometryArray, *, names: Sequence[str]) -> None:
        _check_outlines(geometries, names)
        self._geometries: GeometryArray = np.asarray(shapely.force_2d(geometries), dtype=object)
        self._bounds: FloatArray = shapely.bounds(self._geometries).reshape(-1, 4)
        _prepare_fully(self._geometries)

    def lowest_holding(self, x: FloatArray, y: FloatArray) -> OwnerArray:
        """The first outline that holds each point, -1 where none does."""
        lowest = np.full(x.size, OUTSIDE, dtype=np.int32)
        for area, points in self._candidates(x, y, margin_m=0.0):
            holds = shapely.intersects_xy(self._geometries[area], x[points], y[points])
            lowest[points[holds]] = area
        return lowest

    def within_reach(self, x: FloatArray, y: FloatArray) -> tuple[IndexArray, OwnerArray, FloatArray]:
        """Each pair of a point and an outline at most `REACH_M` apart: point, outline, distance in metres."""
        point, area, distance = [np.empty(0, np.intp)], [np.empty(0, np.int32)], [np.empty(0)]
        for k, rows in self._candidates(x, y, margin_m=REACH_M):
            near = rows[shapely.dwithin(self._geometries[k], shapely.points(x[rows], y[rows]), REACH_M)]
            point.append(near)
            area.append(np.full(near.size, k, dtype=np.int32))
            distance.append(shapely.distance(self._geometries[k], shapely.points(x[near], y[near])))
        return np.concatenate(point), np.concatenate(area), np.concatenate(distance)

    def _candidates(
        self, x: FloatArray, y: FloatArray, *, margin_m: float
    ) -> Iterator[tuple[int, IndexArray]]:
        """Outlines from last to first with the points in their box; `x` is sorted, so that is a slice."""
        xmin, ymin, xmax, ymax = self._bounds.T
        first = np.searchsorted(x, xmin - margin_m, side="left")
        last = np.searchsorted(x, xmax + margin_m, side="right")
        for k in np.flatnonzero(last > first)[::-1]:
            part = y[first[k] : last[k]]
            inside = np.flatnonzero((part >= ymin[k] - margin_m) & (part <= ymax[k] + margin_m))
            if inside.size:
                yield int(k), inside + first[k]


def _prepare_fully(geometries: GeometryArray) -> None:
    """Build GEOS's indexes now: it builds them on first use, which two threads may not do at once."""
    shapely.prepare(geometries)
    corners = shapely.get_coordinates(geometries)
    first = np.cumsum(shapely.get_num_coordinates(geometries)) - shapely.get_num_coordinates(geometries)
    shapely.intersects_xy(geometries, corners[first, 0], corners[first, 1])
    shapely.dwithin(geometries, shapely.Point(-1e9, -1e9), REACH_M)


def _smallest_per_point(point: IndexArray, distance: FloatArray, count: int) -> FloatArray:
    smallest = np.full(count, np.inf)
    np.minimum.at(smallest, point, distance)
    return smallest


def _checked(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        message = f"x en y moeten rijen van één lengte zijn: {x.shape} en {y.shape}"
        raise CoordinateError(message)
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if bad.size:
        row = int(bad[0])
        message = f"rij {row} ({bad.size} fout): x {x[row]}, y {y[row]}: {FAULT_SENTENCES[Fault.NOT_FINITE]}"
        raise CoordinateError(message)
    return x, y


def _check_codes(codes: Sequence[str]) -> None:
    for code, following in pairwise(codes):
        if code == following:
            message = f"code {code} staat meer dan één keer in de gebieden"
            raise DuplicateCode(message)


def _check_outlines(geometries: GeometryArray, names: Sequence[str]) -> None:
    kinds = shapely.get_type_id(geometries)
    areal = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    good = areal & ~shapely.is_empty(geometries) & shapely.is_valid(geometries)
    for k in np.flatnonzero(~good)[:1]:
        reason = shapely.is_valid_reason(geometries[k]) if areal[k] else "geen vlak"
        message = f"omtrek van {names[k]} is leeg of ongeldig: {reason}"
        raise InvalidGeometry(message)

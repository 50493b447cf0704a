"""Points on real outlines whose owner is hardest to tell: our answers, and the rule written a second time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import FloatArray, RDArrays
from geo.locator import Locator

PILOT = "data/areas/wijkenbuurten_2016_pilot.gpkg"

GeometryArray = npt.NDArray[np.object_]


class Areas(NamedTuple):
    """Codes in ascending order with their outlines."""

    codes: list[str]
    outlines: GeometryArray


def read_areas(shared: Path, layer: str, *municipalities: str) -> Areas:
    """The areas of one layer of the pilot file, of all its municipalities or of those named."""
    frame = gpd.read_file(shared / PILOT, layer=layer)
    code = frame.columns[0]
    if municipalities:
        frame = frame[frame["gemeentecode"].isin(municipalities)]
    frame = frame.sort_values(code)
    return Areas(frame[code].tolist(), frame.geometry.to_numpy())


def owner_by_rule(x: float, y: float, areas: Areas, others: Sequence[shapely.Geometry] = ()) -> str | None:
    """The code of the owner, by one slow loop over all areas; None is buiten gebied."""
    pairs = sorted(zip(areas.codes, areas.outlines, strict=True), key=lambda pair: pair[0])
    holding = [code for code, outline in pairs if shapely.intersects_xy(outline, x, y)]
    if holding:
        return holding[0]
    point = shapely.Point(x, y)
    distances = [(code, float(shapely.distance(outline, point))) for code, outline in pairs]
    smallest = min((distance for _, distance in distances), default=float("inf"))
    if smallest > 25.0 or any(shapely.intersects_xy(other, x, y) for other in others):
        return None
    return next(code for code, distance in distances if distance <= smallest + 0.001)


def vertices(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Corners of outlines."""
    return rng.choice(shapely.get_coordinates(outlines), count)


def junctions(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Corners where three areas or more meet, or that lie on the middle of another area's edge."""
    corners, times = np.unique(shapely.get_coordinates(outlines), axis=0, return_counts=True)
    tree = shapely.STRtree(outlines)
    touched = np.bincount(tree.query(shapely.points(corners), "intersects")[0], minlength=len(corners))
    return rng.choice(corners[(touched > 2) | (touched > times)], count)


def lattice(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Whole decimetres exactly on edges that run along x or y."""
    start, end = _edges(outlines)
    straight = np.flatnonzero((start == end).any(axis=1))
    rows = rng.choice(straight, count)
    along = start[rows] + rng.random((count, 1)) * (end[rows] - start[rows])
    rounded = np.clip(
        np.round(along, 1), np.minimum(start[rows], end[rows]), np.maximum(start[rows], end[rows])
    )
    return np.asarray(np.where(start[rows] == end[rows], start[rows], rounded))


def midpoints(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Middles of edges, as near to the edge as a float comes."""
    start, end = _edges(outlines)
    rows = rng.integers(0, len(start), count)
    return np.asarray((start[rows] + end[rows]) / 2)


def overlaps(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Ground that two areas claim: its corners and points within it."""
    first, second = shapely.STRtree(outlines).query(outlines, "intersects")
    shared_ground = shapely.intersection(outlines[first], outlines[second])[first < second]
    return _corners_and_middles(shared_ground[shapely.area(shared_ground) > 0], rng, count)


def slivers(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Small gaps between areas: their corners and points within them."""
    rings = shapely.get_rings(shapely.get_parts(shapely.union_all(outlines)))
    gaps = np.asarray(shapely.polygons(rings), dtype=object)
    return _corners_and_middles(gaps[shapely.area(gaps) < 1_000], rng, count)


def rim(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Points up to 30 m around corners, one in three exactly 25 m away along x or y."""
    corners = vertices(outlines, rng, count)
    angle, length = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, 30, count)
    steps = np.column_stack((np.cos(angle), np.sin(angle))) * length[:, None]
    straight = rng.choice([[25.0, 0.0], [-25.0, 0.0], [0.0, 25.0], [0.0, -25.0]], count)
    return corners + np.where(rng.random((count, 1)) < 1 / 3, straight, steps)


def anywhere(outlines: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    """Points in the boxes of areas."""
    boxes = shapely.bounds(rng.choice(outlines, count))
    return np.asarray(rng.uniform(boxes[:, :2], boxes[:, 2:]))


KINDS: tuple[Callable[[GeometryArray, np.random.Generator, int], FloatArray], ...] = (
    vertices,
    junctions,
    lattice,
    midpoints,
    overlaps,
    slivers,
    rim,
    anywhere,
)


def hard_points(outlines: GeometryArray, count: int, *, seed: int = 0) -> RDArrays:
    """`count` points, in equal shares of each kind above."""
    rng = np.random.default_rng(seed)
    shares = [kind(outlines, rng, -(-count // len(KINDS))) for kind in KINDS]
    points = rng.permutation(np.concatenate(shares))[:count]
    return RDArrays(points[:, 0].copy(), points[:, 1].copy())


def _edges(outlines: GeometryArray) -> tuple[FloatArray, FloatArray]:
    rings = shapely.get_rings(shapely.get_parts(outlines))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return corners[:-1][same], corners[1:][same]


def _corners_and_middles(places: GeometryArray, rng: np.random.Generator, count: int) -> FloatArray:
    middles = shapely.get_coordinates(shapely.point_on_surface(places))
    corners = shapely.get_coordinates(places)
    return np.concatenate((rng.choice(middles, count // 2), rng.choice(corners, count - count // 2)))


def owner(areas: Areas, x: float, y: float, others: GeometryArray | None = None) -> str | None:
    """The code that the locator gives one point."""
    locator = Locator(areas.codes, areas.outlines, other_municipalities=others)
    place = locator.locate([x], [y])[0]
    return None if place == -1 else locator.codes[place]


def owners(locator: Locator, points: RDArrays) -> list[str | None]:
    names: list[str | None] = [*locator.codes, None]
    return [names[place] for place in locator.locate(*points)]


def by_rule(points: RDArrays, areas: Areas, others: GeometryArray | None = None) -> list[str | None]:
    pairs = zip(points.x.tolist(), points.y.tolist(), strict=True)
    return [owner_by_rule(x, y, areas, [] if others is None else list(others)) for x, y in pairs]

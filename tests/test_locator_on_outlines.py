"""The owner rule on the real outlines, against the rule written a second time."""

from __future__ import annotations

import math
import os
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hard_points import (
    KINDS,
    Areas,
    GeometryArray,
    anywhere,
    by_rule,
    hard_points,
    owner,
    owner_by_rule,
    owners,
    read_areas,
    rim,
)
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import FloatArray, LngLatArrays, RDArrays, to_rd
from geo.locator import CHUNK, Locator

POINTS = 100_000 if os.environ.get("WIJKBEELD_FAULTS") == "1" else 2_000
VLAARDINGEN = "GM0622"
MAASSLUIS = "GM0556"
SCHIEDAM = "GM0606"
ASSEN = "GM0106"
OUT = "buiten gebied"


@pytest.fixture(scope="module")
def towns(shared: Path) -> Areas:
    """Buurten of two towns that have every kind of hard point: overlaps, slivers, edges along the axes."""
    return read_areas(shared, "buurten", SCHIEDAM, ASSEN)


@pytest.fixture(scope="module")
def levels(shared: Path) -> list[Areas]:
    """Buurten, wijken and gemeenten of the four towns; the latter two were dissolved from the first."""
    return [read_areas(shared, layer) for layer in ("buurten", "wijken", "gemeenten")]


@pytest.fixture(scope="module")
def vlaardingen(shared: Path) -> GeometryArray:
    """The outline of Schiedam's neighbour."""
    return read_areas(shared, "gemeenten", VLAARDINGEN).outlines


@pytest.mark.shared
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_hard_point_has_the_owner_of_the_rule_beside_another_municipality(
    kind: Callable[[GeometryArray, np.random.Generator, int], FloatArray],
    towns: Areas,
    vlaardingen: GeometryArray,
) -> None:
    drawn = kind(towns.outlines, np.random.default_rng(4), POINTS // len(KINDS))
    points = RDArrays(drawn[:, 0], drawn[:, 1])
    locator = Locator(towns.codes, towns.outlines, other_municipalities=vlaardingen)
    assert owners(locator, points) == by_rule(points, towns, vlaardingen)


@pytest.mark.shared
def test_points_along_the_border_with_another_municipality_have_the_owner_of_the_rule(
    shared: Path, vlaardingen: GeometryArray
) -> None:
    schiedam = read_areas(shared, "buurten", SCHIEDAM)
    x, y = _along_the_border(schiedam.outlines, vlaardingen[0], 600)
    locator = Locator(schiedam.codes, schiedam.outlines, other_municipalities=vlaardingen)
    answers = owners(locator, RDArrays(x, y))
    refused = np.array([code is None for code in answers]) & shapely.intersects_xy(vlaardingen[0], x, y)
    assert answers == by_rule(RDArrays(x, y), schiedam, vlaardingen)
    assert refused.sum() > 100


def _along_the_border(outlines: GeometryArray, neighbour: shapely.Geometry, count: int) -> RDArrays:
    corners = np.asarray(shapely.points(shapely.get_coordinates(neighbour)), dtype=object)
    near = corners[shapely.dwithin(shapely.union_all(outlines), corners, 10.0)]
    drawn = rim(near, np.random.default_rng(7), count)
    return RDArrays(drawn[:, 0], drawn[:, 1])


@pytest.mark.shared
def test_hard_points_lie_in_several_areas_in_none_and_outside(towns: Areas) -> None:
    x, y = hard_points(towns.outlines, 2_000)
    holding = shapely.intersects_xy(towns.outlines[:, None], x, y).sum(axis=0)
    places = Locator(towns.codes, towns.outlines).locate(x, y)
    assert (holding > 2).sum() > 20
    assert ((holding == 0) & (places >= 0)).sum() > 20
    assert (places == -1).sum() >= 5


@pytest.mark.shared
def test_points_25_m_beyond_the_outermost_corners_of_a_town_are_counted_apart(shared: Path) -> None:
    town = read_areas(shared, "buurten", MAASSLUIS)
    corners = shapely.get_coordinates(town.outlines)
    west, east = corners[corners[:, 0].argmin()], corners[corners[:, 0].argmax()]
    x, y = (
        np.array([west[0] - 25, east[0] + 25, west[0], east[0] + 26]),
        np.array([west, east, west, east])[:, 1],
    )
    assert Locator(*town).near_limit(x, y).tolist() == [True, True, False, False]


@pytest.mark.shared
def test_three_predicates_name_the_same_areas_for_every_hard_point(towns: Areas) -> None:
    x, y = hard_points(towns.outlines, POINTS)
    point, area = shapely.STRtree(towns.outlines).query(shapely.points(x, y))  # by box alone
    places, outlines = shapely.points(x[point], y[point]), towns.outlines[area]
    by_numbers = shapely.intersects_xy(outlines, x[point], y[point])
    assert by_numbers.sum() > POINTS
    np.testing.assert_array_equal(by_numbers, shapely.covers(outlines, places))
    np.testing.assert_array_equal(by_numbers, shapely.distance(outlines, places) == 0.0)


@pytest.mark.shared
def test_each_hard_point_is_counted_once_in_a_buurt_a_wijk_and_a_gemeente(levels: list[Areas]) -> None:
    x, y = _decided(levels, hard_points(levels[0].outlines, POINTS))
    counts = [pd.Series(_places(level, x, y)).value_counts() for level in levels]
    assert [count.sum() for count in counts] == [x.size] * 3
    assert counts[0][OUT] == counts[1][OUT] == counts[2][OUT] > 0


@pytest.mark.shared
def test_the_wijk_of_a_point_is_its_buurts_wijk_but_on_edges_that_were_drawn_twice(
    levels: list[Areas],
) -> None:
    buurten, wijken, _ = levels
    x, y = _decided(levels, hard_points(buurten.outlines, POINTS))
    parents = pd.Series(_places(buurten, x, y)).replace(r"^BU(\d{6})\d\d$", r"WK\1", regex=True)
    other = np.flatnonzero(parents != _places(wijken, x, y))
    edges = shapely.boundary(wijken.outlines)[:, None]
    assert other.size < 0.05 * POINTS
    assert shapely.dwithin(edges, shapely.points(x[other], y[other]), 1e-6).any(axis=0).all()


def _decided(levels: list[Areas], points: RDArrays) -> RDArrays:
    """The points whose owner hangs on no limit at any level; at most one in a thousand is left out."""
    near = np.any([Locator(*level).near_limit(*points) for level in levels], axis=0)
    assert near.sum() <= points.x.size / 1_000
    return RDArrays(points.x[~near], points.y[~near])


def _places(areas: Areas, x: FloatArray, y: FloatArray) -> npt.NDArray[np.object_]:
    return np.array([*areas.codes, OUT], dtype=object)[Locator(areas.codes, areas.outlines).locate(x, y)]


@pytest.mark.shared
def test_the_schools_land_in_the_municipality_of_their_address(shared: Path) -> None:
    schools = pd.read_csv(shared / "data/addresses/scholen_vlaardingen_maassluis.csv")
    places = to_rd(LngLatArrays(schools["lon"].to_numpy(), schools["lat"].to_numpy()))
    gemeenten = read_areas(shared, "gemeenten")
    expected = schools["plaats"].str.title().map({"Vlaardingen": VLAARDINGEN, "Maassluis": MAASSLUIS})
    assert len(schools) == 36
    assert owners(Locator(gemeenten.codes, gemeenten.outlines), places) == expected.tolist()


@pytest.mark.shared
def test_all_but_two_real_meldingen_of_assen_lie_in_exactly_one_buurt(shared: Path) -> None:
    assen = read_areas(shared, "buurten", ASSEN)
    x, y = _meldingen(shared)
    places = Locator(assen.codes, assen.outlines).locate(x, y)
    assert np.bincount(places + 1, minlength=len(assen.codes) + 1)[1:].sum() == 2_000
    assert (shapely.intersects_xy(assen.outlines[:, None], x, y).sum(axis=0)[places >= 0] == 1).all()


@pytest.mark.shared
def test_the_two_meldingen_outside_assen_lie_59_and_204_m_from_it(shared: Path) -> None:
    assen = read_areas(shared, "buurten", ASSEN)
    x, y = _meldingen(shared)
    outside = Locator(assen.codes, assen.outlines).locate(x, y) == -1
    distances = shapely.distance(assen.outlines[:, None], shapely.points(x[outside], y[outside])).min(axis=0)
    assert sorted(distances.round().tolist()) == [59, 204]


def _meldingen(shared: Path) -> RDArrays:
    frame = pd.read_csv(shared / "data/meldingen/assen_2026.csv")
    return to_rd(LngLatArrays(frame["lon"].to_numpy(), frame["lat"].to_numpy()))


@pytest.mark.shared
def test_more_points_than_a_chunk_get_the_owners_they_get_one_chunk_at_a_time(towns: Areas) -> None:
    drawn = anywhere(towns.outlines, np.random.default_rng(5), 2 * CHUNK + 7)
    locator = Locator(towns.codes, towns.outlines)
    whole = locator.locate(drawn[:, 0], drawn[:, 1])
    parts = [locator.locate(part[:, 0], part[:, 1]) for part in np.array_split(drawn, 5)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@pytest.mark.shared
def test_memory_does_not_grow_with_the_number_of_points_but_for_answers_and_masks(towns: Areas) -> None:
    drawn = anywhere(towns.outlines, np.random.default_rng(6), 6 * CHUNK)
    x, y = drawn[:, 0].copy(), drawn[:, 1].copy()
    locator = Locator(towns.codes, towns.outlines)
    one, six = (_peak_bytes(locator, x[:size], y[:size]) for size in (CHUNK, 6 * CHUNK))
    assert six - one < 5 * CHUNK * 8


def _peak_bytes(locator: Locator, x: FloatArray, y: FloatArray) -> int:
    tracemalloc.start()
    locator.locate(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.shared
def test_threads_that_ask_a_new_locator_at_once_get_the_answers_of_one(towns: Areas) -> None:
    x, y = hard_points(towns.outlines, 5_000)
    expected = Locator(towns.codes, towns.outlines).locate(x, y)
    for _ in range(5):
        fresh = Locator(towns.codes, towns.outlines)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _, new=fresh: new.locate(x, y), range(4)))
        assert all(np.array_equal(answer, expected) for answer in answers)


@pytest.mark.shared
@given(row=st.integers(0, 10**6), dx=st.floats(-30, 30), dy=st.floats(-30, 30), ulps=st.booleans())
def test_a_point_near_any_real_corner_has_the_owner_of_the_rule(
    towns: Areas, row: int, dx: float, dy: float, ulps: bool
) -> None:
    corners = shapely.get_coordinates(towns.outlines)
    x, y = corners[row % len(corners)].tolist()
    step = math.ulp(y) if ulps else 1.0
    moved = (x + dx * step, y + dy * step)
    assert owner(towns, *moved) == owner_by_rule(*moved, towns)

"""The owner rule: on the real outlines against the rule written a second time, and on squares by hand."""

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
from hard_points import KINDS, Areas, GeometryArray, anywhere, hard_points, owner_by_rule, read_areas, rim
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import FloatArray, LngLatArrays, RDArrays, to_rd
from geo.errors import AreaError, CoordinateError, DuplicateCode, InvalidGeometry
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


def squares(**boxes: tuple[float, float, float, float]) -> Areas:
    """Upright areas by code: xmin, ymin, xmax, ymax."""
    outlines = np.array([shapely.box(*box) for box in boxes.values()], dtype=object)
    return Areas(list(boxes), outlines)


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


# --- the real outlines -------------------------------------------------------------------------------


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


# --- squares by hand ---------------------------------------------------------------------------------

FOUR = squares(
    BU04=(10, 10, 20, 20),
    BU03=(0, 10, 10, 20),
    BU02=(10, 0, 20, 10),
    BU01=(0, 0, 10, 10),
)


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        pytest.param(5, 5, "BU01", id="within one"),
        pytest.param(15, 10, "BU02", id="on a shared edge"),
        pytest.param(10, 10, "BU01", id="where four meet"),
        pytest.param(20, 20, "BU04", id="on an outer corner"),
        pytest.param(-25, 5, "BU01", id="25 m outside"),
        pytest.param(math.nextafter(-25, -26), 5, None, id="a hair past 25 m"),
        pytest.param(10, -3, "BU01", id="outside at equal distance from two"),
        pytest.param(10.5, -24.99, "BU02", id="outside, one is nearer by millimetres"),
        pytest.param(10.0001, -3, "BU01", id="outside, the higher code is nearer by less than the tie"),
    ],
)
def test_a_point_among_four_squares_belongs_to(x: float, y: float, code: str | None) -> None:
    assert owner(FOUR, x, y) == code


def test_the_lowest_code_owns_an_overlap_whatever_the_order_of_the_areas() -> None:
    overlap = squares(BU02=(0, 0, 10, 10), BU01=(8, 0, 20, 10))
    backwards = Areas(overlap.codes[::-1], overlap.outlines[::-1])
    assert owner(overlap, 9, 5) == owner(backwards, 9, 5) == "BU01"


def test_a_gap_belongs_to_the_nearest_area_even_with_a_higher_code() -> None:
    assert owner(squares(BU01=(0, 0, 10, 10), BU02=(12, 0, 20, 10)), 11.5, 5) == "BU02"


def test_a_tie_may_reach_just_past_25_m_when_the_nearest_lies_within_it() -> None:
    assert owner(squares(BU01=(0, 0, 10, 10), BU02=(60.0005, 0, 70, 10)), 35.0005, 5) == "BU01"


def test_a_point_in_another_municipality_is_not_taken_by_the_nearest_step() -> None:
    neighbour = np.array([shapely.box(11, 0, 40, 10)], dtype=object)
    area = squares(BU01=(0, 0, 10, 10))
    assert owner(area, 10.5, 5, neighbour) == "BU01"
    assert owner(area, 11, 5, neighbour) is None
    assert owner(area, 15, 5) == "BU01"


def test_a_point_held_by_an_area_stays_there_though_another_municipality_claims_it() -> None:
    assert owner(squares(BU01=(0, 0, 10, 10)), 5, 5, np.array([shapely.box(0, 0, 9, 9)])) == "BU01"


def test_a_hole_belongs_to_the_area_that_fills_it_and_the_second_part_to_its_own() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 40, 60, 60).exterior])
    parts = shapely.MultiPolygon([ring, shapely.box(200, 0, 210, 10)])
    areas = Areas(["BU01", "BU02"], np.array([parts, shapely.box(45, 45, 55, 55)], dtype=object))
    answers = [owner(areas, *point) for point in ((50, 50), (40, 50), (44, 50), (205, 5), (20, 20))]
    assert answers == ["BU02", "BU01", "BU02", "BU01", "BU01"]


def test_the_middle_of_a_large_hole_is_outside() -> None:
    lake = shapely.box(0, 0, 300, 300).difference(shapely.box(50, 50, 250, 250))
    assert owner(Areas(["BU01"], np.array([lake], dtype=object)), 150, 150) is None


@given(st.lists(st.tuples(st.floats(-60, 80), st.floats(-60, 80)), max_size=30))
def test_any_points_around_four_squares_have_the_owner_of_the_rule(pairs: list[tuple[float, float]]) -> None:
    points = RDArrays(np.array([x for x, _ in pairs]), np.array([y for _, y in pairs]))
    locator = Locator(FOUR.codes, FOUR.outlines)
    decided = ~locator.near_limit(*points)
    expected = by_rule(points, FOUR)
    answers = owners(locator, points)
    assert [a for a, sure in zip(answers, decided, strict=True) if sure] == [
        e for e, sure in zip(expected, decided, strict=True) if sure
    ]


grid = st.integers(0, 8).map(lambda step: step * 10.0)
sides = st.integers(1, 4).map(lambda step: step * 10.0)
boxes = st.tuples(grid, grid, sides, sides).map(lambda box: (*box[:2], box[0] + box[2], box[1] + box[3]))
lines = st.integers(-7, 23).map(lambda step: step * 5.0)


@given(st.lists(boxes, min_size=1, max_size=6), st.tuples(lines, lines))
def test_areas_that_overlap_touch_or_leave_gaps_give_the_owner_of_the_rule(
    drawn: list[tuple[float, float, float, float]],
    point: tuple[float, float],
) -> None:
    areas = squares(**{f"BU{k:02}": box for k, box in enumerate(reversed(drawn))})
    assert owner(areas, *point) == owner_by_rule(*point, areas)


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


# --- what is near a limit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "near"),
    [
        (-25.0, True),
        (-25.0000005, True),
        (-25.00001, False),
        (-24.99999, False),
        (5.0, False),
        (-400.0, False),
    ],
)
def test_a_point_at_25_m_is_counted_apart(x: float, near: bool) -> None:
    area = squares(BU01=(0, 0, 10, 10))
    assert Locator(area.codes, area.outlines).near_limit([x], [5.0]).tolist() == [near]


@pytest.mark.parametrize(("gap", "near"), [(2.001, True), (2.0010005, True), (2.00101, False), (2.0, False)])
def test_a_point_at_the_limit_of_a_tie_is_counted_apart(gap: float, near: bool) -> None:
    areas = squares(BU01=(-10, 0, 0, 10), BU02=(gap, 0, 20, 10))
    x = np.array([1.0])
    assert Locator(areas.codes, areas.outlines).near_limit(x, np.array([5.0])).tolist() == [near]


# --- what goes in and what is refused -----------------------------------------------------------------


def test_no_points_give_an_empty_answer_of_the_same_kind() -> None:
    answer = Locator(FOUR.codes, FOUR.outlines).locate([], [])
    assert answer.shape == (0,)
    assert answer.dtype == np.int32


def test_without_areas_every_point_is_outside() -> None:
    assert Locator([], []).locate([1.0, 2.0], [3.0, 4.0]).tolist() == [-1, -1]


def test_codes_are_listed_in_ascending_order_and_the_list_is_a_copy() -> None:
    locator = Locator(FOUR.codes, FOUR.outlines)
    locator.codes.clear()
    assert locator.codes == ["BU01", "BU02", "BU03", "BU04"]


def test_the_points_given_are_left_as_they_were() -> None:
    x, y = np.array([15.0, 5.0]), np.array([5.0, 15.0])
    x.flags.writeable = y.flags.writeable = False
    assert Locator(FOUR.codes, FOUR.outlines).locate(x, y).tolist() == [1, 2]


def test_the_outlines_given_are_not_prepared_or_changed() -> None:
    outlines = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
    Locator(["BU01"], outlines)
    assert not shapely.is_prepared(outlines).any()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused_with_its_row(bad: float) -> None:
    with pytest.raises(CoordinateError, match=r"rij 1 \(2 fout\): x 5\.0, y (nan|-?inf): .*geen getal"):
        Locator(FOUR.codes, FOUR.outlines).locate([1.0, 5.0, bad], [1.0, bad, 1.0])


@pytest.mark.parametrize(("x", "y"), [([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])])
def test_points_that_are_not_two_rows_of_one_length_are_refused(x: list[float], y: list[float]) -> None:
    with pytest.raises(CoordinateError, match="rijen van één lengte"):
        Locator(FOUR.codes, FOUR.outlines).locate(x, y)


def test_a_code_that_stands_twice_is_refused_by_name() -> None:
    with pytest.raises(DuplicateCode, match="BU02"):
        Locator(["BU02", "BU01", "BU02"], FOUR.outlines[:3])


def test_codes_and_outlines_of_unequal_number_are_refused_with_both_numbers() -> None:
    with pytest.raises(AreaError, match="3 codes en 4 omtrekken"):
        Locator(FOUR.codes[:3], FOUR.outlines)


@pytest.mark.parametrize(
    "outline",
    [
        pytest.param(shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), id="bow-tie"),
        pytest.param(shapely.Polygon(), id="empty"),
        pytest.param(shapely.Point(1, 1), id="point"),
        pytest.param(None, id="missing"),
    ],
)
def test_an_outline_that_is_no_good_area_is_refused_by_name(outline: shapely.Geometry | None) -> None:
    with pytest.raises(InvalidGeometry, match="BU02"):
        Locator(["BU02", "BU01"], np.array([outline, shapely.box(0, 0, 1, 1)], dtype=object))


def test_heights_in_outlines_are_ignored() -> None:
    flat = shapely.box(0, 0, 10, 10)
    assert owner(Areas(["BU01"], np.array([shapely.force_3d(flat, 7.0)])), 10, 5) == "BU01"

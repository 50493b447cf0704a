"""The owner rule on squares by hand: overlaps, gaps, holes, limits, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hard_points import (
    Areas,
    by_rule,
    owner,
    owner_by_rule,
    owners,
)
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import RDArrays
from geo.errors import AreaError, CoordinateError, DuplicateCode, InvalidGeometry
from geo.locator import Locator


def squares(**boxes: tuple[float, float, float, float]) -> Areas:
    """Upright areas by code: xmin, ymin, xmax, ymax."""
    outlines = np.array([shapely.box(*box) for box in boxes.values()], dtype=object)
    return Areas(list(boxes), outlines)


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

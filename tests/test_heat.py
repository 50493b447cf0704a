"""The binned pyramid: every level counts every point once, in the pixel that Web Mercator says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CoordinateError, NoSuchTile
from geo.heat import HeatPyramid, lnglat_of, morton_decode, morton_encode, pixel_of, pixel_size_m


def town(n: int = 5_000, *, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return 4.34 + rng.normal(0.0, 0.02, n), 51.91 + rng.normal(0.0, 0.01, n)


@pytest.fixture(scope="module")
def pyramid() -> HeatPyramid:
    return HeatPyramid.from_points(*town())


def test_every_level_holds_every_point_once(pyramid: HeatPyramid) -> None:
    assert [pyramid.total(z) for z in range(19)] == [5_000.0] * 19


@pytest.mark.parametrize("z", [8, 11, 13, 16])
def test_the_counts_of_a_tile_equal_a_two_dimensional_histogram(pyramid: HeatPyramid, z: int) -> None:
    lon, lat = town()
    column, row = pixel_of(lon, lat, z=z)
    x, y = int(np.median(column)) // 256, int(np.median(row)) // 256
    edges_x, edges_y = np.arange(257) + x * 256, np.arange(257) + y * 256
    expected, _, _ = np.histogram2d(row, column, bins=[edges_y, edges_x])
    assert expected.sum() > 0
    np.testing.assert_array_equal(pyramid.counts(z, x, y), expected)


def test_the_margin_shows_what_the_neighbouring_tiles_hold(pyramid: HeatPyramid) -> None:
    column, row = pixel_of(4.34, 51.91, z=13)
    x, y = int(column) // 256, int(row) // 256
    wide = pyramid.counts(13, x, y, margin=256)
    np.testing.assert_array_equal(wide[256:512, :256], pyramid.counts(13, x - 1, y))
    np.testing.assert_array_equal(wide[512:, 256:512], pyramid.counts(13, x, y + 1))


@pytest.mark.parametrize("z", [5, 12, 17])
def test_the_tiles_that_hold_something_hold_everything(pyramid: HeatPyramid, z: int) -> None:
    assert sum(pyramid.counts(z, x, y).sum() for x, y in pyramid.tiles(z)) == 5_000.0


def test_the_pixel_of_a_known_place_is_the_published_one() -> None:
    # OpenStreetMap wiki, "Slippy map tilenames": the tile of a point by the tangent and secant formula.
    lon, lat, z = 4.3419, 51.9106, 15
    y = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2 * 2**z
    column, row = pixel_of(lon, lat, z=z)
    assert float(column) / 256 == pytest.approx((lon + 180) / 360 * 2**z)
    assert float(row) / 256 == pytest.approx(y)


def test_a_pixel_at_the_equator_of_level_0_is_a_256th_of_the_earths_girth() -> None:
    assert float(pixel_size_m(0, 0.0)) == pytest.approx(40_075_016.686 / 256)
    assert float(pixel_size_m(0, 60.0)) == pytest.approx(40_075_016.686 / 512)


@given(st.floats(3.3, 7.2), st.floats(50.8, 53.5), st.integers(0, 20))
def test_a_point_comes_back_from_its_pixel(lon: float, lat: float, z: int) -> None:
    back = lnglat_of(*pixel_of(lon, lat, z=z), z=z)
    assert (float(back[0]), float(back[1])) == pytest.approx((lon, lat), abs=1e-9)


@given(st.integers(0, 2**26 - 1), st.integers(0, 2**26 - 1))
def test_morton_codes_interleave_bits_and_come_apart_again(column: int, row: int) -> None:
    code = morton_encode(np.array([column]), np.array([row]))
    by_hand = sum(((column >> i & 1) << 2 * i) | ((row >> i & 1) << 2 * i + 1) for i in range(26))
    assert int(code[0]) == by_hand
    assert [int(a[0]) for a in morton_decode(code)] == [column, row]


def test_weights_are_summed_instead_of_points() -> None:
    lon, lat = town(100)
    weights = np.arange(100.0)
    pyramid = HeatPyramid.from_points(lon, lat, weights)
    assert [pyramid.total(z) for z in (0, 9, 18)] == pytest.approx([4_950.0] * 3)
    column, row = pixel_of(lon[99], lat[99], z=18)
    tile = (int(column) // 256, int(row) // 256)
    assert pyramid.counts(18, *tile)[int(row) % 256, int(column) % 256] >= 99.0


def test_points_at_one_place_fill_one_pixel_at_every_level() -> None:
    pyramid = HeatPyramid.from_points(np.full(30, 4.3), np.full(30, 51.9))
    assert [level.sums.tolist() for level in pyramid.levels] == [[30.0]] * 19


def test_no_points_give_an_empty_pyramid() -> None:
    pyramid = HeatPyramid.from_points([], [])
    assert (pyramid.points, pyramid.total(10), pyramid.tiles(10)) == (0, 0.0, [])
    assert pyramid.counts(10, 524, 338).sum() == 0.0


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        ([4.3, 51.9], [51.9, 4.3], "verwisseld"),
        ([84_000.0], [436_000.0], "RD"),
        ([4.3, math.nan], [51.9, 51.9], "rij 1"),
        ([4.3], [51.9, 52.0], "even lang"),
    ],
)
def test_points_that_can_be_no_place_are_refused(lon: list[float], lat: list[float], words: str) -> None:
    with pytest.raises(CoordinateError, match=words):
        HeatPyramid.from_points(lon, lat)


@pytest.mark.parametrize("weights", [[1.0], [1.0, math.inf]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(CoordinateError, match="2 gewichten"):
        HeatPyramid.from_points([4.3, 4.4], [51.9, 51.9], weights)


@pytest.mark.parametrize("tile", [(-1, 0, 0), (19, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_outside_the_world_is_refused(pyramid: HeatPyramid, tile: tuple[int, int, int]) -> None:
    with pytest.raises(NoSuchTile, match="tegel"):
        pyramid.counts(*tile)

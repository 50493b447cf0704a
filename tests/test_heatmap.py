"""Heat on the map: a density in meldingen per hectare that means the same at every zoom, without seams."""

from __future__ import annotations

import io
import math
import time

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from geo.crs import LngLatArrays
from geo.errors import MapError, NoSuchTile
from geo.heat import HeatPyramid, lnglat_of, pixel_of, pixel_size_m
from maps.heatmap import (
    HeatStyle,
    Window,
    colour_steps,
    colour_table,
    density,
    density_at,
    fitting_maximum,
    heat_image,
    heat_tile,
    round_up,
)
from maps.tiles import Tile, empty_png

PLACE = (4.34, 51.91)
# The top of a Gaussian of 1,000 meldingen with a standard deviation of 150 m, per hectare.
PEAK = 1_000 / (2 * math.pi * 150.0**2) * 10_000
STYLE = HeatStyle(maximum=20.0, bandwidth_m=150.0)


def town(n: int = 4_000) -> HeatPyramid:
    rng = np.random.default_rng(5)
    return HeatPyramid.from_points(PLACE[0] + rng.normal(0, 0.02, n), PLACE[1] + rng.normal(0, 0.01, n))


def one_place(n: int = 1_000) -> HeatPyramid:
    return HeatPyramid.from_points(np.full(n, PLACE[0]), np.full(n, PLACE[1]))


def tile_of(lon: float, lat: float, z: int) -> Tile:
    column, row = pixel_of(lon, lat, z=z)
    return Tile(z, int(column) // 256, int(row) // 256)


def rgba(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


@pytest.mark.parametrize("z", range(11, 21))
def test_the_peak_of_one_place_is_that_of_a_gaussian_at_every_zoom(z: int) -> None:
    pyramid = one_place()
    column, row = pixel_of(*PLACE, z=z)
    window = Window(z, int(column), int(row), 1, 1)
    assert density(pyramid, window, bandwidth_m=150.0)[0, 0] == pytest.approx(PEAK, rel=0.02)


@pytest.mark.parametrize("z", [13, 14, 16, 19])
def test_one_bandwidth_away_on_the_ground_the_density_is_that_of_a_gaussian(z: int) -> None:
    pyramid = one_place()
    across = np.degrees(150.0 / (6_378_137.0 * math.cos(math.radians(PLACE[1]))))
    for away in (0.5, 1.0, 2.0):
        around = LngLatArrays(PLACE[0] + np.array([-away, away]) * across, np.full(2, PLACE[1]))
        # To the west and to the east together, a shift of the place within its cell falls out.
        column, row = pixel_of(*around, z=z)
        windows = [Window(z, int(c), int(r), 1, 1) for c, r in zip(column, row, strict=True)]
        value = np.mean([density(pyramid, window)[0, 0] for window in windows])
        assert value == pytest.approx(PEAK * math.exp(-(away**2) / 2), rel=0.05)


def test_the_density_equals_a_filter_of_scipy_over_the_counts() -> None:
    pyramid, z = town(), 13
    tile = tile_of(*PLACE, z)
    sigma = 60.0 / float(pixel_size_m(z, pyramid.latitude))
    smooth = gaussian_filter(pyramid.counts(z, tile.x, tile.y, margin=64), sigma, truncate=6.0)[
        64:-64, 64:-64
    ]
    _, lat = lnglat_of(np.zeros(256), tile.y * 256 + np.arange(256) + 0.5, z=z)
    expected = smooth / (pixel_size_m(z, lat)[:, np.newaxis] ** 2 / 10_000)
    ours = density(pyramid, Window(z, tile.x * 256, tile.y * 256, 256, 256), bandwidth_m=60.0)
    assert np.abs(ours - expected).max() < 0.01 * expected.max()


@pytest.mark.parametrize("z", [9, 12, 14])
def test_density_times_ground_adds_up_to_the_number_of_meldingen(z: int) -> None:
    pyramid = town()
    tile = tile_of(*PLACE, z)
    window = Window(z, (tile.x - 3) * 256, (tile.y - 3) * 256, 7 * 256, 7 * 256)
    _, lat = lnglat_of(np.zeros(window.height), window.row + np.arange(window.height) + 0.5, z=z)
    hectares = pixel_size_m(z, lat)[:, np.newaxis] ** 2 / 10_000
    assert (density(pyramid, window) * hectares).sum() == pytest.approx(4_000, rel=0.003)


@pytest.mark.parametrize("z", [11, 13, 15, 18, 20])
@pytest.mark.parametrize("bandwidth_m", [40.0, 150.0, 600.0])
def test_tiles_fit_together_as_one_big_picture(z: int, bandwidth_m: float) -> None:
    pyramid, style = town(), HeatStyle(maximum=20.0, bandwidth_m=bandwidth_m)
    tile = tile_of(*PLACE, z)
    pieces = [
        [rgba(heat_tile(pyramid, Tile(z, tile.x + i, tile.y + j), style)) for i in (0, 1)] for j in (0, 1)
    ]
    together = np.vstack([np.hstack(row) for row in pieces])
    whole = rgba(heat_image(pyramid, Window(z, tile.x * 256, tile.y * 256, 512, 512), style))
    assert whole[..., 3].max() > 0
    # A density that falls exactly between two of the 256 steps may be rounded either way.
    assert np.abs(together.astype(int) - whole.astype(int)).max() <= 4


def test_a_tile_is_256_pixels_with_colour_and_opacity() -> None:
    image = Image.open(io.BytesIO(heat_tile(town(), tile_of(*PLACE, 13), STYLE)))
    assert image.size == (256, 256)
    assert rgba(heat_tile(town(), tile_of(*PLACE, 13), STYLE))[..., 3].max() > 150


def test_where_nothing_lies_the_tile_is_transparent() -> None:
    png = heat_tile(town(), tile_of(6.5, 53.0, 13), STYLE)
    assert png == empty_png()
    assert not rgba(png)[..., 3].any()


def test_more_than_the_maximum_gets_the_last_colour_and_half_of_it_the_middle_one() -> None:
    steps = colour_steps(np.array([[0.0, 0.1, 10.0, 20.0, 500.0]], dtype=np.float32), maximum=20.0)
    assert steps.tolist() == [[0, 0, 128, 255, 255]]


def test_the_colour_of_a_pixel_follows_from_its_density() -> None:
    pyramid, tile = town(), tile_of(*PLACE, 14)
    values = density(pyramid, Window(14, tile.x * 256, tile.y * 256, 256, 256))
    darkest = np.unravel_index(values.argmax(), values.shape)
    expected = colour_table()[round(float(values[darkest]) / 20.0 * 255)]
    assert rgba(heat_tile(pyramid, tile, STYLE))[darkest].tolist() == expected.tolist()


def test_the_maximum_is_the_same_for_every_zoom_and_most_meldingen_stay_under_it() -> None:
    rng = np.random.default_rng(5)
    lon, lat = PLACE[0] + rng.normal(0, 0.02, 4_000), PLACE[1] + rng.normal(0, 0.01, 4_000)
    pyramid = HeatPyramid.from_points(lon, lat)
    maximum = fitting_maximum(pyramid)
    values = density_at(pyramid, LngLatArrays(lon, lat))
    assert 0.96 <= (values <= maximum).mean() <= 1.0
    assert maximum < 2.0 * values.max()


def test_without_meldingen_the_scale_still_has_a_top() -> None:
    assert fitting_maximum(HeatPyramid.from_points([], [])) == 1.0


@pytest.mark.parametrize(
    ("value", "expected"), [(0.011, 0.015), (1.0, 1.0), (3.2, 5.0), (7.6, 10.0), (151.0, 200.0), (9.99, 10.0)]
)
def test_the_top_of_the_scale_is_a_round_number(value: float, expected: float) -> None:
    assert round_up(value) == expected


def test_points_between_pixels_read_the_density_of_their_place() -> None:
    values = density_at(one_place(), LngLatArrays(np.array([PLACE[0], 4.40]), np.array([PLACE[1], 51.95])))
    assert values[0] == pytest.approx(PEAK, rel=0.03)
    assert values[1] == 0.0


@pytest.mark.parametrize("tile", [Tile(23, 0, 0), Tile(4, 16, 0), Tile(4, 0, -1)])
def test_a_tile_that_does_not_exist_is_refused(tile: Tile) -> None:
    with pytest.raises(NoSuchTile):
        heat_tile(town(10), tile, STYLE)


@pytest.mark.parametrize(
    ("maximum", "bandwidth"), [(0.0, 150.0), (math.nan, 150.0), (1.0, 0.0), (1.0, math.inf)]
)
def test_a_scale_without_top_or_kernel_without_width_is_refused(maximum: float, bandwidth: float) -> None:
    with pytest.raises(MapError, match="kan niet"):
        HeatStyle(maximum=maximum, bandwidth_m=bandwidth)


def test_the_bounds_of_a_tile_are_those_of_its_neighbours() -> None:
    tile = tile_of(*PLACE, 13)
    east, south = Tile(13, tile.x + 1, tile.y), Tile(13, tile.x, tile.y + 1)
    assert tile.bounds_4326().xmax == pytest.approx(east.bounds_4326().xmin)
    assert tile.bounds_4326().ymin == pytest.approx(south.bounds_4326().ymax)
    assert tile.bounds_4326().xmin <= PLACE[0] <= tile.bounds_4326().xmax


def test_a_tile_of_200_000_points_is_drawn_at_once() -> None:
    rng = np.random.default_rng(1)
    pyramid = HeatPyramid.from_points(
        PLACE[0] + rng.normal(0, 0.03, 200_000), PLACE[1] + rng.normal(0, 0.01, 200_000)
    )
    took = []
    for z in (9, 11, 13, 15, 17) * 4:
        start = time.process_time()
        heat_tile(pyramid, tile_of(*PLACE, z), STYLE)
        took.append(time.process_time() - start)
    # Measured at 1 to 4 ms of the processor, however busy it is; the bound leaves room for a slow one.
    assert np.median(took) < 0.02

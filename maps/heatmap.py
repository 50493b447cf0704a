"""Heat: how many meldingen lie around each place, as a picture with one meaning at every zoom.

Each melding is spread over the ground by a Gaussian kernel whose standard deviation is `bandwidth_m` metres;
the sum is a density in meldingen per hectare, the same number at every zoom. A wide kernel is computed on
a coarser level of the pyramid, so that a tile costs the same at any zoom; every pixel is evaluated by the
same formula from the same cells, so that tiles fit together without a seam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import ndtr

from geo.crs import LngLatArrays
from geo.errors import MapError
from geo.heat import TILE_PIXELS, HeatPyramid, lnglat_of, pixel_of, pixel_size_m
from maps import palette
from maps.tiles import MAX_ZOOM, Tile, empty_png, indexed_png

FloatArray = npt.NDArray[np.float32]

BANDWIDTH_M: Final = 150.0
# Beyond this many standard deviations a melding does not count: 0.2 % of the peak, not visible.
REACH: Final = 3.5
# The kernel is kept at 5 to 10 cells wide: narrow enough to be fast, while a melding, taken at the middle of
# its cell, is drawn at most a tenth of the bandwidth from its place.
CELLS: Final = 5.0
SQUARE_METRES_PER_HECTARE: Final = 10_000.0
# Where colours begin and where they reach their full opacity, as shares of the maximum.
FAINT: Final = 0.02
FULL: Final = 0.3
OPACITY: Final = 0.88


@dataclass(frozen=True, slots=True)
class HeatStyle:
    """How a heatmap is drawn: the kernel in metres and the density that gets the darkest colour.

    Raises `MapError` for a maximum that is not above 0 or a bandwidth that is not 1 to 10,000 metres.
    """

    maximum: float
    bandwidth_m: float = BANDWIDTH_M

    def __post_init__(self) -> None:
        if not (0.0 < self.maximum < math.inf and 1.0 <= self.bandwidth_m <= 10_000.0):
            message = f"een kaart met straal {self.bandwidth_m} m en hoogste waarde {self.maximum} kan niet"
            raise MapError(message)


class Window(NamedTuple):
    """A rectangle of pixels of zoom level z, from a column and row on."""

    z: int
    column: int
    row: int
    width: int
    height: int


class _Axis(NamedTuple):
    """Kernel weights along one axis: pixels by cells, and the first cell they belong to."""

    weights: csr_array
    first_cell: int


def heat_tile(pyramid: HeatPyramid, tile: Tile, style: HeatStyle) -> bytes:
    """The PNG of a tile: transparent where nothing lies, darker where more lies.

    Raises `NoSuchTile` for an address that does not exist.
    """
    tile.checked()
    window = Window(tile.z, tile.x * TILE_PIXELS, tile.y * TILE_PIXELS, TILE_PIXELS, TILE_PIXELS)
    values = density(pyramid, window, bandwidth_m=style.bandwidth_m)
    steps = colour_steps(values, maximum=style.maximum)
    return indexed_png(steps, colour_table()) if steps.any() else empty_png()


def heat_image(pyramid: HeatPyramid, window: Window, style: HeatStyle) -> bytes:
    """The PNG of any window of pixels, drawn as its tiles would be."""
    values = density(pyramid, window, bandwidth_m=style.bandwidth_m)
    return indexed_png(colour_steps(values, maximum=style.maximum), colour_table())


def density(pyramid: HeatPyramid, window: Window, *, bandwidth_m: float = BANDWIDTH_M) -> FloatArray:
    """Meldingen per hectare at the middle of each pixel of a window, shape (height, width).

    The bandwidth holds at the pyramid's own latitude; the hectare is that of each row's latitude.
    """
    sigma = bandwidth_m / float(pixel_size_m(window.z, pyramid.latitude))
    up = _levels_up(pyramid, window.z, sigma)
    down = _axis(window.row, window.height, up=up, sigma=sigma)
    across = _axis(window.column, window.width, up=up, sigma=sigma)
    cells = pyramid.window(
        window.z - up,
        across.first_cell,
        down.first_cell,
        width=across.weights.shape[1],
        height=down.weights.shape[1],
    )
    if not cells.any():
        return np.zeros((window.height, window.width), dtype=np.float32)
    # Sparse and by rows: each pixel sees few cells, and no thread pool is woken for a tile.
    per_cell = (across.weights @ (down.weights @ cells.astype(np.float32)).T).T
    return np.asarray(per_cell / _cell_hectares(window, up)[:, np.newaxis], dtype=np.float32)


def density_at(pyramid: HeatPyramid, points: LngLatArrays, *, bandwidth_m: float = BANDWIDTH_M) -> FloatArray:
    """Meldingen per hectare at points in degrees, read between the pixels of a fitting level.

    The points should lie together: the window that holds them all is computed.
    """
    z = reading_level(pyramid, bandwidth_m)
    column, row = pixel_of(points.lon, points.lat, z=z)
    if not column.size:
        return np.zeros(column.shape, dtype=np.float32)
    left, top = math.floor(column.min() - 0.5), math.floor(row.min() - 0.5)
    window = Window(z, left, top, math.ceil(column.max()) - left + 1, math.ceil(row.max()) - top + 1)
    values = density(pyramid, window, bandwidth_m=bandwidth_m)
    return _between_pixels(values, column - left - 0.5, row - top - 0.5)


def fitting_maximum(pyramid: HeatPyramid, *, bandwidth_m: float = BANDWIDTH_M, share: float = 0.98) -> float:
    """A round density that `share` of all meldingen stay under: the top of the colour scale.

    The same for every zoom, so that colours keep their meaning; 1.0 when there are no meldingen.
    """
    values, sums = _density_where_they_are(pyramid, bandwidth_m)
    if not values.size:
        return 1.0
    order = np.argsort(values)
    enough = np.searchsorted(np.cumsum(sums[order]), share * sums.sum())
    return round_up(float(values[order][min(int(enough), values.size - 1)]))


def round_up(value: float) -> float:
    """The nearest number of the form 1, 1.5, 2, 3, 5 or 7.5 times a power of ten that is not smaller."""
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0):
        if step * power >= value * (1.0 - 1e-9):
            return float(f"{step * power:.6g}")
    return 10.0 * power


def colour_steps(values: FloatArray, *, maximum: float) -> npt.NDArray[np.uint8]:
    """Densities as steps of the colour table: 0 for (almost) nothing, 255 for the maximum and more."""
    share = np.clip(values / maximum, 0.0, 1.0)
    return np.where(share < FAINT, 0, np.rint(share * 255.0)).astype(np.uint8)


@lru_cache(maxsize=1)
def colour_table() -> npt.NDArray[np.uint8]:
    """Red, green, blue and opacity of the 256 steps of heat, shape (256, 4); step 0 is not seen."""
    share = np.arange(256) / 255.0
    opacity = np.clip((share - FAINT) / (FULL - FAINT), 0.0, 1.0) ** 0.7 * OPACITY
    alpha = np.rint(opacity * 255.0).astype(np.uint8)
    table = np.column_stack([palette.table(palette.Ramp.WARMTE), alpha])
    table[0] = 0
    return table


def _levels_up(pyramid: HeatPyramid, z: int, sigma: float) -> int:
    """How many levels above z the cells are taken from, for a kernel of `sigma` pixels."""
    wide = math.floor(math.log2(sigma / CELLS)) if sigma > CELLS else 0
    return min(max(wide, z - pyramid.deepest, 0), z)


def _axis(start: int, length: int, *, up: int, sigma: float) -> _Axis:
    """Weights for pixels `start` and on; those of all tiles that lie alike on their cells are one array."""
    cell, within = start >> up, start & ((1 << up) - 1)
    sigma_cells = sigma / (1 << up)
    margin = math.ceil(REACH * sigma_cells) + 1
    return _Axis(_weights(within, length, up, sigma_cells, margin), cell - margin)


@lru_cache(maxsize=64)
def _weights(within: int, length: int, up: int, sigma: float, margin: int) -> csr_array:
    """What each cell gives to each pixel: the kernel over the width of the cell, shape (length, cells).

    Points are taken as spread evenly over their cell, which widens the kernel by a variance of 1/12 cell;
    that is taken off again.
    """
    middles = (within + np.arange(length) + 0.5) / (1 << up)
    cells = math.ceil((within + length) / (1 << up)) + 2 * margin
    edges = np.arange(cells + 1) - margin
    narrowed = math.sqrt(max(sigma**2 - 1.0 / 12.0, 1e-6))
    below = ndtr((edges[np.newaxis, :] - middles[:, np.newaxis]) / narrowed)
    weights = np.diff(below, axis=1)
    away = np.abs(edges[:-1] + 0.5 - middles[:, np.newaxis])
    weights[away > REACH * sigma + 0.5] = 0.0
    return csr_array(weights.astype(np.float32))


def _cell_hectares(window: Window, up: int) -> npt.NDArray[np.float64]:
    """The ground of one cell at each row of a window, in hectares."""
    rows = window.row + np.arange(window.height) + 0.5
    _, latitude = lnglat_of(np.zeros(rows.size), rows, z=window.z)
    side_m = pixel_size_m(window.z, latitude) * (1 << up)
    return np.asarray(side_m**2 / SQUARE_METRES_PER_HECTARE, dtype=np.float64)


def reading_level(pyramid: HeatPyramid, bandwidth_m: float) -> int:
    """The level at which the kernel is 5 to 10 pixels wide."""
    pixels = bandwidth_m / CELLS
    z = math.ceil(math.log2(float(pixel_size_m(0, pyramid.latitude)) / pixels))
    return min(max(z, 0), MAX_ZOOM, pyramid.deepest)


def _density_where_they_are(
    pyramid: HeatPyramid, bandwidth_m: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The density in every pixel that holds something, and what it holds."""
    z = reading_level(pyramid, bandwidth_m)
    values, sums = [np.empty(0)], [np.empty(0)]
    for x, y in pyramid.tiles(z):
        held = pyramid.counts(z, x, y)
        window = Window(z, x * TILE_PIXELS, y * TILE_PIXELS, TILE_PIXELS, TILE_PIXELS)
        values.append(density(pyramid, window, bandwidth_m=bandwidth_m)[held > 0].astype(np.float64))
        sums.append(held[held > 0])
    return np.concatenate(values), np.concatenate(sums)


def _between_pixels(
    values: FloatArray, column: npt.NDArray[np.float64], row: npt.NDArray[np.float64]
) -> FloatArray:
    """Values at fractional columns and rows, by the four pixels around each."""
    left = np.clip(np.floor(column).astype(int), 0, values.shape[1] - 2)
    top = np.clip(np.floor(row).astype(int), 0, values.shape[0] - 2)
    right, below = column - left, row - top
    upper = values[top, left] * (1 - right) + values[top, left + 1] * right
    lower = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
    return np.asarray(upper * (1 - below) + lower * below, dtype=np.float32)

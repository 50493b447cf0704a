"""Heat: points counted in the pixels of every zoom level, ready to be asked for by tile.

Pixels are those of Web Mercator tiles of 256 by 256 (the tiles that Leaflet asks for). A pixel is known by
its Morton code: the bits of its column and row interleaved. Points are coded once at the deepest level,
sorted and counted by run length; dropping two bits of every code gives the level above. The pixels of
a tile are one contiguous range of codes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from geo.crs import FAULT_SENTENCES, Fault, check_lnglat
from geo.errors import CoordinateError, NoSuchTile

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TILE_PIXELS: Final = 256
TILE_BITS: Final = 8
# At level 18 a pixel is 0.37 m wide in the Netherlands: finer than any melding is placed.
DEEPEST: Final = 18
EQUATOR_M: Final = 2.0 * math.pi * 6_378_137.0

_BLOCK_BITS: Final = 5
# Mask i keeps runs of 2**i bits with as many empty ones between them.
_MASKS: Final = (
    0x5555555555555555,
    0x3333333333333333,
    0x0F0F0F0F0F0F0F0F,
    0x00FF00FF00FF00FF,
    0x0000FFFF0000FFFF,
    0x00000000FFFFFFFF,
)


class Level(NamedTuple):
    """The pixels of one zoom level that hold something: sorted Morton codes and the sum in each."""

    codes: IntArray
    sums: FloatArray


@dataclass(frozen=True, slots=True)
class HeatPyramid:
    """Sums per pixel for zoom 0 to the deepest one.

    `latitude` is the middle latitude of the points, by which metres on the ground become pixels; the
    ground is up to 0.2 % larger or smaller at the edges of a town, 3 % at the edges of the country.
    """

    levels: tuple[Level, ...]
    latitude: float
    points: int

    @classmethod
    def from_points(
        cls,
        lon: npt.ArrayLike,
        lat: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
        *,
        deepest: int = DEEPEST,
        latitude: float | None = None,
    ) -> Self:
        """The pyramid of points in degrees WGS84; each counts as 1, or as its weight.

        No points give an empty pyramid. Raises `CoordinateError` when a point cannot be a place in the
        Netherlands or the arrays differ in length.
        """
        lon, lat = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
        weight = None if weights is None else np.asarray(weights, dtype=np.float64)
        _check_points(lon, lat, weight)
        if latitude is None:
            latitude = float((lat.min() + lat.max()) / 2.0) if lat.size else 52.0
        level = _deepest_level(lon, lat, weight, deepest=deepest)
        levels = [level]
        for _ in range(deepest):
            level = _level_above(level)
            levels.append(level)
        return cls(levels=tuple(reversed(levels)), latitude=latitude, points=lon.size)

    @property
    def deepest(self) -> int:
        """The deepest zoom level that is stored."""
        return len(self.levels) - 1

    def total(self, z: int) -> float:
        """The sum over all pixels of level z; the same at every level."""
        return float(self.levels[z].sums.sum())

    def counts(self, z: int, x: int, y: int, *, margin: int = 0) -> FloatArray:
        """Sums per pixel of tile z/x/y with `margin` pixels around it, rows from north to south.

        Shape (256 + 2 margin, 256 + 2 margin). Raises `NoSuchTile` for a tile that does not exist.
        """
        check_tile(z, x, y, deepest=self.deepest)
        size = TILE_PIXELS + 2 * margin
        return self.window(z, x * TILE_PIXELS - margin, y * TILE_PIXELS - margin, width=size, height=size)

    def window(self, z: int, column: int, row: int, *, width: int, height: int) -> FloatArray:
        """Sums per pixel, shape (height, width), from this column and row of level z on.

        Pixels outside the world are 0.
        """
        level = self.levels[z]
        at = _entries_in_blocks(level.codes, _blocks(column, row, width, height, pixels=TILE_PIXELS << z))
        columns, rows = morton_decode(level.codes[at])
        columns -= column
        rows -= row
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        sums = np.zeros((height, width), dtype=np.float64)
        sums[rows[inside], columns[inside]] = level.sums[at[inside]]
        return sums

    def tiles(self, z: int) -> list[tuple[int, int]]:
        """Column and row of every tile of level z that holds something."""
        columns, rows = morton_decode(np.unique(self.levels[z].codes >> (2 * TILE_BITS)))
        return list(zip(columns.tolist(), rows.tolist(), strict=True))


def check_tile(z: int, x: int, y: int, *, deepest: int) -> None:
    """Raise `NoSuchTile` unless tile z/x/y exists at a zoom of 0 to `deepest`."""
    if not 0 <= z <= deepest:
        raise NoSuchTile(f"tegel {z}/{x}/{y}: zoomniveau {z} bestaat niet, wel 0 t/m {deepest}")
    if not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise NoSuchTile(f"tegel {z}/{x}/{y}: op zoomniveau {z} lopen x en y van 0 t/m {(1 << z) - 1}")


def pixel_of(lon: npt.ArrayLike, lat: npt.ArrayLike, *, z: int) -> tuple[FloatArray, FloatArray]:
    """Column and row of points in degrees, as fractions of pixels of level z."""
    size = float(TILE_PIXELS << z)
    sine = np.sin(np.radians(np.asarray(lat, dtype=np.float64)))
    column = (np.asarray(lon, dtype=np.float64) / 360.0 + 0.5) * size
    return column, (0.5 - np.arctanh(sine) / (2.0 * np.pi)) * size


def lnglat_of(column: npt.ArrayLike, row: npt.ArrayLike, *, z: int) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of columns and rows (fractions allowed) of level z."""
    size = float(TILE_PIXELS << z)
    lon = (np.asarray(column, dtype=np.float64) / size - 0.5) * 360.0
    lat = np.degrees(np.arcsin(np.tanh((0.5 - np.asarray(row, dtype=np.float64) / size) * 2.0 * np.pi)))
    return lon, lat


def pixel_size_m(z: int, latitude: npt.ArrayLike) -> FloatArray:
    """Metres on the ground that a pixel of level z spans at a latitude in degrees."""
    return np.asarray(EQUATOR_M / (TILE_PIXELS << z) * np.cos(np.radians(latitude)), dtype=np.float64)


def morton_encode(column: IntArray, row: IntArray) -> IntArray:
    """Morton codes: bit 2i is bit i of the column, bit 2i + 1 bit i of the row."""
    return _spread_bits(column) | (_spread_bits(row) << 1)


def morton_decode(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Column and row of Morton codes."""
    return _gather_bits(codes), _gather_bits(codes >> 1)


def _spread_bits(values: IntArray) -> IntArray:
    bits = values.astype(np.int64)
    for i in reversed(range(5)):
        bits = (bits | (bits << (1 << i))) & _MASKS[i]
    return bits


def _gather_bits(values: IntArray) -> IntArray:
    bits = values & _MASKS[0]
    for i in range(5):
        bits = (bits | (bits >> (1 << i))) & _MASKS[i + 1]
    return bits


def _check_points(lon: FloatArray, lat: FloatArray, weights: FloatArray | None) -> None:
    faults = check_lnglat(lon, lat)
    bad = np.flatnonzero(faults)
    if bad.size:
        row = int(bad[0])
        sentence = FAULT_SENTENCES[Fault(int(faults[row]))]
        raise CoordinateError(
            f"rij {row} ({bad.size} fout): lengte {lon[row]}, breedte {lat[row]}: {sentence}"
        )
    if weights is not None and (weights.shape != lon.shape or not np.isfinite(weights).all()):
        raise CoordinateError(f"{lon.size} punten vragen {lon.size} gewichten die een getal zijn")


def _deepest_level(lon: FloatArray, lat: FloatArray, weights: FloatArray | None, *, deepest: int) -> Level:
    column, row = pixel_of(lon, lat, z=deepest)
    codes = morton_encode(np.floor(column).astype(np.int64), np.floor(row).astype(np.int64))
    if weights is None:
        codes.sort()
        return _run_lengths(codes, np.ones(codes.size))
    order = np.argsort(codes, kind="stable")
    return _run_lengths(codes[order], weights[order])


def _level_above(level: Level) -> Level:
    return _run_lengths(level.codes >> 2, level.sums)


def _run_lengths(codes: IntArray, amounts: FloatArray) -> Level:
    """One entry per distinct code of sorted codes, with the sum of its amounts."""
    if not codes.size:
        return Level(codes, amounts)
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    return Level(codes[starts], np.add.reduceat(amounts, starts))


def _blocks(column: int, row: int, width: int, height: int, *, pixels: int) -> IntArray:
    """Morton codes, in order, of the aligned blocks of 32 by 32 pixels that a window touches."""
    across = _block_range(column, width, pixels=pixels)
    down = _block_range(row, height, pixels=pixels)
    codes = morton_encode(np.tile(across, down.size), np.repeat(down, across.size))
    codes.sort()
    return codes


def _block_range(start: int, length: int, *, pixels: int) -> IntArray:
    first, last = max(start, 0), min(start + length, pixels) - 1
    return np.arange(first >> _BLOCK_BITS, (last >> _BLOCK_BITS) + 1, dtype=np.int64)


def _entries_in_blocks(codes: IntArray, blocks: IntArray) -> IntArray:
    """Positions in `codes` of all entries that lie in one of the blocks."""
    starts = np.searchsorted(codes, blocks << (2 * _BLOCK_BITS))
    lengths = np.searchsorted(codes, (blocks + 1) << (2 * _BLOCK_BITS)) - starts
    shift = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return np.asarray(shift + np.arange(shift.size), dtype=np.int64)

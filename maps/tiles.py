"""Tiles: 256 by 256 pixel images on the web's grid, as PNG bytes."""

from __future__ import annotations

import io
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from geo.crs import Box
from geo.heat import TILE_PIXELS, check_tile, lnglat_of

# Leaflet asks for no deeper level; below the deepest stored level a tile is drawn from that one.
MAX_ZOOM: Final = 22


class Tile(NamedTuple):
    """The address of a tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    def checked(self) -> Tile:
        """The same tile; raises `NoSuchTile` when there is none at this address."""
        check_tile(self.z, self.x, self.y, deepest=MAX_ZOOM)
        return self

    def bounds_4326(self) -> Box:
        """The ground that the tile shows, in degrees."""
        columns = np.array([self.x, self.x + 1]) * TILE_PIXELS
        rows = np.array([self.y + 1, self.y]) * TILE_PIXELS
        lon, lat = lnglat_of(columns, rows, z=self.z)
        return Box(float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1]))


def indexed_png(steps: npt.NDArray[np.uint8], table: npt.NDArray[np.uint8]) -> bytes:
    """A PNG whose pixel i has colour `table[i]`; `table` has shape (256, 4): red, green, blue, opacity."""
    image = Image.fromarray(np.ascontiguousarray(steps))
    image.putpalette(table[:, :3].tobytes(), "RGB")
    stream = io.BytesIO()
    image.save(stream, "PNG", transparency=table[:, 3].tobytes(), compress_level=4)
    return stream.getvalue()


@cache
def empty_png() -> bytes:
    """A tile on which nothing is drawn."""
    nothing = np.zeros((TILE_PIXELS, TILE_PIXELS), dtype=np.uint8)
    return indexed_png(nothing, np.zeros((256, 4), dtype=np.uint8))

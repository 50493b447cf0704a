"""Barriers: lines or polygons that part neighbours, from a file of the gemeente."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from geo.errors import ImportRefused

MOST_ROWS: Final = 100_000
_RD: Final = "EPSG:28992"


def read_barriers(path: str | Path) -> NDArray[np.object_]:
    """The lines and polygons of a GeoJSON or GeoPackage file, in RD metres.

    Points are left out. Raises ImportRefused for a file that cannot be read, that does not say in which
    coordinates it is, or that has no line or polygon.
    """
    path = Path(path)
    try:
        rows = gpd.read_file(path, max_features=MOST_ROWS)
    except (DataSourceError, OSError, ValueError) as fault:
        raise ImportRefused(f"{path.name}: kan niet gelezen worden ({fault}).") from fault
    if not isinstance(rows, gpd.GeoDataFrame) or rows.crs is None:
        raise ImportRefused(f"{path.name}: het bestand zegt niet in welke coördinaten het staat.")
    shapes = np.asarray(rows.to_crs(_RD).geometry.array, dtype=object)
    parts = shapely.get_parts(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    kept = shapely.make_valid(parts[shapely.get_dimensions(parts) > 0])
    if not len(kept):
        raise ImportRefused(f"{path.name}: er staat geen lijn of vlak in.")
    return np.asarray(kept, dtype=object)

"""Geometries: points that a table holds as WKT or as hexadecimal WKB."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import FloatArray


def read_points(texts: Sequence[str]) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """The first and second coordinate of each text (NaN when it is no point), and whether there is a text.

    An SRID before the WKT (`SRID=4326;POINT (...)`) is passed over.
    """
    values = np.array([text.strip().split(";")[-1] or None for text in texts], dtype=object)
    is_hex = np.array([text is not None and text[:2] in ("00", "01") for text in values], dtype=np.bool_)
    shapes = np.full(len(values), None, dtype=object)
    shapes[is_hex] = shapely.from_wkb(values[is_hex], on_invalid="ignore")
    shapes[~is_hex] = shapely.from_wkt(values[~is_hex], on_invalid="ignore")
    given = np.array([text is not None for text in values], dtype=np.bool_)
    return shapely.get_x(shapes), shapely.get_y(shapes), given

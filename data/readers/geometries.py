"""Geometries: points that a table holds as WKT or as hexadecimal WKB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import FloatArray

Shapes = npt.NDArray[np.object_]


def read_points(texts: Sequence[str]) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """The first and second coordinate of each text (NaN when it is no point), and whether there is a text.

    An SRID before the WKT (`SRID=4326;POINT (...)`) is passed over.
    """
    values = np.array([text.strip().split(";")[-1] or None for text in texts], dtype=object)
    is_hex = np.array([text is not None and text[:2] in ("00", "01") for text in values], dtype=np.bool_)
    shapes = np.full(len(values), None, dtype=object)
    shapes[is_hex] = _parsed(shapely.from_wkb, values[is_hex])
    shapes[~is_hex] = _parsed(shapely.from_wkt, values[~is_hex])
    given = np.array([text is not None for text in values], dtype=np.bool_)
    shapes[shapely.is_empty(shapes)] = None
    return shapely.get_x(shapes), shapely.get_y(shapes), given


def _parsed(parse: Callable[..., Any], texts: Shapes) -> Shapes:
    """The geometry of each text, None where there is none; at a curve shapely stops, so then one by one."""
    try:
        return np.asarray(parse(texts, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        return np.array([_parsed_alone(parse, text) for text in texts], dtype=object)


def _parsed_alone(parse: Callable[..., Any], text: str | None) -> Any:
    try:
        return parse(text, on_invalid="ignore")
    except NotImplementedError:
        return None

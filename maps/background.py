"""Background: water, borders of municipalities and railways around the areas, drawn without any map tiles.

What is not land of some municipality is water. Only what lies within the box is claimed: beyond
it the map has the colour of land and shows nothing. Rivers that belong to a municipality are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import orjson
import shapely
from shapely import LineString, MultiLineString

from geo.crs import Box
from maps.choropleth import Geometries, check_rd_frame, in_degrees

MARGIN_M: Final = 8_000.0
TOLERANCE_M: Final = 25.0
# Gaps between municipalities that are narrower than twice this come from simplified outlines.
GAP_M: Final = 30.0


@dataclass(frozen=True, slots=True)
class Background:
    """Polygons of water and lines of borders and railways, in RD metres, cut off some way around a map."""

    water: Geometries
    borders: Geometries
    railways: Geometries

    def as_geojson(self) -> dict[str, bytes]:
        """The layers `water`, `grens` and `spoor`, each a FeatureCollection in degrees."""
        layers = {"water": self.water, "grens": self.borders, "spoor": self.railways}
        return {name: _collection(geometries) for name, geometries in layers.items()}


def background_around(
    box_rd: Box, *, land: gpd.GeoDataFrame, railways: gpd.GeoDataFrame, margin_m: float = MARGIN_M
) -> Background:
    """What lies within `margin_m` of a box in RD metres; both frames in EPSG:28992, else `CrsMismatch`."""
    check_rd_frame(land)
    check_rd_frame(railways)
    box = Box(box_rd.xmin - margin_m, box_rd.ymin - margin_m, box_rd.xmax + margin_m, box_rd.ymax + margin_m)
    near = _cut(np.asarray(land.geometry.array, dtype=object), box)
    lines = _cut(np.asarray(railways.geometry.array, dtype=object), box)
    return Background(_water(near, box), _borders(near), shapely.simplify(lines, 5.0))


def box_of(areas: gpd.GeoDataFrame) -> Box:
    """The box around an area frame, in RD metres."""
    check_rd_frame(areas)
    return Box(*(float(v) for v in areas.total_bounds))


def _water(land: Geometries, box: Box) -> Geometries:
    """What is left of the box without the land, its narrow gaps closed."""
    whole = shapely.union_all(land)
    closed = shapely.buffer(shapely.buffer(whole, GAP_M, join_style="mitre"), -GAP_M, join_style="mitre")
    water = shapely.get_parts(shapely.difference(shapely.box(*box), closed))
    simple = shapely.simplify(water, TOLERANCE_M)
    return np.asarray(simple[shapely.area(simple) > 10_000.0], dtype=object)


def _borders(land: Geometries) -> Geometries:
    """The borders between municipalities, each once, without the edge of the box."""
    simple = shapely.simplify(land, TOLERANCE_M)
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(simple), grid_size=1.0))
    parts = merged.geoms if isinstance(merged, MultiLineString) else [merged]
    lines = [part for part in parts if isinstance(part, LineString) and part.length > 4.0 * GAP_M]
    return np.array(lines, dtype=object)


def _cut(geometries: Geometries, box: Box) -> Geometries:
    cut = np.asarray(shapely.clip_by_rect(geometries, *box), dtype=object)
    return np.asarray(cut[~shapely.is_empty(cut)], dtype=object)


def _collection(geometries: Geometries) -> bytes:
    features = [
        {"type": "Feature", "id": str(i), "properties": {}, "geometry": orjson.Fragment(text)}
        for i, text in enumerate(shapely.to_geojson(in_degrees(geometries)))
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})

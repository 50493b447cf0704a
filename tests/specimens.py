"""One specimen of each thing that tests speak of."""

from __future__ import annotations

import math

import geopandas as gpd
from shapely.geometry import Polygon


def four_buurten() -> gpd.GeoDataFrame:
    """Four buurten of about 1 km2 that share wavy borders, south-west first, near Maassluis."""
    wave = [(t * 10.0, round(8.0 * math.sin(t * math.pi / 10.0), 3)) for t in range(101)]

    def outline(i: int, j: int) -> Polygon:
        x, y = 78_000.0 + i * 1_000.0, 436_000.0 + j * 1_000.0
        south = [(x + a, y + b) for a, b in wave]
        east = [(x + 1_000.0 + b, y + a) for a, b in wave]
        north = [(x + a, y + 1_000.0 + b) for a, b in reversed(wave)]
        west = [(x + b, y + a) for a, b in reversed(wave)]
        return Polygon([*south[:-1], *east[:-1], *north[:-1], *west[:-1]])

    codes = ["BU99990101", "BU99990102", "BU99990201", "BU99990202"]
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "naam": ["Zuidwest", "Zuidoost", "Noordwest", "Noordoost"],
            "parent": ["WK999901", "WK999901", "WK999902", "WK999902"],
            "gemeente": "GM9999",
            "water": False,
        },
        geometry=[outline(i, j) for j in (0, 1) for i in (0, 1)],
        crs="EPSG:28992",
    )

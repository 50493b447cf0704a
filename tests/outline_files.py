"""Outline files: three square buurten as CBS and PDOK write them, in every form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
from constructed_edition import square

PDOK = ("buurtcode", "buurtnaam", "wijkcode", "wijknaam", "gemeentecode", "gemeentenaam", "water", "jaar")
CBS_OLD = ("BU_CODE", "BU_NAAM", "WK_CODE", "WK_NAAM", "GM_CODE", "GM_NAAM", "WATER", "JAAR")
SQUARES = [square(0, 0), square(1, 0), square(0, 1)]


def frame(**columns: Sequence[Any] | None) -> gpd.GeoDataFrame:
    """Three square buurten as PDOK publishes them; `columns` replaces some, None leaves one out."""
    values: dict[str, Any] = {
        "buurtcode": ["BU99990101", "BU99990102", "BU99990201"],
        "buurtnaam": ["De Breeën", "'t Scheur", "Zuid"],
        "wijkcode": ["WK999901", "WK999901", "WK999902"],
        "wijknaam": ["Noord", "Noord", "Zuid"],
        "gemeentecode": ["GM9999"] * 3,
        "gemeentenaam": ["Súdstêd"] * 3,
        "water": ["NEE", "JA", "NEE"],
        "jaar": [2019] * 3,
    }
    values |= columns
    geometry = values.pop("geometry", SQUARES)
    return gpd.GeoDataFrame({k: v for k, v in values.items() if v is not None}, geometry=geometry, crs=28992)


def gpkg(path: Path, buurten: gpd.GeoDataFrame, *, layer: str = "buurten") -> Path:
    file = path / "wijkenbuurten.gpkg"
    buurten.to_file(file, layer=layer)
    return file


def old_shapefiles(folder: Path, encoding: str, *, cpg: bool) -> Path:
    """Three shapefiles named and encoded as in CBS's own zips."""
    folder.mkdir()
    buurten = frame().rename(columns=dict(zip(PDOK, CBS_OLD, strict=True)))
    wijken = buurten.dissolve("WK_CODE", as_index=False)[
        ["WK_CODE", "WK_NAAM", "GM_CODE", "GM_NAAM", "geometry"]
    ]
    gemeenten = buurten.dissolve("GM_CODE", as_index=False)[["GM_CODE", "GM_NAAM", "geometry"]]
    for name, layer in (("buurt_2019", buurten), ("wijk_2019", wijken), ("gem_2019", gemeenten)):
        layer.to_file(folder / f"{name}.shp", encoding=encoding)
        if not cpg:
            (folder / f"{name}.cpg").unlink()
    return folder


def geojson(path: Path, geometry: object, **more: object) -> Path:
    """A GeoJSON file with one feature; `more` stands beside the features."""
    file = path / "buurten_2019.geojson"
    properties = {"buurtcode": "BU06220101", "buurtnaam": "Indische Buurt"}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    file.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature], **more}), encoding="utf-8"
    )
    return file


def ring(*points: Sequence[float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [list(points)]}

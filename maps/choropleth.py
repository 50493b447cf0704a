"""Choropleths: outlines of areas and the values in them, as two answers.

Outlines hardly change: they are made once, named after a hash of their bytes and may be kept forever. Values
change with each filter: they are small and know the areas by code only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

from geo.crs import RDArrays, to_lnglat
from geo.errors import CrsMismatch, MapError, UnknownCode
from maps import palette
from maps.classes import MISSING, SMALL, Classes, Method, classify
from maps.facts import Facts
from maps.legend import (
    NO_DATA_TEXT,
    TOO_SMALL_TEXT,
    Fill,
    Legend,
    class_legend,
    fills,
    no_data_fill,
    too_small_fill,
)
from maps.numbers import dutch
from maps.palette import Ramp

FloatArray = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

RD_EPSG: Final = 28992
DECIMALS: Final = 6
TOLERANCE_M: Final = 5.0


@dataclass(frozen=True, slots=True)
class AreaGeometry:
    """GeoJSON bytes (RFC 7946) and the hash that names them."""

    content: bytes
    digest: str


def geometry_geojson(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> AreaGeometry:
    """Outlines of an area frame as a FeatureCollection in degrees (CRS84) with 6 decimals, about 0.1 m.

    Every feature has its code as `id` and the properties `code, naam, bovenliggend, water`. Outlines are
    simplified together, so that neighbours keep one shared border; `tolerance_m` 0 keeps every corner.
    Raises `CrsMismatch` for a frame that is not in EPSG:28992.
    """
    outlines = outlines_4326(areas, tolerance_m=tolerance_m)
    collection: dict[str, object] = {"type": "FeatureCollection"}
    if len(areas):
        collection["bbox"] = [round(float(v), DECIMALS) for v in shapely.total_bounds(outlines)]
    collection["features"] = _features(areas, outlines)
    content = orjson.dumps(collection)
    return AreaGeometry(content, hashlib.sha256(content).hexdigest()[:16])


def outlines_4326(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> Geometries:
    """The outlines of an area frame in degrees, simplified together; outer rings run anticlockwise."""
    check_rd_frame(areas)
    simple = simplified(np.asarray(areas.geometry.array, dtype=object), tolerance_m=tolerance_m)
    return shapely.orient_polygons(in_degrees(simple))


def simplified(outlines: Geometries, *, tolerance_m: float) -> Geometries:
    """Outlines in metres with fewer corners, shared borders still shared; 0 keeps every corner.

    Where the outlines overlap and one would become empty or invalid, all stay as they are. Raises `MapError`
    for a tolerance that is negative or not finite.
    """
    if not 0.0 <= tolerance_m < np.inf:
        raise MapError(f"vereenvoudigen met {tolerance_m} meter kan niet; kies 0 of meer")
    if tolerance_m == 0.0 or not len(outlines):
        return outlines
    simple = np.asarray(shapely.coverage_simplify(outlines, tolerance_m), dtype=object)
    good = shapely.is_valid(simple) & ~shapely.is_empty(simple)
    return simple if good.all() else outlines


def in_degrees(geometries: Geometries) -> Geometries:
    """RD geometries in degrees, coordinates rounded to 6 decimals."""

    def transformed(coordinates: FloatArray) -> FloatArray:
        lon, lat = to_lnglat(RDArrays(coordinates[:, 0], coordinates[:, 1]))
        return np.asarray(np.round(np.column_stack([lon, lat]), DECIMALS), dtype=np.float64)

    return np.asarray(shapely.transform(geometries, transformed), dtype=object)


def check_rd_frame(frame: gpd.GeoDataFrame) -> None:
    """Raise `CrsMismatch` unless the frame is in EPSG:28992."""
    epsg = frame.crs.to_epsg() if frame.crs is not None else None
    if epsg != RD_EPSG:
        raise CrsMismatch(f"gebieden staan in EPSG:{epsg or 'onbekend'}, de kaart vraagt EPSG:{RD_EPSG}")


def values_by_code(values: pd.Series[float], areas: gpd.GeoDataFrame) -> FloatArray:
    """A value per area, in the order of the frame; NaN where the series, which is by code, has none.

    Raises `UnknownCode` when the series has codes that the frame does not have.
    """
    unknown = sorted(set(values.index) - set(areas["code"]))
    if unknown:
        raise UnknownCode(f"geen omtrek voor {len(unknown)} codes: {', '.join(map(str, unknown[:5]))}")
    return np.asarray(values.reindex(areas["code"]), dtype=np.float64)


def area_fills(classes: Classes, ramp: Ramp) -> list[Fill]:
    """How each area is drawn, in the order that the values had."""
    known = {MISSING: no_data_fill(), SMALL: too_small_fill(), **dict(enumerate(fills(classes, ramp)))}
    return [known[i] for i in classes.index.tolist()]


def value_texts(values: FloatArray, classes: Classes) -> list[str]:
    """Each value as Dutch text, or why there is none."""
    words = {MISSING: NO_DATA_TEXT, SMALL: TOO_SMALL_TEXT}
    pairs = zip(classes.index.tolist(), np.asarray(values, dtype=np.float64).tolist(), strict=True)
    return [words.get(i) or dutch(value, classes.decimals) for i, value in pairs]


def value_layer(
    codes: list[str], values: npt.ArrayLike, classes: Classes, *, facts: Facts, ramp: Ramp = Ramp.VEEL
) -> dict[str, object]:
    """What a map needs to colour areas whose outlines it has, with Dutch names, ready for JSON.

    `legenda` holds the facts and a line per class with its number of areas; `klassen` the colours;
    `waarden` per code the value (None when there is none), its class and its text.
    """
    array = np.asarray(values, dtype=np.float64)
    known = classes.index >= 0
    shown = [value if ok else None for value, ok in zip(array.tolist(), known.tolist(), strict=True)]
    rows = zip(codes, shown, classes.index.tolist(), value_texts(array, classes), strict=True)
    return {
        "legenda": class_legend(classes, facts, ramp=ramp).as_dict(),
        "klassen": drawn_fills(len(classes), ramp),
        "waarden": {code: {"waarde": v, "klasse": i, "tekst": text} for code, v, i, text in rows},
    }


def drawn_fills(number: int, ramp: Ramp) -> dict[str, dict[str, str | None]]:
    """Colours and pattern by class number, for this number of classes; -1 is no value, -2 too small."""
    colours = (Fill(one, palette.outline_for(one)) for one in palette.colours(ramp, number))
    known = {**dict(enumerate(colours)), MISSING: no_data_fill(), SMALL: too_small_fill()}
    return {
        str(i): {
            "kleur": fill.colour,
            "lijn": fill.line,
            "patroon": fill.hatch.value or None,
            "patroonKleur": fill.hatch_colour or None,
        }
        for i, fill in known.items()
    }


def _features(areas: gpd.GeoDataFrame, outlines: Geometries) -> list[dict[str, object]]:
    columns = (areas["code"], areas["naam"], areas["parent"], areas["water"])
    rows = zip(*(column.tolist() for column in columns), shapely.to_geojson(outlines), strict=True)
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {
                "code": code,
                "naam": name,
                "bovenliggend": None if pd.isna(parent) else parent,
                "water": bool(water),
            },
            "geometry": orjson.Fragment(outline),
        }
        for code, name, parent, water, outline in rows
    ]


@dataclass(frozen=True, slots=True)
class Choropleth:
    """Everything that one picture or page of areas shows: frame, a value and a class per row, and words."""

    areas: gpd.GeoDataFrame
    values: FloatArray
    classes: Classes
    facts: Facts
    ramp: Ramp = Ramp.VEEL

    @classmethod
    def of(
        cls,
        areas: gpd.GeoDataFrame,
        values: pd.Series[float],
        *,
        facts: Facts,
        k: int = 5,
        method: Method = Method.NATUURLIJK,
        small: Collection[str] = (),
        ramp: Ramp = Ramp.VEEL,
    ) -> Self:
        """A choropleth of values by code; `small` are codes of areas too small for a value.

        Raises `CrsMismatch` for a frame that is not in EPSG:28992, `UnknownCode` for codes without outline.
        """
        check_rd_frame(areas)
        array = values_by_code(values, areas)
        classes = classify(array, k=k, method=method, small=areas["code"].isin(small))
        return cls(areas, array, classes, facts, ramp)

    def fills(self) -> list[Fill]:
        """How each area is drawn."""
        return area_fills(self.classes, self.ramp)

    def texts(self) -> list[str]:
        """Each value as Dutch text, or why there is none."""
        return value_texts(self.values, self.classes)

    def legend(self) -> Legend:
        """What the colours mean."""
        return class_legend(self.classes, self.facts, ramp=self.ramp)

    def layer(self) -> dict[str, object]:
        """The values as a layer for a live map; see `value_layer`."""
        codes = self.areas["code"].tolist()
        return value_layer(codes, self.values, self.classes, facts=self.facts, ramp=self.ramp)

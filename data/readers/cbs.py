"""CBS: outlines of buurten, wijken and gemeenten as CBS and PDOK publish them, read into an edition.

The key figures that belong to them are in `data.readers.kerncijfers`, and are reachable from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data.readers.area_files import Layer, find_layers, read_layer
from data.readers.code_match import CodeMatch, check_codes
from data.readers.kerncijfers import (
    FigureFile,
    FigureReport,
    read_figure_file,
    read_figures,
    year_in_name,
)
from geo.areas import RD_EPSG, Edition, Level, area_frame, dissolve, gemeente_code, parent_code, well_formed
from geo.crs import FAULT_SENTENCES, Fault, LngLatArrays, check_lnglat, check_rd, to_rd
from geo.errors import ImportRefused

__all__ = [
    "CodeMatch",
    "FigureFile",
    "FigureReport",
    "check_codes",
    "read_areas",
    "read_figure_file",
    "read_figures",
    "year_in_name",
]

# PDOK's names first, then those in CBS's own files of 2009-2021 (`h2o` stands for `water` in some).
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "buurt": ("buurtcode", "bu_code"),
    "buurtnaam": ("buurtnaam", "bu_naam"),
    "wijk": ("wijkcode", "wk_code"),
    "wijknaam": ("wijknaam", "wk_naam"),
    "gemeente": ("gemeentecode", "gm_code"),
    "gemeentenaam": ("gemeentenaam", "gm_naam"),
    "water": ("water", "h2o"),
    "jaar": ("jaar",),
}
_WATER: Final = {"JA": True, "NEE": False, "": False}
# Belgian ground in and around Baarle-Nassau, which CBS draws for completeness (GM0998).
_ABROAD: Final = "B"
_LNGLAT_EPSG: Final = frozenset({4326, 4979, 4258})


def read_areas(
    path: str | Path, *, year: int | None = None, gemeenten: Collection[str] | None = None
) -> Edition:
    """The edition in a "wijken en buurten" file: GeoPackage, shapefiles, GeoJSON or GeoParquet.

    Shapefiles come as a folder or a zip. `year` is that of the division, else the file's own column or name
    tells it. `gemeenten` keeps only these GM codes. Wijken and gemeenten that have no layer are the unions
    of the buurten. Areas of water are kept, flagged `water`; the land and the water part of one code become
    one area; ground abroad is left out. Outlines in degrees (GeoJSON) go through `geo.crs`, without adding
    points; all others must be in EPSG:28992. Nothing is repaired: see `geo.coverage`.

    Raises ImportRefused, with file, layer, feature number and value.
    """
    path = Path(path)
    layers = find_layers(path, year=year)
    tables = {level: _table(read_layer(layer), level, layer) for level, layer in layers.items()}
    found = _year(tables, path.name, year)
    tables = {level: _of_gemeenten(table, gemeenten, layers[level]) for level, table in tables.items()}
    frames = {level: _areas(table, level, layers[level]) for level, table in tables.items()}
    return _edition(found, frames, tables[Level.BUURT])


def _table(frame: gpd.GeoDataFrame, level: Level, layer: Layer) -> gpd.GeoDataFrame:
    """The frame under our column names, with the feature's number and its codes checked."""
    lower = {str(column).lower(): column for column in frame.columns}
    table = gpd.GeoDataFrame({"feature": np.arange(1, len(frame) + 1)}, geometry=frame.geometry.to_numpy())
    table = table.set_crs(frame.crs, allow_override=True) if frame.crs is not None else table
    for name, known in _NAMES.items():
        column = next((lower[key] for key in known if key in lower), None)
        if column is not None:
            table[name] = frame[column].to_numpy()
    for needed in (level.value, f"{level.value}naam"):
        if needed not in table.columns:
            options = " of ".join(_NAMES[needed])
            columns = ", ".join(map(str, frame.columns))
            raise ImportRefused(f"{layer.place}: de kolom {options} ontbreekt; wel: {columns}.")
    table[level.value] = table[level.value].astype("str").str.strip()
    _check_codes_of(table, level, layer)
    table["gemeente"] = [gemeente_code(code) for code in table[level.value]]
    return _without_abroad(table, layer)


def _check_codes_of(table: gpd.GeoDataFrame, level: Level, layer: Layer) -> None:
    wrong = table[~well_formed(table[level.value], level)]
    if len(wrong):
        feature, code = wrong["feature"].iloc[0], wrong[level.value].iloc[0]
        raise ImportRefused(f"{layer.place}, gebied {feature}: '{code}' is geen code van een {level}.")


def _without_abroad(table: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    if "water" not in table.columns:
        return table.assign(water=False)
    words = pd.Series(table["water"], index=table.index).fillna("").astype("str").str.strip().str.upper()
    unknown = words[~words.isin([*_WATER, _ABROAD])]
    if len(unknown):
        feature = table["feature"].loc[unknown.index[0]]
        raise ImportRefused(f"{layer.place}, gebied {feature}: water is '{unknown.iloc[0]}', niet JA of NEE.")
    here = (words != _ABROAD).to_numpy()
    return table[here].assign(water=words[here].map(_WATER).astype(bool)).reset_index(drop=True)


def _year(tables: Mapping[Level, gpd.GeoDataFrame], name: str, year: int | None) -> int:
    written = {value for table in tables.values() if "jaar" in table for value in table["jaar"].dropna()}
    told = {_year_of(value, name) for value in written}
    if len(told) > 1:
        raise ImportRefused(f"{name}: indelingen van meer jaren door elkaar: {sorted(told)}.")
    column = told.pop() if told else None
    if year is not None and column is not None and column != year:
        raise ImportRefused(f"{name}: in het bestand staat indeling {column}, gevraagd is {year}.")
    found = year or column or year_in_name(name)
    if found is None:
        raise ImportRefused(f"{name}: het jaar van de indeling staat er niet bij; geef het op.")
    return found


def _year_of(value: object, name: str) -> int:
    try:
        return int(str(value).removesuffix(".0"))
    except ValueError:
        raise ImportRefused(f"{name}: in de kolom jaar staat '{value}', dat is geen jaar.") from None


def _of_gemeenten(
    table: gpd.GeoDataFrame, gemeenten: Collection[str] | None, layer: Layer
) -> gpd.GeoDataFrame:
    if gemeenten is None:
        return table
    absent = sorted(set(gemeenten) - set(table["gemeente"]))
    if absent:
        raise ImportRefused(f"{layer.place}: gemeente {', '.join(absent)} staat er niet in.")
    return table[table["gemeente"].isin(list(gemeenten))].reset_index(drop=True)


def _areas(table: gpd.GeoDataFrame, level: Level, layer: Layer) -> gpd.GeoDataFrame:
    _check_outlines(table, layer)
    outlines = _in_rd(table, layer)
    parents = [parent_code(code) for code in table[level.value]]
    told = table["wijk"] if level is Level.BUURT and "wijk" in table else None
    if told is not None:
        # A few buurten in older files carry no wijk: the code tells it.
        parents = [
            given if isinstance(given, str) and given else own
            for given, own in zip(told, parents, strict=True)
        ]
    areas = area_frame(
        code=table[level.value],
        naam=table[f"{level.value}naam"].fillna("").astype("str").str.strip(),
        parent=parents,
        gemeente=table["gemeente"],
        water=table["water"],
        geometry=outlines,
    )
    return _land_with_water(areas)


def _check_outlines(table: gpd.GeoDataFrame, layer: Layer) -> None:
    outlines = table.geometry.to_numpy()
    area = np.isin(shapely.get_type_id(outlines), [3, 6]) & ~shapely.is_empty(outlines)
    if area.all():
        return
    row = int(np.flatnonzero(~area)[0])
    outline = outlines[row]
    kind = "leeg of niet te lezen (ring niet gesloten of te kort)"
    if outline is not None and not outline.is_empty:
        kind = f"een {outline.geom_type}"
    raise ImportRefused(
        f"{layer.place}, gebied {table['feature'].iloc[row]}: de omtrek is {kind}, "
        f"nodig is een Polygon of MultiPolygon ({int((~area).sum())} keer fout)."
    )


def _in_rd(table: gpd.GeoDataFrame, layer: Layer) -> npt.NDArray[np.object_]:
    if table.crs is None:
        raise ImportRefused(f"{layer.place}: het coördinatenstelsel staat er niet bij; nodig is EPSG:28992.")
    epsg = table.crs.to_epsg()
    outlines: npt.NDArray[np.object_] = shapely.force_2d(table.geometry.to_numpy())
    degrees = layer.may_be_lnglat and (epsg in _LNGLAT_EPSG or table.crs.to_string() == "OGC:CRS84")
    if not degrees and epsg != RD_EPSG:
        raise ImportRefused(f"{layer.place}: staat in {table.crs.to_string()}, nodig is EPSG:28992 (RD).")
    _check_bounds(outlines, table, layer, degrees=degrees)
    return _to_rd(outlines) if degrees else outlines


def _check_bounds(
    outlines: npt.NDArray[np.object_], table: gpd.GeoDataFrame, layer: Layer, *, degrees: bool
) -> None:
    coordinates, owner = shapely.get_coordinates(outlines, return_index=True)
    check = check_lnglat if degrees else check_rd
    faults = check(coordinates[:, 0], coordinates[:, 1])
    bad = np.flatnonzero(faults)
    if bad.size:
        x, y = coordinates[bad[0]]
        feature = table["feature"].iloc[int(owner[bad[0]])]
        sentence = FAULT_SENTENCES[Fault(int(faults[bad[0]]))]
        raise ImportRefused(f"{layer.place}, gebied {feature}: punt {x}, {y}: {sentence}.")


def _to_rd(outlines: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    def transform(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_rd(LngLatArrays(coordinates[:, 0], coordinates[:, 1])))

    return np.asarray(shapely.transform(outlines, transform), dtype=object)


def _land_with_water(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One area where a code has a land row and water rows; a code with two land rows stays double."""
    land = areas.groupby("code")["water"].transform(lambda water: (~water).sum())
    mixed = (land == 1) & areas["code"].duplicated(keep=False)
    if not mixed.any():
        return areas
    parts = areas[mixed]
    whole = parts[~parts["water"]].copy()
    unions = parts.groupby("code")["geometry"].agg(lambda group: shapely.union_all(group.to_numpy()))
    whole["geometry"] = unions.loc[whole["code"]].to_numpy()
    joined = pd.concat([areas[~mixed], whole], ignore_index=True)
    frame = gpd.GeoDataFrame(joined, crs=areas.crs)
    return frame.sort_values("code", kind="stable", ignore_index=True)


def _edition(year: int, frames: dict[Level, gpd.GeoDataFrame], buurten: gpd.GeoDataFrame) -> Edition:
    wijken = frames.get(Level.WIJK)
    if wijken is None:
        wijken = dissolve(frames[Level.BUURT], _names(buurten, "wijk"))
    gemeenten = frames.get(Level.GEMEENTE)
    if gemeenten is None:
        gemeenten = dissolve(wijken, _names(buurten, "gemeente"))
    return Edition(year, frames[Level.BUURT], wijken, gemeenten)


def _names(table: gpd.GeoDataFrame, level: str) -> dict[str, str]:
    if level not in table or f"{level}naam" not in table:
        return {}
    pairs = table[[level, f"{level}naam"]].dropna().drop_duplicates(level)
    return {str(code): str(name).strip() for code, name in pairs.itertuples(index=False)}

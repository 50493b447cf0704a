"""Pages: maps as one file of HTML, drawn by folium, that opens without network.

Under the map stand the same figures as a table, beside it the legend and the facts. Names and other texts
reach the page only as escaped HTML or as JSON that the script shows as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import folium
import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from geo.crs import Box
from maps import palette
from maps.background import Background
from maps.choropleth import Choropleth, check_rd_frame, geometry_geojson, values_by_code
from maps.facts import EXAMPLE
from maps.layers import add_areas, empty_map, finish, heat_layer
from maps.legend import Fill, Legend, no_data_fill, too_small_fill
from maps.numbers import dutch
from maps.selfcontained import self_contained
from maps.warmtekaart import HeatMap
from maps.webassets import PageAssets

Rows = list[tuple[str, str, str]]
About = Sequence[tuple[str, str]]


def choropleth_page(
    shown: Choropleth,
    *,
    assets: PageAssets,
    background: Background | None = None,
    tolerance_m: float = 5.0,
    about: About = (),
) -> str:
    """HTML of a map of areas in classes, with tooltip, legend, facts and a table of all values.

    `about` is what else to tell under the table, as (name, text).
    """
    drawn = empty_map(_box_4326(shown.areas), background)
    geometry = geometry_geojson(shown.areas, tolerance_m=tolerance_m).content
    unit = f" {shown.facts.unit}" if shown.facts.unit else ""
    texts = [
        f"{text}{unit}" if index >= 0 else text
        for text, index in zip(shown.texts(), shown.classes.index.tolist(), strict=True)
    ]
    add_areas(drawn, geometry, lines=texts, fills=shown.fills(), example=shown.facts.example)
    finish(drawn, background, shown.facts)
    rows = _rows(shown.areas, shown.texts())
    return _page(drawn, shown.legend(), assets=assets, rows=rows, column=shown.facts.unit, about=about)


def heat_page(
    shown: HeatMap,
    *,
    assets: PageAssets,
    background: Background | None = None,
    tolerance_m: float = 5.0,
    about: About = (),
) -> str:
    """HTML of a heatmap under the outlines of areas, with legend, facts and, with counts, a table."""
    check_rd_frame(shown.areas)
    box = _box_4326(shown.areas)
    drawn = empty_map(box, background)
    numbers = None if shown.counts is None else _numbers(shown.areas, shown.counts)
    geometry = geometry_geojson(shown.areas, tolerance_m=tolerance_m).content
    lines = [""] * len(shown.areas) if numbers is None else [f"{text} meldingen" for text in numbers]
    outline = Fill(palette.LAND, "#56616a")
    folium.map.CustomPane("warmte", z_index=350).add_to(drawn)
    add_areas(
        drawn, geometry, lines=lines, fills=[outline] * len(lines), example=shown.facts.example, under=True
    )
    heat_layer(shown, box).add_to(drawn)
    finish(drawn, background, shown.facts)
    rows = [] if numbers is None else _rows(shown.areas, numbers)
    return _page(drawn, shown.legend(), assets=assets, rows=rows, column="meldingen", about=about)


def _box_4326(areas: gpd.GeoDataFrame) -> Box:
    bbox = orjson.loads(geometry_geojson(areas).content).get("bbox", [4.0, 51.5, 7.0, 53.5])
    return Box(*bbox)


def _numbers(areas: gpd.GeoDataFrame, counts: pd.Series[float]) -> list[str]:
    return [dutch(value) for value in np.nan_to_num(values_by_code(counts, areas)).tolist()]


def _rows(areas: gpd.GeoDataFrame, texts: Sequence[str]) -> Rows:
    """Name, code and text of each area, by name: a list is no ranking."""
    rows = zip(areas["naam"].tolist(), areas["code"].tolist(), texts, strict=True)
    return sorted(rows, key=lambda row: (row[0].casefold(), row[1]))


def _page(
    drawn: folium.Map, legend: Legend, *, assets: PageAssets, rows: Rows, column: str, about: About
) -> str:
    parts = self_contained(drawn, assets)
    patterns = [(f.hatch.value, f.colour, f.hatch_colour) for f in (no_data_fill(), too_small_fill())]
    return (
        _template()
        .get_template("page.html")
        .render(
            header=parts.header,
            body=parts.body,
            script=parts.script,
            css=Markup(_asset("page.css")),  # noqa: S704
            facts=legend.facts,
            legend=legend.as_html(),
            counted=any(entry.areas is not None for entry in legend.entries),
            patterns=patterns,
            table=rows,
            column=column,
            about=about,
            example=EXAMPLE,
        )
    )


@cache
def _template() -> Environment:
    return Environment(loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined)


def _asset(name: str) -> str:
    return files("maps").joinpath("assets", name).read_text(encoding="utf-8")

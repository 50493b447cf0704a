"""Pages: maps as one file of HTML, drawn by folium, that opens without network.

Under the map stand the same figures as a table, beside it the legend and the facts. Names and other texts
reach the page only as escaped HTML or as JSON that the script shows as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import folium
import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from geo.crs import Box
from geo.heat import HeatPyramid, lnglat_of, pixel_of, pixel_size_m
from maps import palette
from maps.background import Background
from maps.choropleth import Choropleth, check_rd_frame, geometry_geojson, values_by_code
from maps.facts import EXAMPLE, Facts
from maps.heatmap import HeatStyle, Window, heat_image
from maps.legend import Fill, Hatch, Legend, heat_legend, no_data_fill, too_small_fill
from maps.numbers import dutch
from maps.selfcontained import self_contained
from maps.webassets import PageAssets, data_address

Rows = list[tuple[str, str, str]]

# A heat picture has pixels of about a sixth of its bandwidth, and no more than this many on a side.
_MOST_PIXELS: Final = 2_048
_BACKGROUND: Final[dict[str, dict[str, object]]] = {
    "water": {"fillColor": palette.WATER, "fillOpacity": 1, "weight": 0},
    "grens": {"color": palette.BORDER, "weight": 1, "fill": False, "dashArray": "1 4"},
    "spoor": {"color": palette.RAIL, "weight": 1.2, "fill": False},
}

# Texts become text nodes, never HTML; the same for mouse and keyboard.
_TOOLTIP: Final = JsCode(
    """
    function (feature, layer) {
        var box = document.createElement("div");
        feature.properties.regels.forEach(function (text, i) {
            var line = document.createElement(i === 0 ? "b" : "span");
            line.textContent = text;
            box.appendChild(line);
        });
        layer.bindTooltip(box, { sticky: true });
        layer.on("add", function () {
            var path = layer.getElement();
            if (path) { path.setAttribute("aria-hidden", "true"); }
        });
        layer.on("mouseover", function () { layer.setStyle({ weight: 4 }); layer.bringToFront(); });
        layer.on("mouseout", function () { layer.setStyle({ weight: 1.2 }); });
    }
    """
)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Everything that one picture or page of heat shows; `counts` are meldingen per area code."""

    pyramid: HeatPyramid
    style: HeatStyle
    areas: gpd.GeoDataFrame
    facts: Facts
    counts: pd.Series[float] | None = None

    def legend(self) -> Legend:
        """What the colours mean."""
        return heat_legend(self.style, self.facts, points=self.pyramid.points)


class _Controls(MacroElement):
    """Controls in Dutch, a scale in metres, and a credit line without links."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Controls"

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (function (map) {
                L.control.zoom({ zoomInTitle: "Inzoomen", zoomOutTitle: "Uitzoomen" }).addTo(map);
                L.control.scale({ imperial: false }).addTo(map);
                var credit = L.control.attribution({ prefix: false }).addTo(map);
                credit.addAttribution("Leaflet, folium");
            })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )


class _Label(MacroElement):
    """A text in a corner of the map, shown as text."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (function (map) {
                var label = L.control({ position: "bottomright" });
                label.onAdd = function () {
                    var box = L.DomUtil.create("div", "voorbeeld");
                    box.textContent = {{ this.text|tojson }};
                    return box;
                };
                label.addTo(map);
            })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Label"
        self.text = text


def choropleth_page(
    shown: Choropleth, *, assets: PageAssets, background: Background | None = None, tolerance_m: float = 5.0
) -> str:
    """HTML of a map of areas in classes, with tooltip, legend, facts and a table of all values."""
    drawn = _empty_map(_box_4326(shown.areas), background)
    geometry = geometry_geojson(shown.areas, tolerance_m=tolerance_m).content
    unit = f" {shown.facts.unit}" if shown.facts.unit else ""
    texts = [
        f"{text}{unit}" if index >= 0 else text
        for text, index in zip(shown.texts(), shown.classes.index.tolist(), strict=True)
    ]
    _add_areas(drawn, geometry, lines=texts, fills=shown.fills(), example=shown.facts.example)
    _finish(drawn, background, shown.facts)
    rows = _rows(shown.areas, shown.texts())
    return _page(drawn, shown.legend(), assets=assets, rows=rows, column=shown.facts.unit)


def heat_page(
    shown: HeatMap, *, assets: PageAssets, background: Background | None = None, tolerance_m: float = 5.0
) -> str:
    """HTML of a heatmap under the outlines of areas, with legend, facts and, with counts, a table."""
    check_rd_frame(shown.areas)
    box = _box_4326(shown.areas)
    drawn = _empty_map(box, background)
    numbers = None if shown.counts is None else _numbers(shown.areas, shown.counts)
    geometry = geometry_geojson(shown.areas, tolerance_m=tolerance_m).content
    lines = [""] * len(shown.areas) if numbers is None else [f"{text} meldingen" for text in numbers]
    outline = Fill(palette.LAND, "#56616a")
    folium.map.CustomPane("warmte", z_index=350).add_to(drawn)
    _add_areas(
        drawn, geometry, lines=lines, fills=[outline] * len(lines), example=shown.facts.example, under=True
    )
    _heat_layer(shown.pyramid, shown.style, box).add_to(drawn)
    _finish(drawn, background, shown.facts)
    rows = [] if numbers is None else _rows(shown.areas, numbers)
    return _page(drawn, shown.legend(), assets=assets, rows=rows, column="meldingen")


def _empty_map(box: Box, background: Background | None) -> folium.Map:
    corners = [[box.ymin, box.xmin], [box.ymax, box.xmax]]
    middle = [(box.ymin + box.ymax) / 2.0, (box.xmin + box.xmax) / 2.0]
    drawn = folium.Map(
        location=middle, tiles=None, zoom_control=False, attributionControl=False, zoomSnap=0.25
    )
    drawn.fit_bounds(corners, padding=(12, 12))
    folium.map.CustomPane("onder", z_index=300).add_to(drawn)
    if background is not None:
        layers = background.as_geojson()
        for name in ("water", "grens"):
            _layer(layers[name], _BACKGROUND[name], name, pane="onder").add_to(drawn)
    return drawn


def _finish(drawn: folium.Map, background: Background | None, facts: Facts) -> None:
    """What lies over the areas: railways, controls and the label of example data."""
    if background is not None:
        folium.map.CustomPane("spoor", z_index=450).add_to(drawn)
        railways = background.as_geojson()["spoor"]
        _layer(railways, _BACKGROUND["spoor"], "spoor", pane="spoor").add_to(drawn)
    drawn.add_child(_Controls())
    if facts.example:
        drawn.add_child(_Label(EXAMPLE))


def _layer(geojson: bytes, style: dict[str, object], name: str, *, pane: str) -> folium.GeoJson:
    return folium.GeoJson(
        orjson.loads(geojson),
        style_function=lambda _: style,
        control=False,
        interactive=False,
        className=name,
        pane=pane,
    )


def _add_areas(
    drawn: folium.Map,
    geometry: bytes,
    *,
    lines: Sequence[str],
    fills: Sequence[Fill],
    example: bool,
    under: bool = False,
) -> None:
    """The areas with their fills, and a tooltip of name, line and, for made-up data, that label."""
    collection = orjson.loads(geometry)
    styles = {}
    for feature, line, fill in zip(collection["features"], lines, fills, strict=True):
        said = [feature["properties"]["naam"], line, EXAMPLE if example else ""]
        feature["properties"] = {"regels": [text for text in said if text]}
        styles[feature["id"]] = _style(fill, filled=0.25 if under else 1.0)
    folium.GeoJson(
        collection,
        style_function=lambda feature: styles[feature["id"]],
        on_each_feature=_TOOLTIP,
        control=False,
        smooth_factor=0,
    ).add_to(drawn)


def _style(fill: Fill, *, filled: float) -> dict[str, object]:
    hatch = f" patroon-{fill.hatch.value}" if fill.hatch is not Hatch.NONE else ""
    return {
        "className": f"gebied{hatch}",
        "fillColor": fill.colour,
        "fillOpacity": filled,
        "color": fill.line,
        "weight": 1.2,
    }


def _heat_layer(pyramid: HeatPyramid, style: HeatStyle, box: Box) -> folium.raster_layers.ImageOverlay:
    """The heat within a box as one picture; its pixels are those of a zoom level, so it lies exactly."""
    window = _heat_window(pyramid, style, box)
    columns = np.array([window.column, window.column + window.width])
    rows = np.array([window.row + window.height, window.row])
    lon, lat = lnglat_of(columns, rows, z=window.z)
    return folium.raster_layers.ImageOverlay(
        data_address(heat_image(pyramid, window, style)),
        [[float(lat[0]), float(lon[0])], [float(lat[1]), float(lon[1])]],
        pixelated=False,
        control=False,
        alt="",
        className="warmte",
        pane="warmte",
    )


def _heat_window(pyramid: HeatPyramid, style: HeatStyle, box: Box) -> Window:
    """The pixels of a box and some way around it, at the deepest level that is fine and small enough."""
    fine = style.bandwidth_m / 6.0
    z = int(np.ceil(np.log2(float(pixel_size_m(0, pyramid.latitude)) / fine)))
    while True:
        column, row = pixel_of([box.xmin, box.xmax], [box.ymax, box.ymin], z=z)
        around = 3.0 * style.bandwidth_m / float(pixel_size_m(z, pyramid.latitude))
        left, top = int(column[0] - around), int(row[0] - around)
        width, height = int(column[1] + around) - left + 1, int(row[1] + around) - top + 1
        if max(width, height) <= _MOST_PIXELS or z == 0:
            return Window(z, left, top, width, height)
        z -= 1


def _box_4326(areas: gpd.GeoDataFrame) -> Box:
    bbox = orjson.loads(geometry_geojson(areas).content).get("bbox", [4.0, 51.5, 7.0, 53.5])
    return Box(*bbox)


def _numbers(areas: gpd.GeoDataFrame, counts: pd.Series[float]) -> list[str]:
    return [dutch(value) for value in np.nan_to_num(values_by_code(counts, areas)).tolist()]


def _rows(areas: gpd.GeoDataFrame, texts: Sequence[str]) -> Rows:
    """Name, code and text of each area, by name: a list is no ranking."""
    rows = zip(areas["naam"].tolist(), areas["code"].tolist(), texts, strict=True)
    return sorted(rows, key=lambda row: (row[0].casefold(), row[1]))


def _page(drawn: folium.Map, legend: Legend, *, assets: PageAssets, rows: Rows, column: str) -> str:
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
            example=EXAMPLE,
        )
    )


@cache
def _template() -> Environment:
    return Environment(loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined)


def _asset(name: str) -> str:
    return files("maps").joinpath("assets", name).read_text(encoding="utf-8")

"""Layers of folium maps: areas with tooltips, heat, background, and controls in Dutch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import folium
import numpy as np
import orjson
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from geo.crs import Box
from geo.heat import HeatPyramid, lnglat_of, pixel_of, pixel_size_m
from maps import palette
from maps.background import Background
from maps.facts import EXAMPLE, Facts
from maps.heatmap import HeatStyle, Window
from maps.legend import Fill, Hatch
from maps.warmtekaart import HeatMap
from maps.webassets import data_address

# A heat picture has pixels of about a sixth of its bandwidth, and no more than this many on a side.
_MOST_PIXELS: Final = 2_048
_BACKGROUND: Final[dict[str, dict[str, object]]] = {
    "water": {"fillColor": palette.WATER, "fillOpacity": 1, "weight": 0},
    "grens": {"color": palette.BORDER, "weight": 1, "fill": False, "dashArray": "1 4"},
    "spoor": {"color": palette.RAIL, "weight": 1.2, "fill": False},
}

# folium compiles the script that it has rendered once more as a template, so that `{{...}}` in a name would
# run on the server. Texts are therefore percent-encoded in the script, and become text nodes, never HTML.
_TOOLTIP: Final = JsCode(
    """
    function (feature, layer) {
        var box = document.createElement("div");
        feature.properties.regels.forEach(function (text, i) {
            var line = document.createElement(i === 0 ? "b" : "span");
            line.textContent = decodeURIComponent(text);
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
                    box.textContent = decodeURIComponent({{ this.text|tojson }});
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
        self.text = quote(text)


def empty_map(box: Box, background: Background | None) -> folium.Map:
    """A map of a box in degrees with water and borders, and nothing else yet."""
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


def finish(drawn: folium.Map, background: Background | None, facts: Facts) -> None:
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


def add_areas(
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
    rows = zip(collection["features"], lines, fills, strict=True)
    for number, (feature, line, fill) in enumerate(rows):
        said = [feature["properties"]["naam"], line, EXAMPLE if example else ""]
        feature["id"] = str(number)
        feature["properties"] = {"regels": [quote(text) for text in said if text]}
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


def heat_layer(shown: HeatMap, box: Box) -> folium.raster_layers.ImageOverlay:
    """The heat within a box as one picture; its pixels are those of a zoom level, so it lies exactly."""
    window = _heat_window(shown.pyramid, shown.style, box)
    columns = np.array([window.column, window.column + window.width])
    rows = np.array([window.row + window.height, window.row])
    lon, lat = lnglat_of(columns, rows, z=window.z)
    return folium.raster_layers.ImageOverlay(
        data_address(shown.image(window)),
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

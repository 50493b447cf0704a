"""A file that is handed in makes the service ask nothing of another host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from serving import serving

from data.readers.area_files import find_layers, read_layer
from geo.areas import Level
from geo.errors import ImportRefused

OUTLINE = {"type": "Polygon", "coordinates": [[[4.3, 51.9], [4.31, 51.9], [4.31, 51.91], [4.3, 51.9]]]}
BUURT = {"type": "Feature", "properties": {"buurtcode": "BU06220101"}, "geometry": OUTLINE}
NAMED = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a host that is not ours, and what was asked of it."""
    paths: list[str] = []

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"EPSG:28992")

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/crs", paths


def _buurten(crs: object) -> str:
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": [BUURT]})


@pytest.mark.parametrize("form", ["link", "url", "far", "escaped", "capitals", "second", "name", "feature"])
def test_50_a_reference_system_by_link_is_refused_and_not_fetched(
    tmp_path: Path, asked: tuple[str, list[str]], form: str
) -> None:
    address, paths = asked
    link = {"type": "link", "properties": {"href": address, "type": "ogcwkt"}}
    plain = _buurten(link)
    texts = {
        "link": plain,
        "url": _buurten({"type": "url", "properties": {"url": address}}),
        "far": _buurten({"type": "link", "properties": {"x": "y" * 10_000, "href": address}}),
        "escaped": plain.replace('"crs"', '"\\u0063rs"'),
        "capitals": plain.replace('"crs"', '"CRS"'),
        "second": plain.replace('"crs"', f'"crs": {json.dumps(NAMED)}, "crs"'),
        "name": _buurten({"type": "name", "properties": {"name": address}}),
        "feature": json.dumps({"type": "FeatureCollection", "features": [{**BUURT, "crs": link}]}),
    }
    path = tmp_path / "buurten.geojson"
    path.write_text(texts[form], encoding="utf-8")
    with pytest.raises(ImportRefused, match="kennen wij niet"):
        read_layer(find_layers(path, year=None)[Level.BUURT])
    assert paths == []


def test_a_reference_system_by_name_and_a_column_of_that_name_are_read(tmp_path: Path) -> None:
    named = json.loads(_buurten(NAMED))
    named["features"][0]["properties"]["crs"] = "een tekst"
    path = tmp_path / "buurten.geojson"
    path.write_text(json.dumps(named), encoding="utf-8")
    assert len(read_layer(find_layers(path, year=None)[Level.BUURT])) == 1

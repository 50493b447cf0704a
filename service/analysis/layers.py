"""Layers: outlines and background of a gemeente as GeoJSON, each under a key that names its content."""

from __future__ import annotations

from dataclasses import dataclass

from data.background import load_background

from geo.areas import Level
from maps.background import background_geojson
from maps.choropleth import geometry_geojson
from service.analysis import places
from service.analysis.places import Places
from service.analysis.workbench import Workbench

BACKGROUND = "achtergrond"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer; the key holds edition, gemeente, kind and the hash of the content."""

    kind: str
    key: str
    content: bytes


def layers(workbench: Workbench, found: Places) -> list[Layer]:
    """Return the layers of a gemeente: one for each level that has areas, and the background."""
    with workbench.session() as session:
        key = ("layers", found.gemeente.code, found.edition)
        return workbench.remember(session, key, lambda: _draw(found))


def content(workbench: Workbench, key: str) -> bytes | None:
    """Return the GeoJSON of a key, None when no layer has it (any more)."""
    parts = key.split("-")
    known = {place.code for place in places.gemeenten(workbench)}
    if len(parts) < 3 or parts[1].upper() not in known:
        return None
    drawn = layers(workbench, places.places(workbench, parts[1].upper()))
    return next((layer.content for layer in drawn if layer.key == key), None)


def _draw(found: Places) -> list[Layer]:
    start = f"{found.edition}-{found.gemeente.code.lower()}"
    drawn = []
    for level in Level:
        frame = found.areas(level)
        if len(frame):
            geometry = geometry_geojson(frame)
            drawn.append(Layer(level.value, f"{start}-{level.value}-{geometry.digest}", geometry.content))
    backdrop = load_background(found.gemeente.code)
    if backdrop is not None:
        geometry = background_geojson(backdrop)
        drawn.append(Layer(BACKGROUND, f"{start}-{BACKGROUND}-{geometry.digest}", geometry.content))
    return drawn

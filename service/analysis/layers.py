"""Layers: outlines and background of a gemeente as GeoJSON, each under a key that names its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from data.readers.bundled import bundled_background
from geo.areas import Level
from maps.background import Background, background_around, box_of
from maps.choropleth import geometry_geojson
from service.analysis import places
from service.analysis.places import Places
from service.analysis.workbench import About, Workbench


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer; the key holds edition, gemeente, kind and the hash of the content."""

    kind: str
    key: str
    content: bytes

    @property
    def url(self) -> str:
        """The address of the content, which never changes."""
        return f"/api/v1/kaartlagen/{self.key}"


def layers(workbench: Workbench, found: Places) -> list[Layer]:
    """Return the layers of a gemeente: one for each level that has areas, and water, borders and railways."""
    with workbench.session() as session:
        key = ("layers", found.gemeente.code, found.edition)
        return workbench.remember(session, key, lambda: _draw(found), about=About.REFERENCE)


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
    for kind, content in backdrop(found).as_geojson().items():
        digest = hashlib.sha256(content).hexdigest()[:16]
        drawn.append(Layer(kind, f"{start}-{kind}-{digest}", content))
    return drawn


def backdrop(found: Places) -> Background:
    """Return water, borders and railways around a gemeente."""
    return background_around(
        box_of(found.areas(Level.GEMEENTE)),
        land=bundled_background("land_omgeving"),
        railways=bundled_background("spoorwegen"),
    )

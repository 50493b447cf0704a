"""The live map: what the script of a page needs to draw it, as data in the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from geo.areas import Level
from service.analysis import layers
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench

ATTRIBUTION = ("Grenzen: © CBS en Kadaster, CC BY", "Spoor: TOP10NL, Kadaster, CC BY")
POINTS_PER_REQUEST = 1000


@dataclass(frozen=True, slots=True)
class Points:
    """Where the meldingen of a map come from; `buurten` keeps to those, none is all.

    `asked` goes to the API with it; without `meldingen` the map has other points only.
    """

    gemeente: str
    buurten: tuple[str, ...] = ()
    box: tuple[float, float, float, float] | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    meldingen: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return the address of the first page and what to keep."""
        asked: dict[str, Any] = {"gemeente": self.gemeente, "paginaGrootte": POINTS_PER_REQUEST, **self.asked}
        if self.box is not None:
            asked["bbox"] = ",".join(f"{edge:.6f}" for edge in self.box)
        url = f"/api/v1/meldingen?{urlencode(asked, doseq=True)}" if self.meldingen else None
        return {"url": url, "buurten": list(self.buurten), "plannen": []}


@dataclass(frozen=True, kw_only=True)
class LiveMap:
    """One map: `level` is drawn; `areas` holds per code what its tooltip says and its class."""

    level: Level
    areas: Mapping[str, Mapping[str, Any]]
    classes: Mapping[str, Any] | None = None
    labels: bool = False
    chosen: str | None = None
    opens: bool = True
    points: Points | None = None
    spot: tuple[float, float] | None = None
    heat: str | None = None
    attribution: Iterable[str] = field(default=ATTRIBUTION)


def as_data(workbench: Workbench, found: Places, drawn: LiveMap) -> dict[str, Any]:
    """Return a map as data for the page: which layers, what they say, and the box to show."""
    addresses = {layer.kind: layer.url for layer in layers.layers(workbench, found)}
    return {
        "niveau": drawn.level.value,
        "lagen": addresses,
        "kader": list(found.extent(drawn.chosen)),
        "vlakken": drawn.areas,
        "klassen": drawn.classes,
        "namen": drawn.labels,
        "gekozen": drawn.chosen,
        "opent": drawn.opens,
        "punten": drawn.points.as_data() if drawn.points else None,
        "plek": list(drawn.spot) if drawn.spot else None,
        "warmte": drawn.heat,
        "naamsvermelding": list(drawn.attribution),
    }


def plain_areas(
    of_level: Iterable[Place], addresses: Mapping[str, str], lines: Mapping[str, list[str]] | None = None
) -> dict[str, dict[str, Any]]:
    """Return areas without a value: name, address of the page and the lines of the tooltip."""
    said = lines or {}
    return {
        place.code: {
            "naam": place.naam,
            "url": addresses[place.code],
            "klasse": None,
            "regels": said.get(place.code, []),
        }
        for place in of_level
    }

"""Search: an address as somebody typed it, and the buurt that it lies in."""

from __future__ import annotations

from dataclasses import dataclass

from data.readers.bundled import bundled_landmarks
from geo.addressbook import KnownAddress
from geo.crs import LngLat
from geo.gazetteer import Match
from geo.landmarks import POSTCODE_AREA
from service.analysis import addresses
from service.analysis.places import Place, Places
from service.analysis.workbench import About, Workbench


@dataclass(frozen=True, slots=True)
class Hit:
    """A place with its name and the buurt that it lies in."""

    label: str
    point: LngLat
    buurt: Place


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was found: the best place, the others that it could be, and how good the match is.

    `outside` says that the place was found but lies in none of the areas that are loaded.
    """

    match: Match
    best: Hit | None
    others: list[Hit]
    outside: bool


def find(workbench: Workbench, found: Places, text: str) -> SearchAnswer:
    """Return the place of an address in this gemeente."""
    match = addresses.find(workbench, text, gemeente=found.gemeente.code)
    best = _address_hit(workbench, match.found) if match.found else None
    others = [hit for known in match.alternatives if (hit := _address_hit(workbench, known))]
    return SearchAnswer(match, best, others, match.found is not None and best is None)


def landmarks(workbench: Workbench, found: Places) -> list[Hit]:
    """Return places in this gemeente that people know, by name; empty where none are bundled."""
    with workbench.session() as session:
        return workbench.remember(
            session,
            ("landmarks", found.gemeente.code),
            lambda: _landmarks(workbench, found),
            about=About.REFERENCE,
        )


def _landmarks(workbench: Workbench, found: Places) -> list[Hit]:
    frame = bundled_landmarks()
    named = frame[(frame["kind"] != POSTCODE_AREA) & (frame["gemeente"] == found.gemeente.naam)]
    hits: list[Hit] = []
    for row in named.to_dict("records"):
        hit = _hit(workbench, str(row["name"]), LngLat(float(row["lon"]), float(row["lat"])))
        hits += [hit] if hit else []
    return sorted(hits, key=lambda hit: hit.label)


def _address_hit(workbench: Workbench, known: KnownAddress) -> Hit | None:
    return _hit(workbench, str(known), LngLat(known.lon, known.lat))


def _hit(workbench: Workbench, label: str, point: LngLat) -> Hit | None:
    """Return the place with its buurt, None when it lies in none."""
    buurt = addresses.spot(workbench, point).buurt
    return Hit(label, point, buurt) if buurt is not None else None

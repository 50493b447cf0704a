"""Places of a melding: what somebody can choose from after typing an address, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from geo.areas import Level
from geo.crs import LngLat, RDArrays, to_lnglat
from geo.gazetteer import Quality
from service.analysis import search
from service.analysis.places import Place, Places
from service.analysis.search import Hit
from service.analysis.workbench import Workbench

SURE = {Quality.EXACT, Quality.WITHOUT_ADDITION}
LANDMARK = "bekende_plek"
BUURT = "buurt"


@dataclass(frozen=True, slots=True)
class Choice:
    """A place to choose; `key` names it in the form, `quality` says how precise its point is."""

    key: str
    label: str
    point: LngLat
    buurt: Place
    quality: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What an address can stand for, and the places to fall back on.

    `sure` says that the first of `addresses` is the address that was typed, `reason` how it was found.
    """

    addresses: tuple[Choice, ...]
    landmarks: tuple[Choice, ...]
    buurten: tuple[Choice, ...]
    sure: bool
    outside: bool
    reason: str

    def find(self, key: str) -> Choice | None:
        """Return the choice with this key."""
        every = (*self.addresses, *self.landmarks, *self.buurten)
        return next((choice for choice in every if choice.key == key), None)


def choices(workbench: Workbench, found: Places, text: str) -> Choices:
    """Return what an address as somebody typed it can stand for in this gemeente."""
    answer = search.find(workbench, found, text)
    quality = answer.match.quality
    hits = [_choice(hit, quality.value) for hit in ([answer.best] if answer.best else [])]
    # What else it could be was found by its own street and number.
    hits += [_choice(hit, Quality.EXACT.value) for hit in answer.others]
    return Choices(
        addresses=tuple({choice.key: choice for choice in hits}.values()),
        landmarks=tuple(_choice(hit, LANDMARK) for hit in search.landmarks(workbench, found)),
        buurten=_buurten(found),
        sure=answer.best is not None and quality in SURE,
        outside=answer.outside,
        reason=answer.match.reason,
    )


def _choice(hit: Hit, quality: str) -> Choice:
    return Choice(f"plek:{hit.label}", hit.label, hit.point, hit.buurt, quality)


def _buurten(found: Places) -> tuple[Choice, ...]:
    """Return every buurt with a point that surely lies in it."""
    frame = found.areas(Level.BUURT)
    inside = frame.geometry.representative_point()
    points = to_lnglat(RDArrays(inside.x.to_numpy(), inside.y.to_numpy()))
    at = {
        code: LngLat(float(lon), float(lat))
        for code, lon, lat in zip(frame["code"], points.lon, points.lat, strict=True)
    }
    return tuple(
        Choice(f"buurt:{place.code}", place.naam, at[place.code], place, BUURT)
        for place in found.of(Level.BUURT)
        if not place.water
    )

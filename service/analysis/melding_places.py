"""Places of a melding: what somebody can choose from after typing an address, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from geo.areas import Level
from geo.crs import LngLat, RDArrays, to_lnglat
from geo.errors import CoordinateError
from geo.gazetteer import Quality
from service.analysis import addresses, search
from service.analysis.places import Place, Places
from service.analysis.search import Hit
from service.analysis.workbench import Workbench

SURE = {Quality.EXACT, Quality.WITHOUT_ADDITION}
LANDMARK = "bekende_plek"
BUURT = "buurt"
ON_THE_MAP = "punt"
# From this far a house says nothing about a place any more.
NEARBY_M = 75.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A place to choose; `key` names it in the form, `quality` says how precise its point is.

    `near` is the address beside a point on the map.
    """

    key: str
    label: str
    point: LngLat
    buurt: Place
    quality: str
    near: bool = False

    @property
    def needs_words(self) -> bool:
        """Whether nobody finds this place without some words of where it is."""
        return self.quality not in SURE and self.quality != ON_THE_MAP


@dataclass(frozen=True, slots=True)
class Choices:
    """What an address can stand for, and the places to fall back on.

    `sure` says that the first of `addresses` is the address that was typed, `reason` how it was found, and
    `searched` whether we have addresses of this gemeente to look in.
    """

    addresses: tuple[Choice, ...]
    landmarks: tuple[Choice, ...]
    buurten: tuple[Choice, ...]
    sure: bool
    outside: bool
    reason: str
    searched: bool

    def find(self, key: str) -> Choice | None:
        """Return the choice with this key."""
        every = (*self.addresses, *self.landmarks, *self.buurten)
        return next((choice for choice in every if choice.key == key), None)


def choices(workbench: Workbench, found: Places, text: str, point: LngLat | None = None) -> Choices:
    """Return what an address as somebody typed it can stand for in this gemeente.

    A `point` that was picked on the map goes before it, and is sure when it lies in this gemeente.
    """
    answer = search.find(workbench, found, text)
    quality = answer.match.quality
    picked = _picked(workbench, found, point) if point else None
    hits = [picked] if picked else []
    hits += [_choice(hit, quality.value) for hit in ([answer.best] if answer.best else [])]
    # What else it could be was found by its own street and number.
    hits += [_choice(hit, Quality.EXACT.value) for hit in answer.others]
    return Choices(
        addresses=tuple({choice.key: choice for choice in hits}.values()),
        landmarks=tuple(_choice(hit, LANDMARK) for hit in search.landmarks(workbench, found)),
        buurten=_buurten(found),
        sure=picked is not None or (answer.best is not None and quality in SURE),
        outside=(point is not None and picked is None) or answer.outside,
        reason=answer.match.reason,
        searched=addresses.searches(workbench, found.gemeente.code),
    )


def _picked(workbench: Workbench, found: Places, point: LngLat) -> Choice | None:
    """Return a point on the map as a choice, named after the address beside it; None for one outside."""
    try:
        spot = addresses.spot(workbench, point)
    except CoordinateError:
        return None
    if spot.buurt is None or spot.gemeente is None or spot.gemeente.code != found.gemeente.code:
        return None
    beside = next(iter(addresses.nearest(workbench, point, limit=1)), None)
    key = f"punt:{point.lon:.6f},{point.lat:.6f}"
    if beside is None or beside[1] > NEARBY_M:
        return Choice(key, spot.buurt.naam, point, spot.buurt, ON_THE_MAP)
    return Choice(key, str(beside[0]), point, spot.buurt, ON_THE_MAP, near=True)


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

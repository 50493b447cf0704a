"""Addresses: searching for one, what lies near a point, and whose area a point is in."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from data.addresses import load_addresses
from data.areas import newest_edition
from data.owners import buurt_finder
from data.readers.bundled import bundled_landmarks
from data.readers.pdok import FoundPlace
from geo.address import Address, readings
from geo.addressbook import KnownAddress
from geo.areas import Level
from geo.crs import LngLat, to_rd
from geo.errors import SourceDown
from geo.gazetteer import Gazetteer, Match, Quality, Suggestion
from service.analysis import places
from service.analysis.places import Place
from service.analysis.workbench import About, Workbench

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spot:
    """The areas that a point is in; none when it is `buiten gebied`."""

    buurt: Place | None
    wijk: Place | None
    gebied: Place | None
    gemeente: Place | None


def suggest(workbench: Workbench, text: str, *, gemeente: str, limit: int = 8) -> list[Suggestion]:
    """Return what somebody who types this may mean, within a gemeente."""
    return gazetteer(workbench).suggest(text, gemeente=_name(workbench, gemeente), limit=limit)


def searches(workbench: Workbench, gemeente: str) -> bool:
    """Return whether there are addresses of this gemeente to look in."""
    return workbench.locatieserver is not None or gazetteer(workbench).knows_gemeente(gemeente)


def find(workbench: Workbench, text: str, *, gemeente: str) -> Match:
    """Return the place of an address, with its quality class and reason.

    What the local file lacks is asked of PDOK, where that is switched on; when PDOK is down the local
    answer stands.
    """
    naam = _name(workbench, gemeente)
    match = gazetteer(workbench).find(text, gemeente=naam)
    if workbench.locatieserver is None or match.quality.rank < Quality.POSTCODE.rank:
        return match
    try:
        answer = workbench.locatieserver.search(text, gemeente=naam, rows=1)
    except SourceDown as error:
        log.warning("locatieserver is niet bereikbaar", reden=str(error))
        return match
    return _from_pdok(answer.places[0], text) if answer.places else match


def _from_pdok(place: FoundPlace, text: str) -> Match:
    """Return what PDOK found as a match: exact only when the number is the one that was asked."""
    qualities = {"adres": Quality.NEAREST_NUMBER, "weg": Quality.STREET, "postcode": Quality.POSTCODE}
    quality = qualities.get(place.kind, Quality.PLACE)
    address = Address(
        street=place.street,
        number=place.number,
        letter=place.letter,
        addition=place.addition,
        postcode=place.postcode,
        place=place.place,
    )
    if place.kind == "adres" and any(asked.number == place.number for asked in readings(text)):
        quality = Quality.EXACT
    known = KnownAddress(address, place.gemeente or "", place.lon, place.lat, place.x, place.y)
    return Match(quality, "Gevonden bij PDOK Locatieserver.", known)


def nearest(workbench: Workbench, point: LngLat, *, limit: int = 5) -> list[tuple[KnownAddress, float]]:
    """Return the addresses around a point with their distance in metres; empty where none are loaded."""
    book = gazetteer(workbench)
    spot = to_rd(point)
    return book.nearest(spot.x, spot.y, k=limit) if len(book) else []


def spot(workbench: Workbench, point: LngLat) -> Spot:
    """Return the buurt, wijk, gebied and gemeente of a point, by the owner rule."""
    rd = to_rd(point)
    with workbench.session() as session:
        finder = workbench.remember(
            session,
            ("finder",),
            lambda: buurt_finder(session, newest_edition(session)),
            about=About.REFERENCE,
        )
    (code,) = finder.find([rd.x], [rd.y])
    if code is None:
        return Spot(None, None, None, None)
    found, buurt = places.find(workbench, code)
    wijk = found.by_code[buurt.parent] if buurt.parent else None
    gebied = next((one for one in found.of(Level.GEBIED) if code in one.buurten), None)
    return Spot(buurt, wijk, gebied, found.gemeente)


def gazetteer(workbench: Workbench) -> Gazetteer:
    """Return the gazetteer of all loaded addresses and landmarks."""
    with workbench.session() as session:
        return workbench.remember(session, ("gazetteer",), lambda: _build(session), about=About.REFERENCE)


def _name(workbench: Workbench, gemeente: str) -> str:
    """Return the name of a gemeente: landmarks know it by name only."""
    return places.places(workbench, gemeente).gemeente.naam


def _build(session: Session) -> Gazetteer:
    return Gazetteer.from_frame(load_addresses(session), landmarks=bundled_landmarks())

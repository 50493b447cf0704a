"""Adressen: searching, what is near, and whose area a point is in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from geo.crs import LngLat
from service.analysis import addresses
from service.analysis.places import Place
from service.dependencies import WorkbenchDep
from service.routes.api.shapes import PROBLEMS, OfGemeente, Shape

router = APIRouter(tags=["adressen"], responses=PROBLEMS)


class SearchQuestion(OfGemeente):
    """What somebody types in a search box."""

    zoek: str = Field(min_length=2, max_length=120)


class Point(Shape):
    """A point in degrees: lengte and breedte."""

    lon: float
    lat: float


class Adres(Shape):
    """A place that was found: `soort` is adres, straat or plek."""

    weergave: str
    soort: str
    lon: float
    lat: float
    afstand_m: float | None = None


class Adressen(Shape):
    """Places that were found, best first."""

    adressen: list[Adres]


class Plek(Shape):
    """The names and codes of the areas around a point; empty when it lies in none of our wijken."""

    buiten_gebied: bool
    buurt: str | None
    buurt_naam: str | None
    wijk: str | None
    wijk_naam: str | None
    gebied: str | None
    gebied_naam: str | None
    gemeente: str | None
    gemeente_naam: str | None


@router.get("/adressen", operation_id="adressen")
def search(question: Annotated[SearchQuestion, Query()], workbench: WorkbenchDep) -> Adressen:
    """Geef straten, adressen en plekken die met deze tekst beginnen."""
    found = addresses.suggest(workbench, question.zoek, gemeente=question.gemeente)
    lines = [Adres(weergave=one.label, soort=one.kind, lon=one.found.lon, lat=one.found.lat) for one in found]
    return Adressen(adressen=lines)


@router.get("/adressen/_bij", operation_id="adressenBij")
def near(point: Annotated[Point, Query()], workbench: WorkbenchDep) -> Adressen:
    """Geef de adressen die het dichtst bij een punt liggen, met de afstand in meters."""
    found = addresses.nearest(workbench, LngLat(point.lon, point.lat))
    lines = [
        Adres(weergave=str(one), soort="adres", lon=one.lon, lat=one.lat, afstand_m=round(metres, 1))
        for one, metres in found
    ]
    return Adressen(adressen=lines)


@router.get("/plek", operation_id="plek")
def spot(point: Annotated[Point, Query()], workbench: WorkbenchDep) -> Plek:
    """Geef de buurt, de wijk, het gebied en de gemeente van een punt."""
    found = addresses.spot(workbench, LngLat(point.lon, point.lat))
    named: dict[str, str | None] = {}
    for level in ("buurt", "wijk", "gebied", "gemeente"):
        place: Place | None = getattr(found, level)
        named |= {level: place.code if place else None, f"{level}_naam": place.naam if place else None}
    return Plek(buiten_gebied=found.buurt is None, **named)

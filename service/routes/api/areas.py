"""Gemeenten, gebieden and the layers that draw them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import Response

from geo.areas import Level
from service.analysis import layers, places
from service.analysis.places import Place, Places
from service.dependencies import WorkbenchDep
from service.routes.api.shapes import PROBLEM, PROBLEMS, AreaCode, OfGemeente, Shape, geojson

router = APIRouter(tags=["gebieden"], responses=PROBLEMS)
# A layer's address holds the hash of its content, so a browser need not ask again.
FOREVER = "public, max-age=31536000, immutable"


class Gemeente(Shape):
    """A gemeente that has outlines."""

    code: str
    naam: str


class Gemeenten(Shape):
    """All gemeenten of this service."""

    gemeenten: list[Gemeente]


class Gebied(Shape):
    """A buurt, wijk, gebied or gemeente."""

    code: str
    naam: str
    niveau: Level
    gemeente: str
    bovenliggend: str | None
    water: bool
    status: str | None


class Gebieden(Shape):
    """The areas of one level."""

    indeling: int
    gebieden: list[Gebied]


class GebiedMetKader(Gebied):
    """An area with its buurten and the box around it, in degrees: west, south, east, north."""

    buurten: list[str]
    kader: tuple[float, float, float, float]


class Kaartlaag(Shape):
    """Where a layer is found; its content never changes."""

    niveau: str
    url: str
    kader: tuple[float, float, float, float]


class Kaartlagen(Shape):
    """The layers of one gemeente."""

    kaartlagen: list[Kaartlaag]


class AreasQuestion(OfGemeente):
    """Which areas are asked for."""

    niveau: Level = Level.WIJK


@router.get("/gemeenten", operation_id="gemeenten")
def gemeenten(workbench: WorkbenchDep) -> Gemeenten:
    """Geef de gemeenten die deze dienst kent."""
    found = places.gemeenten(workbench)
    return Gemeenten(gemeenten=[Gemeente(code=place.code, naam=place.naam) for place in found])


@router.get("/gebieden", operation_id="gebieden")
def areas(question: Annotated[AreasQuestion, Query()], workbench: WorkbenchDep) -> Gebieden:
    """Geef de buurten, wijken of gebieden van een gemeente, op naam."""
    found = places.places(workbench, question.gemeente)
    return Gebieden(indeling=found.edition, gebieden=[_gebied(place) for place in found.of(question.niveau)])


@router.get(
    "/gebieden/{code}",
    operation_id="gebied",
    responses={410: {**PROBLEM, "description": "Deze code hoort bij een oudere indeling."}},
)
def area(code: Annotated[AreaCode, Path()], workbench: WorkbenchDep) -> GebiedMetKader:
    """Geef een buurt, wijk, gebied of gemeente."""
    found, place = places.find(workbench, code)
    return GebiedMetKader(
        **_gebied(place).model_dump(), buurten=list(place.buurten), kader=tuple(found.extent(place.code))
    )


@router.get("/kaartlagen", operation_id="kaartlagen")
def layer_list(question: Annotated[OfGemeente, Query()], workbench: WorkbenchDep) -> Kaartlagen:
    """Geef de lagen om een gemeente te tekenen."""
    found = places.places(workbench, question.gemeente)
    return Kaartlagen(kaartlagen=[_layer(found, drawn) for drawn in layers.layers(workbench, found)])


@router.get("/kaartlagen/{sleutel}", operation_id="kaartlaag", response_class=Response)
def layer(sleutel: Annotated[str, Path(max_length=80)], workbench: WorkbenchDep) -> Response:
    """Geef een laag als GeoJSON in lengte en breedte (CRS84)."""
    content = layers.content(workbench, sleutel)
    if content is None:
        raise HTTPException(404)
    return geojson(content, Cache_Control=FOREVER)


def _gebied(place: Place) -> Gebied:
    return Gebied(
        code=place.code,
        naam=place.naam,
        niveau=place.level,
        gemeente=place.gemeente,
        bovenliggend=place.parent,
        water=place.water,
        status=place.status,
    )


def _layer(found: Places, drawn: layers.Layer) -> Kaartlaag:
    return Kaartlaag(niveau=drawn.kind, url=drawn.url, kader=tuple(found.extent()))

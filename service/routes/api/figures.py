"""Cijfers: what they mean, and what they come to per area."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from geo.indicators import Indicator
from service.analysis import choropleth, figures, months, places
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.shapes import PROBLEMS, LevelQuestion, Shape, moment_text

router = APIRouter(tags=["cijfers"], responses=PROBLEMS)


class Onderdeel(Shape):
    """One value of a cijfer."""

    sleutel: str
    naam: str
    eenheid: str


class Cijfer(Shape):
    """What a cijfer means: `richting` is + (meer is beter), - (meer is slechter) or 0 (neutraal)."""

    id: str
    naam: str
    dimensie: str
    richting: str
    onderdelen: list[Onderdeel]
    niveaus: list[str]
    bron: list[str]
    let_op: list[str]
    versie: int


class Cijfers(Shape):
    """All cijfers that you can open."""

    cijfers: list[Cijfer]


@router.get("/cijfers", operation_id="cijfers")
def definitions(viewer: ViewerDep) -> Cijfers:
    """Geef de cijfers met hun betekenis."""
    return Cijfers(cijfers=[_cijfer(one) for one in figures.definitions(viewer)])


@router.get("/cijfers/{id}/waarden", operation_id="cijferwaarden")
def values(
    indicator: Annotated[str, Path(alias="id", max_length=60)],
    question: Annotated[LevelQuestion, Query()],
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> dict[str, Any]:
    """Geef een cijfer in elke buurt, wijk of elk gebied, met kleuren en legenda voor de kaart."""
    known_at = question.stand_van or datetime.now(UTC)
    around = places.places(workbench, question.gemeente)
    found = figures.level_values(
        workbench,
        viewer,
        around,
        question.filters(),
        indicator=indicator,
        level=question.niveau,
        part=question.onderdeel,
    )
    return {
        "cijfer": found.definition.id,
        "onderdeel": found.part.key,
        "naam": found.part.naam,
        "versie": found.definition.version,
        "niveau": found.level.value,
        "gemeente": question.gemeente,
        "van": found.span.first.isoformat() if found.span else None,
        "tot": found.span.last.isoformat() if found.span else None,
        "standVan": moment_text(known_at),
        **choropleth.layer(found, around, known_at=known_at),
    }


@router.get("/cijfers/{id}/maanden", operation_id="cijfermaanden", response_model=dict[str, Any])
def monthly(
    indicator: Annotated[str, Path(alias="id", max_length=60)],
    question: Annotated[LevelQuestion, Query()],
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> Response:
    """Geef een cijfer van meldingen per maand: aantallen per soort en gebied, en waar u ze door deelt.

    `van`, `tot` en `soort` tellen niet mee: u krijgt alles. Een cijfer over een paar maanden is de som van de
    aantallen, maal `schaal`, gedeeld door `noemer` en door de jaren die een bron van de soorten toen keek. De
    marge van een aantal staat in `ondergrens` en `bovengrens`, op de plek van dat aantal.
    """
    around = places.places(workbench, question.gemeente)
    answer = {
        "gemeente": question.gemeente,
        "standVan": moment_text(question.stand_van or datetime.now(UTC)),
        **months.months(
            workbench,
            viewer,
            around,
            question.filters(),
            indicator=indicator,
            level=question.niveau,
            part=question.onderdeel,
        ),
    }
    # Some tens of thousands of numbers, which the usual way would look at one by one.
    return Response(orjson.dumps(answer), media_type="application/json")


def _cijfer(found: Indicator) -> Cijfer:
    return Cijfer(
        id=found.id,
        naam=found.naam,
        dimensie=found.dimensie.value,
        richting=found.direction,
        onderdelen=[Onderdeel(sleutel=one.key, naam=one.naam, eenheid=one.unit) for one in found.parts],
        niveaus=sorted(level.value for level in found.levels),
        bron=list(found.source),
        let_op=list(found.caveats),
        versie=found.version,
    )

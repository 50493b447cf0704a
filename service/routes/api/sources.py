"""Bronnen: where everything comes from and how old it is."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from data import sources
from service.dependencies import DatabaseDep
from service.routes.api.shapes import PROBLEMS, Shape, moment_text

router = APIRouter(tags=["bronnen"], responses=PROBLEMS)


class Bron(Shape):
    """A source with its age; `te_laat` is empty when no next load was agreed."""

    sleutel: str
    soort: str
    naam: str
    gemeente: str | None
    licentie: str
    naamsvermelding: str
    peil: str
    geladen_op: str | None
    dagen_oud: int | None
    volgende_keer: date | None
    te_laat: bool | None
    voorbeeldgegevens: bool


class Bronnen(Shape):
    """All sources."""

    bronnen: list[Bron]


@router.get("/bronnen", operation_id="bronnen")
def overview(database: DatabaseDep) -> Bronnen:
    """Geef alle bronnen met hun leeftijd."""
    with database.read() as session:
        return Bronnen(bronnen=[_bron(one) for one in sources.overview(session)])


def _bron(one: sources.SourceAge) -> Bron:
    return Bron(
        sleutel=one.slug,
        soort=one.kind,
        naam=one.naam,
        gemeente=one.gemeente,
        licentie=one.licence,
        naamsvermelding=one.attribution,
        peil=one.reference,
        geladen_op=moment_text(one.loaded_at) if one.loaded_at else None,
        dagen_oud=one.age_days,
        volgende_keer=one.due_on,
        te_laat=one.late,
        voorbeeldgegevens=one.example,
    )

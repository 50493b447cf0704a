"""Warmte: where the meldingen of a question come from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from maps.heatmap import BANDWIDTH_M
from service.analysis import heat, places
from service.analysis.heat import HeatMeasure
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.shapes import PROBLEMS, Bandwidth, Question, moment_text

router = APIRouter(tags=["warmte"], responses=PROBLEMS)


class HeatQuestion(Question):
    """Which heat is asked for; `straal` is the bandwidth in metres."""

    straal: Bandwidth = BANDWIDTH_M
    maat: HeatMeasure = HeatMeasure.HECTARE


@router.get("/warmte", operation_id="warmte")
def legend(
    question: Annotated[HeatQuestion, Query()], workbench: WorkbenchDep, viewer: ViewerDep
) -> dict[str, Any]:
    """Geef de legenda van de warmtekaart en het adres van haar tegels."""
    known_at = question.stand_van or datetime.now(UTC)
    found = heat.heat(
        workbench, viewer, question.filters(), bandwidth_m=question.straal, measure=question.maat
    )
    around = places.places(workbench, question.gemeente)
    return {
        "tegels": f"/tegels/warmte/{{z}}/{{x}}/{{y}}?{_query(question)}",
        "straal": question.straal,
        "maat": question.maat.value,
        "aantal": found.count,
        "van": found.span.first.isoformat() if found.span else None,
        "tot": found.span.last.isoformat() if found.span else None,
        "standVan": moment_text(known_at),
        "voorbeeldgegevens": found.example,
        "legenda": heat.legend(found, around, known_at=known_at).as_dict(),
    }


def _query(question: HeatQuestion) -> str:
    return urlencode(question.model_dump(mode="json", by_alias=True, exclude_none=True), doseq=True)

"""Meldingen nearby: what is public already around a place, before somebody reports it again."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from data.nearby import Near, nearby
from service.analysis.workbench import today
from service.dependencies import WorkbenchDep
from service.routes.api.shapes import PROBLEMS, OfGemeente, PointText, geojson, read_point

router = APIRouter(tags=["meldingen"], responses=PROBLEMS)


class NearQuestion(OfGemeente):
    """Around which place, and about which soort; without a soort all of them."""

    plek: PointText
    soort: str | None = Field(None, max_length=120, pattern=r"^[a-z0-9-]+$")


@router.get("/meldingen/_bij", operation_id="meldingenDichtbij", response_class=Response)
def near(question: Annotated[NearQuestion, Query()], workbench: WorkbenchDep) -> Response:
    """Geef openbare meldingen die over hetzelfde kunnen gaan; de afstand is in stappen van 25 meter."""
    with workbench.session() as session:
        found = nearby(
            session, read_point(question.plek), question.soort, today(), gemeente=question.gemeente
        )
    return geojson(
        orjson.dumps(
            {"type": "FeatureCollection", "aantal": len(found), "features": [_feature(one) for one in found]}
        )
    )


def _feature(one: Near) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": one.public_id,
        "geometry": {"type": "Point", "coordinates": list(one.point)},
        "properties": {
            "id": one.public_id,
            "soort": one.kind,
            "gemeldOp": one.on,
            "klaarOp": one.closed_on,
            "status": one.status,
            "afstandBinnenMeter": one.distance_m,
            "zienDitOok": one.seen_too,
            "voorbeeldgegevens": one.example,
        },
    }

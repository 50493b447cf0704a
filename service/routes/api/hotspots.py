"""Opvallende plekken: what the page of staff shows, for programs of staff."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from data.rights import Right
from service.analysis import hotspots, places, spot_view
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.routes.api.shapes import STAFF_PROBLEMS, geojson, moment_text
from service.routes.opvallend import SpotQuestion

router = APIRouter(tags=["cijfers"], responses=STAFF_PROBLEMS)


@router.get("/opvallend", operation_id="opvallendePlekken", response_class=Response)
def remarkable(
    question: Annotated[SpotQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> Response:
    """Geef medewerkers de plekken met opvallend veel meldingen en de plotselinge stijgingen, als GeoJSON."""
    town = places.places(workbench, question.gemeente)
    if not viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
        raise HTTPException(404)
    asked = question.asked(settings)
    seen = hotspots.spots(workbench, viewer, town, asked)
    rises = hotspots.rises(
        workbench, viewer, town, asked.filters, weeks=question.weken, barriers=asked.barriers
    )
    return geojson(
        orjson.dumps(
            {
                "type": "FeatureCollection",
                "gemeente": question.gemeente,
                "plek": question.plek,
                "per": question.per,
                "van": seen.span.first if seen.span else None,
                "tot": seen.span.last if seen.span else None,
                "standVan": moment_text(question.stand_van or datetime.now(UTC)),
                "aantal": seen.total,
                "buiten": seen.outside,
                "barrieres": seen.places.cut,
                "spreiding": round(seen.found.overdispersion, 4),
                "trekkingen": seen.found.draws,
                "niveau": seen.found.level,
                "voorbeeldgegevens": seen.example,
                "signalen": [
                    {
                        "soort": one.soort,
                        "buurt": one.buurt,
                        "laatst": one.recent,
                        "eerder": one.earlier,
                        "verwacht": round(one.expected, 2),
                    }
                    for one in rises.rises
                ],
                "signalenWeken": question.weken,
                "signalenVals": rises.false_per_year,
                "signalenGeweigerd": rises.refusal or None,
                "features": spot_view.features(seen),
            }
        )
    )

"""Uw gebied op één blad: the same facts as a page and as one A4 to print."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from data import audit
from data.visibility import Viewer
from maps.gebiedsfoto import Sheet
from service.analysis import gebiedsfoto, places
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/gebieden/{code}/blad")
def page(
    request: Request, code: str, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> HTMLResponse:
    """Show a gebied on one sheet: map, six figures, what changed, what residents reported."""
    found, place = places.find(workbench, code)
    shown = _sheet(workbench, viewer, settings, found, place, made_at=datetime.now(UTC))
    picture = base64.b64encode(shown.map_svg.encode()).decode()
    context = {"blad": shown, "place": place, "beeld": f"data:image/svg+xml;base64,{picture}"}
    return render(request, "gebiedsfoto.html", context, town=found, example=bool(shown.example))


@router.get("/gebieden/{code}/blad.pdf")
def printed(
    code: str, settings: SettingsDep, workbench: WorkbenchDep, database: DatabaseDep, viewer: ViewerDep
) -> Response:
    """Return the sheet of a gebied as a PDF of one A4; that staff took it along is kept in the audit."""
    found, place = places.find(workbench, code)
    made_at = datetime.now(UTC)
    shown = _sheet(workbench, viewer, settings, found, place, made_at=made_at)
    content = gebiedsfoto.pdf(shown, made_at=made_at)
    if shown.mark:
        with database.write() as session:
            audit.record(
                session,
                actor=str(viewer.account),
                action="export",
                object_kind="export",
                object_id=f"gebiedsfoto {code}",
                detail={"vorm": "pdf"},
            )
    name = f"uw-gebied-op-een-blad-{code.lower()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _sheet(
    workbench: Workbench,
    viewer: Viewer,
    settings: Settings,
    found: Places,
    place: Place,
    *,
    made_at: datetime,
) -> Sheet:
    address = settings.public_url + place_url(place)
    return gebiedsfoto.sheet(
        workbench, viewer, found, place, chosen=settings.blad_cijfers, made_at=made_at, address=address
    )

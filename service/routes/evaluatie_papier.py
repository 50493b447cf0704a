"""The evaluation of a meeting on paper and on a screen, with a short address for phones."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import short_addresses
from data.meeting_models import Meeting
from maps import meeting_sheets
from service import meeting_prints
from service.analysis import meeting_page, places
from service.dependencies import DatabaseDep, SettingsDep, WorkbenchDep
from service.own_form import Reading
from service.pages import render
from service.routes.bijeenkomst_plannen import own_meeting
from service.routes.bijeenkomsten import Name
from service.settings import Settings

router = APIRouter(include_in_schema=False)
Short = Annotated[str, Path(min_length=short_addresses.LENGTH, max_length=short_addresses.LENGTH)]


@router.get("/e/{kort}")
def short(database: DatabaseDep, kort: Short) -> RedirectResponse:
    """Lead to the form about a meeting, from the six signs on its sheet."""
    with database.read() as session:
        meeting = short_addresses.by_short_address(session, kort, datetime.now(UTC))
    if meeting is None:
        raise HTTPException(404)
    return RedirectResponse(f"/evaluatie/{meeting.public_id}", 303)


@router.get("/bijeenkomsten/{public_id}/evaluatie/formulier.pdf")
def form_pdf(visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, public_id: Name) -> Response:
    """Return the form about a meeting as a PDF of one A4, to fill in with a pen."""
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=datetime.now(UTC))
    sheet = meeting_prints.evaluation_form(shown, found, link=link_of(settings, meeting))
    made_at = meeting.changed_at or meeting.created_at
    headers = {"Content-Disposition": f'inline; filename="evaluatie-{meeting.public_id}.pdf"'}
    content = meeting_sheets.pdf(sheet, made_at=made_at)
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/bijeenkomsten/{public_id}/evaluatie/scherm")
def screen(visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, public_id: Name) -> HTMLResponse:
    """Show the short address of the form in large letters and as a code, at the end of a meeting."""
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id)
        found = places.places(workbench, meeting.municipality_code)
    link = link_of(settings, meeting)
    picture = base64.b64encode(meeting_prints.code(link).encode()).decode() if link else ""
    context = {"bijeenkomst": meeting, "adres": link.partition("//")[2], "beeld": picture}
    return render(
        visit.request, "bijeenkomst_evaluatie_scherm.html", context, town=found, example=meeting.example
    )


def link_of(settings: Settings, meeting: Meeting) -> str:
    """Return the short address of the form; empty for a meeting that is not for everybody."""
    if not meeting.public or meeting.announced_at is None:
        return ""
    return f"{settings.public_url}/e/{short_addresses.short_address(meeting)}"

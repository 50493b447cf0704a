"""Printing for a meeting: the poster and the sheet to count who came, each as a page and as a PDF."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from data import meetings
from maps import meeting_sheets
from maps.meeting_sheets import Poster, TallySheet
from service import meeting_prints
from service.analysis import meeting_page, places
from service.analysis.meeting_page import ShownMeeting
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.own_form import Reading
from service.pages import render
from service.routes.bijeenkomst_plannen import own_meeting
from service.routes.bijeenkomsten import Name

router = APIRouter(include_in_schema=False)


class _Seen(NamedTuple):
    """A meeting that somebody may see, with its town."""

    meeting: ShownMeeting
    town: Places


@router.get("/bijeenkomsten/{public_id}/affiche")
def poster(
    request: Request, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, public_id: Name
) -> HTMLResponse:
    """Show the poster of a meeting as it stands on paper."""
    seen = _seen(workbench, viewer, public_id)
    sheet = meeting_prints.poster(seen.meeting, seen.town, site=settings.public_url)
    picture = base64.b64encode(sheet.code_svg.encode()).decode()
    context = {"blad": sheet, "een": seen.meeting, "code": f"data:image/svg+xml;base64,{picture}"}
    example = seen.meeting.meeting.example
    return render(request, "bijeenkomst_affiche.html", context, town=seen.town, example=example)


@router.get("/bijeenkomsten/{public_id}/affiche.pdf")
def poster_pdf(
    settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, public_id: Name
) -> Response:
    """Return the poster of a meeting as a PDF of one A4."""
    seen = _seen(workbench, viewer, public_id)
    return _pdf(meeting_prints.poster(seen.meeting, seen.town, site=settings.public_url), seen, "affiche")


@router.get("/bijeenkomsten/{public_id}/telblad")
def tally_sheet(visit: Reading, workbench: WorkbenchDep, public_id: Name) -> HTMLResponse:
    """Show the sheet to count who came, by kind and without names."""
    seen = _own(visit, workbench, public_id)
    context = {"blad": meeting_prints.tally_sheet(seen.meeting, seen.town), "een": seen.meeting}
    example = seen.meeting.meeting.example
    return render(visit.request, "bijeenkomst_telblad.html", context, town=seen.town, example=example)


@router.get("/bijeenkomsten/{public_id}/telblad.pdf")
def tally_sheet_pdf(visit: Reading, workbench: WorkbenchDep, public_id: Name) -> Response:
    """Return the sheet to count who came as a PDF of one A4."""
    seen = _own(visit, workbench, public_id)
    return _pdf(meeting_prints.tally_sheet(seen.meeting, seen.town), seen, "telblad")


def _seen(workbench: Workbench, viewer: ViewerDep, public_id: str) -> _Seen:
    with workbench.session() as session:
        meeting = meetings.meeting_for(session, viewer, public_id)
        if meeting is None:
            raise HTTPException(404)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=datetime.now(UTC))
    return _Seen(shown, found)


def _own(visit: Reading, workbench: Workbench, public_id: str) -> _Seen:
    with visit.database.read() as session:
        own_meeting(session, visit, public_id)
    return _seen(workbench, visit.viewer, public_id)


def _pdf(sheet: Poster | TallySheet, seen: _Seen, name: str) -> Response:
    meeting = seen.meeting.meeting
    # The moment of its last change, so that the same meeting gives the same file.
    content = meeting_sheets.pdf(sheet, made_at=meeting.changed_at or meeting.created_at)
    headers = {"Content-Disposition": f'inline; filename="{name}-{meeting.public_id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)

"""Overdracht: all there is about a gebied for who takes it over, and a search over it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from data import agreements, audit, handing_over
from data.reach import Reach
from data.rights import Right
from data.theme_choices import theme_name
from geo.areas import Level
from maps import area_file
from service import area_file_words
from service.analysis import meeting_page, places
from service.analysis.workbench import today
from service.dependencies import WorkbenchDep
from service.half_years import words_of
from service.own_form import Reading
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.bijeenkomsten import Code
from service.routes.evaluaties import gebied_of
from service.searched import note_search

router = APIRouter(include_in_schema=False)


@router.get("/overdracht")
def search(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    zoek: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the gebieden with a file, and what a search over all files finds."""
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.MEETINGS, gemeente)
        hits = handing_over.search(session, visit.viewer, own.chosen.code, zoek)
        reach = Reach(session)
        names = {one.gebied: reach.name(one.gebied) for one in hits if one.gebied}
    if zoek.strip():
        note_search(visit, own.chosen.code, page="overdracht", hits=len(hits))
    found = places.places(workbench, own.chosen.code)
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "gebieden": found.of(Level.GEBIED) or found.of(Level.WIJK),
        "zoek": zoek,
        "treffers": hits,
        "namen": names,
        "meeste": handing_over.MOST_FOUND,
    }
    return render(visit.request, "overdrachten.html", context, town=found)


@router.get("/overdracht/{gebied}")
def show(visit: Reading, workbench: WorkbenchDep, gebied: Code) -> Response:
    """Show the file of a gebied, to read and to print."""
    found, place = gebied_of(visit, workbench, gebied)
    now = datetime.now(UTC)
    with visit.database.read() as session:
        file = handing_over.file_of(session, visit.viewer, place.gemeente, place.code, now=now)
        context = {
            "gebied": place,
            "map": file,
            "komend": meeting_page.shown(session, found, file.coming, now=now),
            "geweest": meeting_page.shown(session, found, file.held, now=now),
            "samenvatting": file.evaluation,
        }
    context |= {
        "vandaag": today(),
        "te_laat": agreements.is_late,
        "thema_naam": theme_name,
        "halfjaar": words_of,
    }
    return render(visit.request, "overdracht.html", context, town=found, example=file.example)


@router.get("/overdracht/{code}/map.pdf")
def printed(visit: Reading, workbench: WorkbenchDep, code: Code) -> Response:
    """Return the file of a gebied as a PDF, to hand over."""
    found, place = gebied_of(visit, workbench, code)
    now = datetime.now(UTC)
    with visit.database.read() as session:
        file = handing_over.file_of(session, visit.viewer, place.gemeente, place.code, now=now)
        coming, held = (
            meeting_page.shown(session, found, rows, now=now) for rows in (file.coming, file.held)
        )
        sheet = area_file_words.area_file(file, place, found, coming=coming, held=held, today=today())
    # It leaves the service with what is known of people.
    with visit.database.write() as session:
        audit.record(
            session,
            actor=visit.actor,
            action="export",
            object_kind="export",
            object_id=f"overdracht {place.code}",
            detail={"pad": "/overdracht/{code}/map.pdf", "gebied": place.code},
        )
    headers = {"Content-Disposition": f'inline; filename="overdracht-{place.code}.pdf"'}
    return Response(area_file.pdf(sheet, made_at=now), media_type="application/pdf", headers=headers)

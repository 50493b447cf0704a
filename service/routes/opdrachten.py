"""Opdrachten: what was passed on to the party of somebody who has logged in, and how far it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from data import party_work
from data.database import Database
from data.handling import NotAllowed
from data.party_work import Report
from data.visibility import Viewer
from service.analysis.workbench import today
from service.dependencies import DatabaseDep
from service.own_form import Sender, SignedIn
from service.pages import render
from service.routes.api.shapes import RowNumber
from service.staff_text import LONGEST_NOTE, NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)


@router.get("/opdrachten")
def overview(
    request: Request,
    database: DatabaseDep,
    signed: SignedIn,
    pagina: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a partner what was passed on to its party."""
    with database.read() as session:
        found, more = party_work.jobs(session, signed.viewer, today=today(), page=pagina)
    context = {"opdrachten": found, "vandaag": today(), "pagina": pagina, "meer": more}
    return render(request, "opdrachten.html", context)


@router.get("/opdrachten/{nummer}")
def job(
    request: Request, database: DatabaseDep, signed: SignedIn, nummer: RowNumber, klaar: str = ""
) -> Response:
    """Show a partner one melding that was passed on."""
    return _page(request, database, signed.viewer, nummer, done="opdrachten.klaar" if klaar else "")


@router.post("/opdrachten/{nummer}/stand")
def report(
    request: Request,
    database: DatabaseDep,
    signed: Sender,
    nummer: RowNumber,
    stand: Annotated[str, Form(max_length=20)] = "",
    notitie: Annotated[NoteText, Form()] = "",
) -> Response:
    """Say that a melding was taken on, or that it is done."""
    if stand not in set(Report):
        fault = catalogue().text("opdrachten.mist_stand")
        return _page(request, database, signed.viewer, nummer, fault=fault, typed=notitie, status=400)
    try:
        with database.write() as session:
            found = party_work.report(session, signed.viewer, nummer, Report(stand), notitie, today=today())
    except NotAllowed as refused:
        fault = f"{str(refused).capitalize()}."
        return _page(request, database, signed.viewer, nummer, fault=fault, typed=notitie, status=409)
    if found is None:
        raise HTTPException(404)
    return RedirectResponse(f"/opdrachten/{nummer}?klaar=ja", 303)


def _page(
    request: Request,
    database: Database,
    viewer: Viewer,
    number: int,
    *,
    done: str = "",
    fault: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    with database.read() as session:
        found = party_work.job(session, viewer, number, today=today())
    if found is None:
        raise HTTPException(404)
    context = {
        "opdracht": found,
        "te_laat": found.is_late(today()),
        "done": done,
        "fault": fault,
        "typed": typed,
        "langst": LONGEST_NOTE,
    }
    return render(request, "opdracht.html", context, status=status, example=found.seen.example)

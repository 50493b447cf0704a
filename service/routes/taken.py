"""Taken: what a colleague of another department was asked about meldingen, and the answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from data import colleagues
from data.database import Database
from data.handling import NotAllowed
from data.visibility import Viewer
from service.analysis.workbench import today
from service.dependencies import DatabaseDep
from service.own_form import Sender, SignedIn
from service.pages import render
from service.routes.api.shapes import RowNumber
from service.staff_text import LONGEST_NOTE, NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)


@router.get("/taken")
def overview(request: Request, database: DatabaseDep, signed: SignedIn) -> Response:
    """Show a colleague what was asked."""
    with database.read() as session:
        found = colleagues.tasks(session, signed.viewer, today=today())
    return render(request, "taken.html", {"taken": found, "vandaag": today()})


@router.get("/taken/{nummer}")
def task(
    request: Request, database: DatabaseDep, signed: SignedIn, nummer: RowNumber, klaar: str = ""
) -> Response:
    """Show a colleague one question with its melding."""
    return _page(request, database, signed.viewer, nummer, done="taken.klaar" if klaar else "")


@router.post("/taken/{nummer}/antwoord")
def answer(
    request: Request,
    database: DatabaseDep,
    signed: Sender,
    nummer: RowNumber,
    antwoord: Annotated[NoteText, Form()] = "",
) -> Response:
    """Answer a question: the coordinator reads it beside the melding."""
    if not antwoord:
        fault = catalogue().text("taken.mist_antwoord")
        return _page(request, database, signed.viewer, nummer, fault=fault, status=400)
    try:
        with database.write() as session:
            found = colleagues.answer(session, signed.viewer, nummer, antwoord, today=today())
    except NotAllowed as refused:
        fault = f"{str(refused).capitalize()}."
        return _page(request, database, signed.viewer, nummer, fault=fault, typed=antwoord, status=409)
    if found is None:
        raise HTTPException(404)
    return RedirectResponse(f"/taken/{nummer}?klaar=ja", 303)


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
        found = colleagues.task(session, viewer, number, today=today())
    if found is None:
        raise HTTPException(404)
    context = {
        "taak": found,
        "te_laat": found.is_late(today()),
        "done": done,
        "fault": fault,
        "typed": typed,
        "langst": LONGEST_NOTE,
    }
    return render(request, "taak.html", context, status=status, example=found.seen.example)

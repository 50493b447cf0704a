"""Taken: what a colleague of another department was asked about meldingen, and the answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from data import colleagues
from service.analysis.workbench import today
from service.handed_page import HandedPage
from service.own_form import Reading, Sending
from service.pages import render
from service.routes.api.shapes import RowNumber
from service.staff_text import NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
PAGE = HandedPage("/taken", "taak.html", colleagues.task, "taken.klaar")


@router.get("/taken")
def overview(visit: Reading) -> Response:
    """Show a colleague what was asked."""
    with visit.database.read() as session:
        found = colleagues.tasks(session, visit.viewer, today=today())
    return render(visit.request, "taken.html", {"taken": found, "vandaag": today()})


@router.get("/taken/{nummer}")
def task(visit: Reading, nummer: RowNumber, klaar: str = "") -> Response:
    """Show a colleague one question with its melding."""
    return PAGE.show(visit, nummer, done=bool(klaar))


@router.post("/taken/{nummer}/antwoord")
def answer(visit: Sending, nummer: RowNumber, antwoord: Annotated[NoteText, Form()] = "") -> Response:
    """Answer a question: the coordinator reads it beside the melding."""
    if not antwoord:
        return PAGE.show(visit, nummer, fault=catalogue().text("taken.mist_antwoord"), status=400)
    return PAGE.take_in(
        visit,
        nummer,
        lambda session: colleagues.answer(session, visit.viewer, nummer, antwoord, today=today()),
        typed=antwoord,
    )

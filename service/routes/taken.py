"""Taken: what a colleague of another department was asked about meldingen, and the answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from data import colleagues
from service.analysis.workbench import today
from service.dependencies import DatabaseDep
from service.handed_page import HandedPage, Reading, Sending
from service.own_form import SignedIn
from service.pages import render
from service.staff_text import NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
PAGE = HandedPage("/taken", "taak.html", colleagues.task, "taken.klaar")


@router.get("/taken")
def overview(request: Request, database: DatabaseDep, signed: SignedIn) -> Response:
    """Show a colleague what was asked."""
    with database.read() as session:
        found = colleagues.tasks(session, signed.viewer, today=today())
    return render(request, "taken.html", {"taken": found, "vandaag": today()})


@router.get("/taken/{nummer}")
def task(visit: Reading, klaar: str = "") -> Response:
    """Show a colleague one question with its melding."""
    return PAGE.show(visit, done=bool(klaar))


@router.post("/taken/{nummer}/antwoord")
def answer(visit: Sending, antwoord: Annotated[NoteText, Form()] = "") -> Response:
    """Answer a question: the coordinator reads it beside the melding."""
    if not antwoord:
        return PAGE.show(visit, fault=catalogue().text("taken.mist_antwoord"), status=400)
    return PAGE.take_in(
        visit,
        lambda session: colleagues.answer(session, visit.viewer, visit.number, antwoord, today=today()),
        typed=antwoord,
    )

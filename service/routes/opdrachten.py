"""Opdrachten: what was passed on to the party of somebody who has logged in, and how far it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from data import party_work
from data.party_work import Said
from service.analysis.workbench import today
from service.handed_page import HandedPage
from service.own_form import Reading, Sending
from service.pages import render
from service.routes.api.shapes import RowNumber
from service.staff_text import NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
PAGE = HandedPage("/opdrachten", "opdracht.html", party_work.job, "opdrachten.klaar")


@router.get("/opdrachten")
def overview(
    visit: Reading,
    pagina: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a partner what was passed on to its party."""
    with visit.database.read() as session:
        found, more = party_work.jobs(session, visit.viewer, today=today(), page=pagina)
    context = {"opdrachten": found, "vandaag": today(), "pagina": pagina, "meer": more}
    return render(visit.request, "opdrachten.html", context)


@router.get("/opdrachten/{nummer}")
def job(visit: Reading, nummer: RowNumber, klaar: str = "") -> Response:
    """Show a partner one melding that was passed on."""
    return PAGE.show(visit, nummer, done=bool(klaar))


@router.post("/opdrachten/{nummer}/stand")
def report(
    visit: Sending,
    nummer: RowNumber,
    stand: Annotated[str, Form(max_length=20)] = "",
    notitie: Annotated[NoteText, Form()] = "",
) -> Response:
    """Say that a melding was taken on, or that it is done."""
    if stand not in set(Said):
        fault = catalogue().text("opdrachten.mist_stand")
        return PAGE.show(visit, nummer, fault=fault, typed=notitie, status=400)
    said = Said(stand)
    return PAGE.take_in(
        visit,
        nummer,
        lambda session: party_work.report(session, visit.viewer, nummer, said, notitie, today=today()),
        typed=notitie,
    )

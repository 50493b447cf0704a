"""Mijn acties: the agreements of an account, its organisation and its gebieden, late ones first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path
from fastapi.responses import RedirectResponse, Response

from data import agreements
from data.agreements import State, WrongAgreement
from data.reach import area_names
from service.analysis.workbench import today
from service.meeting_form import sentence
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
Name = Annotated[str, Path(max_length=22, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/acties")
def show(visit: Reading, klaar: str = "") -> Response:
    """Show somebody what they, their organisation and their gebieden agreed to do."""
    return _page(visit, done="acties.klaar" if klaar else "")


@router.post("/acties/{public_id}/klaar")
def finish(visit: Sending, public_id: Name, uitkomst: Annotated[Line, Form()] = "") -> Response:
    """Mark an agreement as done, with a line of what came of it."""
    try:
        with visit.database.write() as session:
            row = agreements.one_of_mine(session, visit.viewer, public_id, today=today())
            if row is None:
                raise HTTPException(404)
            agreements.close(session, row, State.KEPT, uitkomst, actor=visit.actor, today=today())
    except WrongAgreement as wrong:
        return _page(visit, fault=sentence(str(wrong)), typed={public_id: uitkomst}, status=400)
    return RedirectResponse("/acties?klaar=ja", 303)


def _page(
    visit: Visit, *, done: str = "", fault: str = "", typed: dict[str, str] | None = None, status: int = 200
) -> Response:
    with visit.database.read() as session:
        found = agreements.mine(session, visit.viewer, today=today())
        names = {
            code: naam
            for town in {one.row.municipality_code for one in found}
            for level in area_names(session, town).values()
            for code, naam in level.items()
        }
    waiting = [one for one in found if one.row.state == State.OPEN]
    context = {
        "eigen": [one for one in waiting if one.own],
        "gebied": [one for one in waiting if not one.own],
        "klaar": [one for one in found if one.row.state != State.OPEN],
        "namen": names,
        "vandaag": today(),
        "typed": typed or {},
        "done": done,
        "fault": fault,
    }
    example = any(one.row.example for one in found)
    return render(visit.request, "acties.html", context, status=status, example=example)

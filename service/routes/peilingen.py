"""Peilingen: the counts of the poll for staff, and what waits until somebody looked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import polls
from data.rights import Right
from service.analysis import places, poll_desk
from service.analysis.places import Place, Places
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.peiling import polled

router = APIRouter(include_in_schema=False)
DONE = {"geteld": "peilingen.klaar_geteld", "weg": "peilingen.klaar_weg"}


@router.get("/peilingen")
def overview(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> Response:
    """Show staff how many people answered about each gebied and wijk."""
    with workbench.session() as session:
        own = own_towns(session, visit, Right.THEMES_READ, gemeente)
        found = places.places(workbench, own.chosen.code)
        rows = poll_desk.lines(session, visit.viewer, found, today=today())
        private = polls.private_counts(session, own.chosen.code)
    context = {"gemeenten": own.towns, "gemeente": own.chosen, "rijen": rows, "besloten": private}
    example = any(row.example for row in rows)
    return render(visit.request, "peilingen.html", context, town=found, example=example)


@router.get("/peilingen/{code}")
def area(
    visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, code: str, klaar: str = ""
) -> Response:
    """Show staff what people said about one gebied or wijk."""
    found, place = readable(visit, workbench, code)
    with workbench.session() as session:
        counts = poll_desk.counts(session, visit.viewer, place, today=today())
    context = {
        "place": place,
        "telling": counts,
        "adres": f"{settings.public_url}/peiling/{place.code}",
        "done": DONE.get(klaar, ""),
    }
    return render(visit.request, "peilingen_gebied.html", context, town=found, example=counts.whole.example)


@router.post("/peilingen/{code}/wachtend")
def settle(
    visit: Sending, workbench: WorkbenchDep, code: str, wat: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Let answers count that waited for a person, or throw them away."""
    _, place = acting(visit, workbench, code)
    with visit.database.write() as session:
        if wat == "geteld":
            polls.count_in(session, place.gemeente, place.code, actor=visit.actor, on=today())
        elif wat == "weg":
            polls.throw_away(session, place.gemeente, place.code, actor=visit.actor)
    done = f"?klaar={wat}" if wat in DONE else ""
    return RedirectResponse(f"/peilingen/{place.code}{done}", 303)


def acting(visit: Visit, workbench: WorkbenchDep, code: str) -> tuple[Places, Place]:
    """Return an area that this viewer may change something of; 404 for any other."""
    found, place = polled(workbench, code)
    with workbench.session() as session:
        if not poll_desk.acts(session, visit.viewer, place):
            raise HTTPException(404)
    return found, place


def readable(visit: Visit, workbench: WorkbenchDep, code: str) -> tuple[Places, Place]:
    """Return an area of a town of which this viewer reads the poll; 404 for any other."""
    found, place = polled(workbench, code)
    if not visit.viewer.may(Right.THEMES_READ, place.gemeente):
        raise HTTPException(404)
    return found, place

"""Gebeurtenissen: staff mark the days on which something changed, for the lines in every series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import marked_events
from data.event_models import MarkedEvent
from data.marked_events import LONGEST_NAME, EventKind, WrongEvent
from data.rights import Right
from service.analysis import places
from service.analysis.words import sentence
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, WorkbenchDep
from service.figure_towns import FigureTowns
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import GemeenteCode, RowNumber
from service.staff_text import NoteText, day_of

router = APIRouter(include_in_schema=False)
PAGE: Final = "/analyse/gebeurtenissen"
DONE: Final = {"toegevoegd": "gebeurtenissen.klaar_toegevoegd", "weg": "gebeurtenissen.klaar_weg"}
# Who reads the lines, and who says how the gemeente works.
TOWNS: Final = FigureTowns((Right.FIGURES_STAFF, Right.CONFIGURE))


@dataclass(frozen=True)
class Shown:
    """What the page says beside the list, with what was typed when that was wrong."""

    done: str = ""
    fault: str = ""
    soort: str = EventKind.APP.value
    dag: str = ""
    naam: str = ""


@router.get(PAGE)
def overview(
    visit: Reading,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    klaar: str = "",
) -> Response:
    """Show the marked events of a gemeente."""
    asked = gemeente or TOWNS.first(visit.viewer, workbench, default=settings.default_gemeente)
    if asked is None:
        return render(visit.request, "leeg.html", {})
    return _page(visit, workbench, asked, Shown(done=DONE.get(klaar, "")))


@router.post(PAGE)
def mark(
    visit: Sending,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode, Form()],
    soort: Annotated[EventKind, Form()] = EventKind.ANDERS,
    dag: Annotated[str, Form(max_length=10)] = "",
    naam: Annotated[NoteText, Form()] = "",
) -> Response:
    """Mark an event."""
    TOWNS.check(visit.viewer, gemeente)
    try:
        with visit.database.write() as session:
            marked_events.mark(session, gemeente, soort, day_of(dag), naam, actor=visit.actor)
    except WrongEvent as wrong:
        fault = sentence(str(wrong))
        return _page(visit, workbench, gemeente, Shown("", fault, soort.value, dag, naam), status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=toegevoegd", 303)


@router.post(f"{PAGE}/{{nummer}}/weg")
def unmark(visit: Sending, nummer: RowNumber) -> Response:
    """Take a marked event away."""
    with visit.database.write() as session:
        found = session.get(MarkedEvent, nummer)
        if found is None:
            raise HTTPException(404)
        gemeente = found.municipality_code
        TOWNS.check(visit.viewer, gemeente)
        marked_events.unmark(session, gemeente, nummer, actor=visit.actor)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _page(visit: Visit, workbench: Workbench, gemeente: str, shown: Shown, *, status: int = 200) -> Response:
    TOWNS.check(visit.viewer, gemeente)
    town = places.places(workbench, gemeente)
    with visit.database.read() as session:
        rows = marked_events.events(session, gemeente)
    context = {
        "gebeurtenissen": rows,
        "soorten": list(EventKind),
        "namen": {kind.value: kind.naam for kind in EventKind},
        "towns": TOWNS.all(visit.viewer, workbench),
        "shown": shown,
        "langst": LONGEST_NAME,
    }
    return render(visit.request, "gebeurtenissen.html", context, status=status, town=town)

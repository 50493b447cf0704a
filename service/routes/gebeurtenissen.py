"""Gebeurtenissen: staff mark the days on which something changed, for the lines in every series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import marked_events
from data.event_models import MarkedEvent
from data.marked_events import LONGEST_NAME, EventKind, WrongEvent
from data.rights import Right
from data.visibility import Viewer
from service.analysis import places, towns
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, WorkbenchDep
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import GemeenteCode, RowNumber
from service.staff_text import NoteText

router = APIRouter(include_in_schema=False)
PAGE: Final = "/analyse/gebeurtenissen"
DONE: Final = {"toegevoegd": "gebeurtenissen.klaar_toegevoegd", "weg": "gebeurtenissen.klaar_weg"}
# Who reads the lines, and who says how the gemeente works.
RIGHTS: Final = (Right.FIGURES_STAFF, Right.CONFIGURE)


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
    asked = gemeente or _own_town(visit.viewer, workbench, settings.default_gemeente)
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
    _check(visit.viewer, gemeente)
    try:
        with visit.database.write() as session:
            marked_events.mark(session, gemeente, soort, _day(dag), naam, actor=visit.actor)
    except WrongEvent as wrong:
        fault = f"{str(wrong).capitalize()}."
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
        _check(visit.viewer, gemeente)
        marked_events.unmark(session, gemeente, nummer, actor=visit.actor)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _page(visit: Visit, workbench: Workbench, gemeente: str, shown: Shown, *, status: int = 200) -> Response:
    _check(visit.viewer, gemeente)
    town = places.places(workbench, gemeente)
    with visit.database.read() as session:
        rows = marked_events.events(session, gemeente)
    context = {
        "gebeurtenissen": rows,
        "soorten": list(EventKind),
        "namen": {kind.value: kind.naam for kind in EventKind},
        "towns": [one for one in towns.towns(workbench) if _may(visit.viewer, one.code)],
        "shown": shown,
        "langst": LONGEST_NAME,
    }
    return render(visit.request, "gebeurtenissen.html", context, status=status, town=town)


def _own_town(viewer: Viewer, workbench: Workbench, default: str) -> str | None:
    """Return the gemeente to begin with: the default or the first where the viewer may; None without any."""
    known = [one.code for one in towns.towns(workbench)]
    own = [code for code in known if _may(viewer, code)]
    if known and not own:
        raise HTTPException(404)
    return default if default in own else next(iter(own), None)


def _check(viewer: Viewer, gemeente: str) -> None:
    if not _may(viewer, gemeente):
        raise HTTPException(404)


def _may(viewer: Viewer, gemeente: str) -> bool:
    return any(viewer.may(right, gemeente) for right in RIGHTS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

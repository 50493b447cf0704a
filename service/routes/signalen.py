"""Signalen: a quick note of what was heard in a gebied, by who works there, and the list per gebied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import signals, themes
from data.acting import acts_in
from data.rights import Right
from data.signals import LONGEST_TEXT, SignalKind, WrongSignal
from geo.areas import Level
from geo.themes import UnknownTheme
from service.analysis import places, signal_list
from service.analysis.places import Place
from service.analysis.workbench import Workbench
from service.dependencies import WorkbenchDep
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode, RowNumber
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
DONE = {"bewaard": "signalen.klaar_bewaard", "weg": "signalen.klaar_weg"}


@dataclass(frozen=True)
class Shown:
    """What the page says beside the list, with what was typed when that was wrong."""

    done: str = ""
    fault: str = ""
    waar: str = ""
    thema: str = ""
    soort: str = SignalKind.CONCERN.value
    tekst: str = ""


@router.get("/signalen")
def overview(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    waar: Annotated[str, Query(max_length=10)] = "",
    klaar: str = "",
) -> Response:
    """Show the form for a signal, and what was heard in each gebied."""
    return _page(visit, workbench, gemeente, Shown(done=DONE.get(klaar, ""), waar=waar))


@router.post("/signalen")
def hear(
    visit: Sending,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode, Form()],
    waar: Annotated[str, Form(max_length=10)] = "",
    thema: Annotated[str, Form(max_length=60)] = "",
    soort: Annotated[SignalKind, Form()] = SignalKind.CONCERN,
    tekst: Annotated[Line, Form()] = "",
) -> Response:
    """Keep what somebody heard; what is wrong is asked again."""
    typed = Shown("", "", waar, thema, soort.value, tekst)
    place = _own(visit, workbench, gemeente, waar)
    if place is None:
        return _page(visit, workbench, gemeente, typed, fault="signalen.fout_waar")
    try:
        with visit.database.write() as session:
            signals.hear(
                session, gemeente, place.code, theme=thema, kind=soort, text=tekst, actor=visit.actor
            )
    except UnknownTheme:
        return _page(visit, workbench, gemeente, typed, fault="signalen.fout_thema")
    except WrongSignal:
        return _page(visit, workbench, gemeente, typed, fault="signalen.fout_tekst")
    return RedirectResponse(f"/signalen?gemeente={gemeente}&waar={place.code}&klaar=bewaard", 303)


@router.post("/signalen/{nummer}/weg")
def take_back(visit: Sending, nummer: RowNumber) -> Response:
    """Take away a signal of one's own."""
    with visit.database.write() as session:
        gemeente = signals.take_back(session, nummer, actor=visit.actor)
    if gemeente is None:
        raise HTTPException(404)
    return RedirectResponse(f"/signalen?gemeente={gemeente}&klaar=weg", 303)


def _own(visit: Visit, workbench: Workbench, gemeente: str, code: str) -> Place | None:
    """Return the gebied or wijk of this code where the viewer may note something; None for any other."""
    place = places.places(workbench, gemeente).by_code.get(code)
    if place is None or place.level not in {Level.GEBIED, Level.WIJK}:
        return None
    with workbench.session() as session:
        ours = acts_in(session, visit.viewer, Right.ACTIONS, gemeente, place.code)
    return place if ours else None


def _page(
    visit: Visit, workbench: Workbench, gemeente: str | None, shown: Shown, *, fault: str = ""
) -> Response:
    with workbench.session() as session:
        own = own_towns(session, visit, Right.ACTIONS, gemeente)
        found = places.places(workbench, own.chosen.code)
        registry = themes.registry(session, own.chosen.code)
        heard = signal_list.heard(session, visit.viewer, found, registry)
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "themas": registry.themes,
        "soorten": list(SignalKind),
        "gebieden": found.of(Level.GEBIED),
        "wijken": [one for one in found.of(Level.WIJK) if not one.water],
        "gehoord": heard,
        "sent": shown,
        "fault": fault,
        "longest": LONGEST_TEXT,
    }
    example = any(line.example for one in heard for line in one.lines)
    status = 400 if fault else 200
    return render(visit.request, "signalen.html", context, status=status, town=found, example=example)

"""The poll: what people find important in a gebied or wijk, answered without an account, and its outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import polls, themes
from data.polls import LONGEST_WORDS, MOST_THEMES, Channel, Kept
from geo.areas import Level
from geo.themes import Registry
from service.analysis import places, poll_outcome, towns
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench, today
from service.challenge import Vorm
from service.dependencies import SettingsDep, WorkbenchDep
from service.letter_pages import ValuesDep, VisitDep
from service.melding_form import clean, fresh_key
from service.pages import render
from service.poll_form import Filled
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
MeetingName = Annotated[str, Query(max_length=22)]


@router.get("/peiling")
def choose(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> HTMLResponse:
    """Show the gebieden and wijken that a poll can be answered about."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    context = {
        "towns": towns.towns(workbench),
        "gebieden": found.of(Level.GEBIED),
        "wijken": [one for one in found.of(Level.WIJK) if not one.water],
    }
    return render(request, "peilingkeuze.html", context, town=found)


@router.get("/peiling/{code}")
def ask(visit: VisitDep, code: str, bijeenkomst: MeetingName = "") -> HTMLResponse:
    """Show the poll about a gebied or wijk."""
    found, place = polled(visit.workbench, code)
    filled = Filled(sleutel=fresh_key(), bijeenkomst=clean(bijeenkomst))
    return _form(visit.request, visit.workbench, found, place, filled, {})


@router.post("/peiling/{code}")
def answer(visit: VisitDep, code: str, values: ValuesDep) -> Response:
    """Keep an answer once and go on to the outcome; what is wrong is asked again, nothing typed is lost."""
    workbench = visit.workbench
    found, place = polled(workbench, code)
    with workbench.session() as session:
        registry = themes.registry(session, found.gemeente.code)
        filled = Filled.of(values, registry)
        meeting = polls.meeting_number(session, found.gemeente.code, filled.bijeenkomst)
    if faults := filled.faults():
        kept = filled if filled.has_key() else replace(filled, sleutel=fresh_key())
        return _form(visit.request, workbench, found, place, kept, faults, status=400)
    given = filled.answer(found.gemeente.code, place.code, registry)
    if meeting is not None:
        given = replace(given, channel=Channel.MEETING, meeting_id=meeting)
    told = polls.keep(
        workbench.database,
        given,
        settle=visit.checker.form(Vorm.PEILING, values).settle,
        on=today(),
        key=filled.sleutel,
        secret=read_secret(visit.settings.var_folder),
    )
    return RedirectResponse(f"/peiling/{place.code}/uitkomst?bericht={told}", 303)


@router.get("/peiling/{code}/uitkomst")
def outcome(
    request: Request, workbench: WorkbenchDep, code: str, bericht: Kept | None = None
) -> HTMLResponse:
    """Show how many people answered about an area in each round that is over."""
    found, place = polled(workbench, code)
    shown = poll_outcome.outcome(workbench, found, place)
    context = {"place": place, "uitkomst": shown, "bericht": bericht, "trail": [found.gemeente]}
    return render(request, "peiling_uitkomst.html", context, town=found, example=shown.example)


def polled(workbench: Workbench, code: str) -> tuple[Places, Place]:
    """Return the gebied or wijk of this code and the places around it; 404 for any other place."""
    found, place = places.find(workbench, code)
    if place.level not in {Level.GEBIED, Level.WIJK}:
        raise HTTPException(404)
    return found, place


def _form(
    request: Request,
    workbench: Workbench,
    found: Places,
    place: Place,
    filled: Filled,
    faults: dict[str, str],
    *,
    status: int = 200,
) -> HTMLResponse:
    with workbench.session() as session:
        registry: Registry = themes.registry(session, found.gemeente.code)
        meeting = polls.meeting_number(session, found.gemeente.code, filled.bijeenkomst)
    context: dict[str, Any] = {
        "place": place,
        "themas": registry.themes,
        "sent": filled,
        "faults": faults,
        "most": MOST_THEMES,
        "longest": LONGEST_WORDS,
        "at_meeting": meeting is not None,
        "trail": [found.gemeente],
    }
    return render(request, "peiling.html", context, status=status, town=found)

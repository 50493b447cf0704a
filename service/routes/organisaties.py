"""Organisaties: the own page of a bewonersorganisatie, and the release of its text by a coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from data import organisations
from data.database import Database
from data.organisations import LONGEST_NAME, LONGEST_TEXT, Organisation, WrongOrganisation
from data.visibility import Viewer
from service.analysis.organisation_page import own_areas
from service.analysis.workbench import today
from service.dependencies import DatabaseDep, SettingsDep, WorkbenchDep
from service.own_form import Sender, SignedIn
from service.pages import render
from service.staff_text import NoteText

router = APIRouter(include_in_schema=False)
DONE = {"zichtbaar": "organisaties.klaar_zichtbaar", "weg": "organisaties.klaar_weg"}


@dataclass(frozen=True)
class Own:
    """Who asks for the own page, and what with."""

    request: Request
    settings: SettingsDep
    workbench: WorkbenchDep
    database: DatabaseDep


OwnDep = Annotated[Own, Depends()]


@router.get("/organisatie")
def own(at: OwnDep, signed: SignedIn, klaar: str = "") -> Response:
    """Show a bewonersorganisatie its own page."""
    return _page(at, signed.viewer, done="organisaties.klaar_bewaard" if klaar else "")


@router.post("/organisatie")
def write(
    at: OwnDep,
    signed: Sender,
    nummer: Annotated[int, Form(ge=1, le=2**53)],
    naam: Annotated[NoteText, Form()] = "",
    wat: Annotated[NoteText, Form()] = "",
    samenkomst: Annotated[NoteText, Form()] = "",
) -> Response:
    """Keep what an organisation says of itself; everybody reads it after a coordinator released it."""
    try:
        with at.database.write() as session:
            own = _one(organisations.own(session, signed.viewer, today=today()), nummer)
            organisations.write(session, own, naam, wat, samenkomst, actor=str(signed.viewer.account))
    except WrongOrganisation as wrong:
        typed = {"nummer": nummer, "naam": naam, "wat": wat, "samenkomst": samenkomst}
        return _page(at, signed.viewer, fault=f"{str(wrong).capitalize()}.", typed=typed, status=400)
    return RedirectResponse("/organisatie?klaar=ja", 303)


def _page(
    at: Own,
    viewer: Viewer,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    with at.database.read() as session:
        found = organisations.own(session, viewer, today=today())
    shown = [(one, own_areas(at.workbench, at.settings, one)) for one in found]
    context = {
        "organisaties": shown,
        "done": done,
        "fault": fault,
        "typed": typed or {},
        "langst": {"naam": LONGEST_NAME, "tekst": LONGEST_TEXT},
    }
    example = any(one.example for _, areas in shown for area in areas for one in area.meldingen)
    return render(at.request, "organisatie.html", context, status=status, example=example)


@router.get("/organisaties")
def overview(request: Request, database: DatabaseDep, signed: SignedIn, klaar: str = "") -> Response:
    """Show a coordinator the texts of the organisations in the own areas."""
    return _overview(request, database, signed.viewer, done=DONE.get(klaar, ""))


@router.post("/organisaties/{nummer}/zichtbaar")
def release(
    request: Request,
    database: DatabaseDep,
    signed: Sender,
    nummer: int,
    versie: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Let everybody read what an organisation wrote last."""
    try:
        with database.write() as session:
            found = _one(organisations.to_release(session, signed.viewer), nummer)
            organisations.release(session, found, version=versie, actor=str(signed.viewer.account))
    except WrongOrganisation as wrong:
        fault = f"{str(wrong).capitalize()}."
        return _overview(request, database, signed.viewer, fault=fault, status=409)
    return RedirectResponse("/organisaties?klaar=zichtbaar", 303)


@router.post("/organisaties/{nummer}/weg")
def withdraw(database: DatabaseDep, signed: Sender, nummer: int) -> Response:
    """Let nobody else read the text of an organisation any more."""
    with database.write() as session:
        found = _one(organisations.to_release(session, signed.viewer), nummer)
        organisations.withdraw(session, found, actor=str(signed.viewer.account))
    return RedirectResponse("/organisaties?klaar=weg", 303)


def _overview(
    request: Request,
    database: Database,
    viewer: Viewer,
    *,
    done: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    with database.read() as session:
        found = organisations.to_release(session, viewer)
    context = {"organisaties": sorted(found, key=lambda one: not one.waits), "done": done, "fault": fault}
    return render(request, "organisaties.html", context, status=status)


def _one(found: list[Organisation], number: int) -> Organisation:
    """Return the organisation of a number among those that somebody may change; 404 for any other."""
    chosen = next((one for one in found if one.account.id == number), None)
    if chosen is None:
        raise HTTPException(404)
    return chosen

"""Organisaties: the own page of a bewonersorganisatie, and the release of its text by a coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import accounts, choice_reactions, organisations
from data.organisations import LONGEST_NAME, LONGEST_TEXT, Organisation, WrongOrganisation
from data.text_masking import Piece, personal_data
from service.analysis.organisation_page import own_areas
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.half_years import words_of
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.secret import read_secret
from service.settings import Settings
from service.staff_text import NoteText

router = APIRouter(include_in_schema=False)
DONE = {"zichtbaar": "organisaties.klaar_zichtbaar", "weg": "organisaties.klaar_weg"}


@dataclass(frozen=True)
class Around:
    """Where the own page finds what is around an organisation."""

    workbench: WorkbenchDep
    settings: SettingsDep


AroundDep = Annotated[Around, Depends()]


@router.get("/organisatie")
def own(visit: Reading, around: AroundDep, klaar: str = "") -> Response:
    """Show a bewonersorganisatie its own page."""
    return _page(visit, around, done="organisaties.klaar_bewaard" if klaar else "")


@router.post("/organisatie")
def write(
    visit: Sending,
    around: AroundDep,
    nummer: Annotated[int, Form(ge=1, le=2**53)],
    naam: Annotated[NoteText, Form()] = "",
    wat: Annotated[NoteText, Form()] = "",
    samenkomst: Annotated[NoteText, Form()] = "",
    laat_staan: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Keep what an organisation says of itself; everybody reads it after a coordinator released it.

    What looks like data of somebody is asked about first.
    """
    typed = {"nummer": nummer, "naam": naam, "wat": wat, "samenkomst": samenkomst}
    if not laat_staan and _personal(naam, wat, samenkomst):
        return _page(visit, around, typed=typed, status=400)
    try:
        with visit.database.write() as session:
            own = _one(organisations.own(session, visit.viewer, today=today()), nummer)
            organisations.write(session, own, naam, wat, samenkomst, actor=visit.actor)
    except WrongOrganisation as wrong:
        return _page(visit, around, fault=sentence(str(wrong)), typed=typed, status=400)
    return RedirectResponse("/organisatie?klaar=ja", 303)


def _page(
    visit: Visit,
    around: Around,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        found = organisations.own(session, visit.viewer, today=today())
        themes = _asked(session, visit, around.settings)
    if typed and all(one.account.id != typed["nummer"] for one in found):
        raise HTTPException(404)
    shown = [(one, own_areas(around.workbench, around.settings, one)) for one in found]
    context = {
        "organisaties": shown,
        "themavragen": themes,
        "done": done,
        "fault": fault,
        "typed": typed or {},
        "gegevens": _personal(typed["naam"], typed["wat"], typed["samenkomst"]) if typed else [],
        "langst": {"naam": LONGEST_NAME, "tekst": LONGEST_TEXT},
    }
    example = any(one.example for _, areas in shown for area in areas for one in area.meldingen)
    return render(visit.request, "organisatie.html", context, status=status, example=example)


def _asked(session: Session, visit: Visit, settings: Settings) -> list[dict[str, Any]]:
    """Return the choices of a theme that an organisation was asked about, with the own link to each."""
    numbers = accounts.working_for(session, visit.viewer.account, today=today())
    secret = read_secret(settings.var_folder)
    return [
        {
            "naam": asked.choice.snapshot["gebied"]["naam"],
            "halfjaar": words_of(asked.choice.period),
            "tot": asked.choice.due_on,
            "gekozen": asked.choice.theme is not None,
            "gereageerd": asked.row.reacted_at is not None,
            "link": f"/reactie/{choice_reactions.link_token(asked.choice, partner, secret)}",
        }
        for asked, partner in choice_reactions.asked_accounts(session, visit.viewer, numbers)
    ]


@router.get("/organisaties")
def overview(visit: Reading, klaar: str = "") -> Response:
    """Show a coordinator the texts of the organisations in the own areas."""
    return _overview(visit, done=DONE.get(klaar, ""))


@router.post("/organisaties/{nummer}/zichtbaar")
def release(
    visit: Sending,
    nummer: int,
    versie: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Let everybody read what an organisation wrote last."""
    try:
        with visit.database.write() as session:
            found = _one(organisations.to_release(session, visit.viewer), nummer)
            organisations.release(session, found, version=versie, actor=visit.actor)
    except WrongOrganisation as wrong:
        fault = sentence(str(wrong))
        return _overview(visit, fault=fault, status=409)
    return RedirectResponse("/organisaties?klaar=zichtbaar", 303)


@router.post("/organisaties/{nummer}/weg")
def withdraw(visit: Sending, nummer: int) -> Response:
    """Let nobody else read the text of an organisation any more."""
    with visit.database.write() as session:
        found = _one(organisations.to_release(session, visit.viewer), nummer)
        organisations.withdraw(session, found, actor=visit.actor)
    return RedirectResponse("/organisaties?klaar=weg", 303)


def _overview(visit: Visit, *, done: str = "", fault: str = "", status: int = 200) -> Response:
    with visit.database.read() as session:
        found = organisations.to_release(session, visit.viewer)
    gegevens = {
        one.account.id: ", ".join(piece.text for piece in _personal(text.naam, text.wat, text.samenkomst))
        for one in found
        if (text := one.written)
    }
    context = {
        "organisaties": sorted(found, key=lambda one: not one.waits),
        "gegevens": gegevens,
        "done": done,
        "fault": fault,
    }
    return render(visit.request, "organisaties.html", context, status=status)


def _personal(*texts: str) -> list[Piece]:
    """Return what in the texts of an organisation looks like data of somebody."""
    return personal_data("\n".join(texts))


def _one(found: list[Organisation], number: int) -> Organisation:
    """Return the organisation of a number among those that somebody may change; 404 for any other."""
    chosen = next((one for one in found if one.account.id == number), None)
    if chosen is None:
        raise HTTPException(404)
    return chosen

"""Managing standard answers: the lines for residents that the desk of a gemeente can choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from data import standard_answers
from data.party_models import StandardAnswer
from data.rights import Right
from data.standard_answers import LONGEST_ANSWER, LONGEST_TITLE, WrongAnswer
from data.visibility import Viewer
from service.analysis.melding_kinds import kinds_by_group
from service.dependencies import DatabaseDep
from service.own_form import Sender, SignedIn
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.staff_text import NoteText

router = APIRouter(include_in_schema=False)
PAGE = "/beheer/antwoorden"
DONE = {"bewaard": "antwoorden.klaar_bewaard", "weg": "antwoorden.klaar_weg"}


class Typed(BaseModel):
    """A standard answer as somebody typed it."""

    titel: NoteText = ""
    tekst: NoteText = ""
    soort: str = Field("", max_length=120)


def _typed(
    titel: Annotated[NoteText, Form()] = "",
    tekst: Annotated[NoteText, Form()] = "",
    soort: Annotated[str, Form(max_length=120)] = "",
) -> Typed:
    return Typed(titel=titel, tekst=tekst, soort=soort)


TypedDep = Annotated[Typed, Depends(_typed)]


@dataclass(frozen=True)
class Shown:
    """What the page says beside the answers; `number` is the one that `typed` was for, None for a new one."""

    done: str = ""
    fault: str = ""
    typed: Typed = field(default_factory=Typed)
    number: int | None = None


@router.get("/beheer/antwoorden")
def overview(
    request: Request,
    database: DatabaseDep,
    signed: SignedIn,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    klaar: str = "",
) -> Response:
    """Show the standard answers of a gemeente."""
    return _page(request, database, signed.viewer, gemeente, Shown(done=DONE.get(klaar, "")))


@router.post("/beheer/antwoorden")
def add(
    request: Request,
    database: DatabaseDep,
    signed: Sender,
    gemeente: Annotated[GemeenteCode, Form()],
    typed: TypedDep,
) -> Response:
    """Add a standard answer."""
    if not signed.viewer.may(Right.CONFIGURE, gemeente):
        raise HTTPException(404)
    return _keep(request, database, signed.viewer, gemeente, typed, None)


@router.post("/beheer/antwoorden/{nummer}")
def change(request: Request, database: DatabaseDep, signed: Sender, nummer: int, typed: TypedDep) -> Response:
    """Change a standard answer."""
    with database.read() as session:
        gemeente = _own(session, signed.viewer, nummer).municipality_code
    return _keep(request, database, signed.viewer, gemeente, typed, nummer)


@router.post("/beheer/antwoorden/{nummer}/weg")
def drop(database: DatabaseDep, signed: Sender, nummer: int) -> Response:
    """Take a standard answer away."""
    with database.write() as session:
        gemeente = _own(session, signed.viewer, nummer).municipality_code
        standard_answers.drop(session, gemeente, nummer, actor=str(signed.viewer.account))
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _own(session: Session, viewer: Viewer, number: int) -> StandardAnswer:
    """Return an answer of a gemeente that this viewer configures; 404 for any other."""
    found = session.get(StandardAnswer, number) if 0 < number < 2**53 else None
    if found is None or not viewer.may(Right.CONFIGURE, found.municipality_code):
        raise HTTPException(404)
    return found


def _keep(
    request: Request, database: DatabaseDep, viewer: Viewer, gemeente: str, typed: Typed, number: int | None
) -> Response:
    try:
        with database.write() as session:
            standard_answers.keep(
                session,
                gemeente,
                typed.titel,
                typed.tekst,
                category=typed.soort,
                number=number,
                actor=str(viewer.account),
            )
    except WrongAnswer as wrong:
        shown = Shown(fault=f"{str(wrong).capitalize()}.", typed=typed, number=number)
        return _page(request, database, viewer, gemeente, shown, status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=bewaard", 303)


def _page(
    request: Request,
    database: DatabaseDep,
    viewer: Viewer,
    gemeente: str | None,
    shown: Shown,
    *,
    status: int = 200,
) -> Response:
    with database.read() as session:
        own = own_towns(session, viewer, Right.CONFIGURE, gemeente)
        context: dict[str, Any] = {
            "gemeenten": own.towns,
            "gemeente": own.chosen,
            "antwoorden": standard_answers.answers(session, own.chosen.code),
            "groepen": kinds_by_group(),
            "shown": shown,
            "langst": {"titel": LONGEST_TITLE, "tekst": LONGEST_ANSWER},
        }
    return render(request, "beheer_antwoorden.html", context, status=status)

"""Managing standard answers: the lines for residents that the desk of a gemeente can choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from data import standard_answers
from data.party_models import StandardAnswer
from data.rights import Right
from data.standard_answers import LONGEST_ANSWER, LONGEST_TITLE, WrongAnswer
from data.visibility import Viewer
from service.analysis.melding_kinds import kinds_by_group
from service.analysis.words import sentence
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_page
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
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    klaar: str = "",
) -> Response:
    """Show the standard answers of a gemeente."""
    return _page(visit, gemeente, Shown(done=DONE.get(klaar, "")))


@router.post("/beheer/antwoorden")
def add(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    typed: TypedDep,
) -> Response:
    """Add a standard answer."""
    if not visit.viewer.may(Right.CONFIGURE, gemeente):
        raise HTTPException(404)
    return _keep(visit, gemeente, typed, None)


@router.post("/beheer/antwoorden/{nummer}")
def change(visit: Sending, nummer: int, typed: TypedDep) -> Response:
    """Change a standard answer."""
    with visit.database.read() as session:
        gemeente = _own(session, visit.viewer, nummer).municipality_code
    return _keep(visit, gemeente, typed, nummer)


@router.post("/beheer/antwoorden/{nummer}/weg")
def drop(visit: Sending, nummer: int) -> Response:
    """Take a standard answer away."""
    with visit.database.write() as session:
        gemeente = _own(session, visit.viewer, nummer).municipality_code
        standard_answers.drop(session, gemeente, nummer, actor=visit.actor)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _own(session: Session, viewer: Viewer, number: int) -> StandardAnswer:
    """Return an answer of a gemeente that this viewer configures; 404 for any other."""
    found = session.get(StandardAnswer, number) if 0 < number < 2**53 else None
    if found is None or not viewer.may(Right.CONFIGURE, found.municipality_code):
        raise HTTPException(404)
    return found


def _keep(visit: Visit, gemeente: str, typed: Typed, number: int | None) -> Response:
    try:
        with visit.database.write() as session:
            standard_answers.keep(
                session,
                gemeente,
                typed.titel,
                typed.tekst,
                category=typed.soort,
                number=number,
                actor=visit.actor,
            )
    except WrongAnswer as wrong:
        shown = Shown(fault=sentence(str(wrong)), typed=typed, number=number)
        return _page(visit, gemeente, shown, status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=bewaard", 303)


def _page(visit: Visit, gemeente: str | None, shown: Shown, *, status: int = 200) -> Response:
    def fill(session: Session, code: str) -> dict[str, Any]:
        return {
            "antwoorden": standard_answers.answers(session, code),
            "groepen": kinds_by_group(),
            "shown": shown,
            "langst": {"titel": LONGEST_TITLE, "tekst": LONGEST_ANSWER},
        }

    return own_page(visit, Right.CONFIGURE, gemeente, "beheer_antwoorden.html", fill, status=status)

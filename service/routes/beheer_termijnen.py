"""Managing terms: in how many working days a gemeente wants meldingen to be done, by group and soort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import handling_terms
from data.handling_terms import LONGEST, Terms, WrongTerm
from data.rights import Right
from service.analysis.melding_kinds import kinds_by_group
from service.analysis.words import sentence
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_page
from service.routes.api.shapes import GemeenteCode
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
MOST_WORDS = 400
Words = Annotated[list[Annotated[str, Form(max_length=120)]], Form(max_length=MOST_WORDS)]
Days = Annotated[list[Annotated[str, Form(max_length=10)]], Form(max_length=MOST_WORDS)]


@router.get("/beheer/termijnen")
def overview(
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    klaar: str = "",
) -> Response:
    """Show the terms of a gemeente."""
    done = "termijnen.klaar" if klaar else ""
    return _page(visit, gemeente, done=done)


@router.post("/beheer/termijnen")
def store(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    woord: Words = [],  # noqa: B006 (FastAPI copies it)
    dagen: Days = [],  # noqa: B006
) -> Response:
    """Set the terms of a gemeente; a field that is left empty has none of its own."""
    if not visit.viewer.may(Right.CONFIGURE, gemeente):
        raise HTTPException(404)
    if len(woord) != len(dagen):
        raise HTTPException(400)
    typed = {word: days.strip() for word, days in zip(woord, dagen, strict=True) if days.strip()}
    try:
        with visit.database.write() as session:
            handling_terms.store_terms(session, gemeente, _numbers(typed), actor=visit.actor)
    except WrongTerm as wrong:
        fault = sentence(str(wrong))
        return _page(visit, gemeente, fault=fault, typed=typed, status=400)
    return RedirectResponse(f"/beheer/termijnen?gemeente={gemeente}&klaar=ja", 303)


def _numbers(typed: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers that were typed; WrongTerm for what is no number."""
    wrong = next((days for days in typed.values() if not (days.isascii() and days.isdigit())), None)
    if wrong is not None:
        raise WrongTerm(catalogue().text("termijnen.geen_getal", getal=wrong))
    return {word: int(days) for word, days in typed.items()}


def _page(
    visit: Visit,
    gemeente: str | None,
    *,
    done: str = "",
    fault: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    def fill(session: Session, code: str) -> dict[str, Any]:
        return {
            "groepen": kinds_by_group(),
            "eigen": handling_terms.own_terms(session, code) if typed is None else typed,
            "gewoon": Terms({}, handling_terms.bundled_terms()).days_of,
            "langste": LONGEST,
            "done": done,
            "fault": fault,
        }

    return own_page(visit, Right.CONFIGURE, gemeente, "beheer_termijnen.html", fill, status=status)

"""Kennismaken: the secret link by which a resident says whether they want to meet somebody who also helps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import introductions
from data.help_offers import counts_now
from data.introductions import Side
from data.reach import Reach
from data.themes import registry
from data.tokens import Purpose, name_of
from service.analysis.workbench import today
from service.letter_pages import NOT_TO_INDEX, ValuesDep, Visit, VisitDep
from service.pages import render
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
PAGE: Final = "/kennismaken/{token}"


@router.get(PAGE)
def show(visit: VisitDep, token: str, bericht: str = "") -> Response:
    """Ask whether somebody wants to meet; it says what the other helps with, and not who it is."""
    name = _name(visit, token)
    with visit.workbench.session() as session:
        found = introductions.find(session, name)
        if found is None:
            raise HTTPException(404)
        context = _context(session, found) | {"told": bericht == "bedankt", "pad": f"/kennismaken/{token}"}
    page = render(visit.request, "kennismaken.html", context, example=found.own.example)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page


@router.post(PAGE)
def answer(visit: VisitDep, token: str, values: ValuesDep) -> Response:
    """Keep a yes or a no; names leave when both said yes."""
    name, said = _name(visit, token), values.get("antwoord", "")
    if said not in {"ja", "nee"}:
        raise HTTPException(400, "Kies ja of nee.")
    with visit.workbench.database.write() as session:
        found = introductions.answer(session, name, agreed=said == "ja", now=datetime.now(UTC))
    if found is None:
        raise HTTPException(410, "Dit gaat niet meer: een van u doet niet meer mee.")
    return RedirectResponse(f"/kennismaken/{token}?bericht=bedankt", 303)


def _context(session: Session, found: Side) -> dict[str, object]:
    known = {one.slug: one.naam for one in registry(session, found.other.municipality_code).themes}
    here = counts_now(found.own, today()) and counts_now(found.other, today())
    return {
        "gebied": Reach(session).name(found.other.area),
        "themas": [known[one] for one in found.other.themes if one in known],
        "antwoord": found.agreed,
        "samen": found.row.introduced_at is not None,
        "kan": here and found.row.introduced_at is None,
    }


def _name(visit: Visit, token: str) -> str:
    name = name_of(Purpose.INTRODUCE, token, read_secret(visit.settings.var_folder))
    if name is None:
        raise HTTPException(404)
    return name

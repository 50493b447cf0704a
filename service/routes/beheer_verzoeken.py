"""Managing requests about own data: what is open, its term, and what the privacy officer does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from data import privacy_handling, privacy_requests
from data.desk import ContactField
from data.handling import NotAllowed
from data.municipalities import municipalities
from data.privacy_handling import Handled, Identity
from data.privacy_requests import Wish
from data.visibility import Viewer
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.staff_text import LONGEST_NOTE, LONGEST_REASON, NoteText, Plain, Reason
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
PATH: Final = "/beheer/verzoeken"
PAGE_SIZE: Final = 20
# Who asks for access may get a list of all that there is.
LONGEST_ANSWER: Final = 20_000
DONE: Final = {
    "identiteit": "verzoeken.klaar_identiteit",
    "langer": "verzoeken.klaar_langer",
    "notitie": "verzoeken.klaar_notitie",
    "antwoord": "verzoeken.klaar_antwoord",
    "sluiten": "verzoeken.klaar_sluiten",
}
Given = TypeVar("Given", bound=str)
Act = Callable[[Session, Viewer, str, Given], Handled | None]
AnswerText = Annotated[str, Field(max_length=LONGEST_ANSWER), *Plain]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/beheer/verzoeken")
def overview(
    visit: Reading, stapel: Literal["open", "gesloten"] = "open", pagina: PageNumber = 1
) -> HTMLResponse:
    """Show the privacy officer the requests about own data, the oldest first, or those that were closed."""
    ask = privacy_handling.closed if stapel == "gesloten" else privacy_handling.waiting
    with visit.database.read() as session:
        totals = {
            pile: privacy_handling.count(session, visit.viewer, closed=pile == "gesloten")
            for pile in ("open", "gesloten")
        }
        pages = max(1, -(-totals[stapel] // PAGE_SIZE))
        page = min(pagina, pages)
        found = ask(session, visit.viewer, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        names = {one.code: one.naam for one in municipalities(session)}
    context = {
        "verzoeken": found,
        "stapel": stapel,
        "aantallen": totals,
        "gemeenten": names,
        "pagina": page,
        "paginas": pages,
        "vandaag": today(),
        "geschreven": privacy_requests.written,
    }
    return render(visit.request, "beheer_verzoeken.html", context)


@router.get("/beheer/verzoeken/{public_id}")
def one(visit: Reading, public_id: str, klaar: str = "") -> HTMLResponse:
    """Show the privacy officer one request, with what can be done with it."""
    return _page(visit, public_id, done=DONE.get(klaar, ""))


@router.post("/beheer/verzoeken/{public_id}/identiteit")
def identity(visit: Sending, public_id: str, uitkomst: Annotated[Identity | None, Form()] = None) -> Response:
    """Keep what came of finding out who asks."""
    if uitkomst is None:
        return _refused(visit, public_id, "verzoeken.mist_uitkomst")
    return _do(visit, public_id, "identiteit", privacy_handling.settle_identity, uitkomst)


@router.post("/beheer/verzoeken/{public_id}/langer")
def extend(visit: Sending, public_id: str, reden: Annotated[NoteText, Form()] = "") -> Response:
    """Take two months more for a request, once, and mail who asked why."""
    if not reden:
        return _refused(visit, public_id, "verzoeken.mist_reden")
    return _do(visit, public_id, "langer", privacy_handling.extend, reden)


@router.post("/beheer/verzoeken/{public_id}/notitie")
def note(visit: Sending, public_id: str, notitie: Annotated[NoteText, Form()] = "") -> Response:
    """Keep a private note beside a request."""
    if not notitie:
        return _refused(visit, public_id, "werkbak.mist_notitie")
    return _do(visit, public_id, "notitie", privacy_handling.add_note, notitie)


@router.post("/beheer/verzoeken/{public_id}/antwoord")
def answer(visit: Sending, public_id: str, antwoord: Annotated[AnswerText, Form()] = "") -> Response:
    """Answer a request by mail, once it was found out who asks."""
    if not antwoord:
        return _refused(visit, public_id, "post.mist_antwoord")
    return _do(visit, public_id, "antwoord", privacy_handling.answer, antwoord)


@router.post("/beheer/verzoeken/{public_id}/sluiten")
def close(visit: Sending, public_id: str, waarom: Annotated[NoteText, Form()] = "") -> Response:
    """Close a request; without an answer only with a reason."""
    return _do(visit, public_id, "sluiten", privacy_handling.close, waarom)


@router.post("/beheer/verzoeken/{public_id}/contact")
def contact(
    visit: Sending,
    public_id: str,
    veld: Annotated[ContactField | None, Form()] = None,
    waarom: Annotated[Reason, Form()] = "",
) -> Response:
    """Show one contact datum, once, to somebody who says why; that is kept in the audit."""
    if veld is None:
        return _refused(visit, public_id, "werkbak.mist_veld", {"contact": waarom})
    if not waarom:
        return _refused(visit, public_id, "werkbak.mist_waarom")
    with visit.database.write() as session:
        shown = privacy_handling.show_contact(session, visit.viewer, public_id, veld, reason=waarom)
    if shown is None:
        return _refused(visit, public_id, "werkbak.mist_veld", {"contact": waarom})
    return _page(visit, public_id, shown=(veld, shown))


def _do(visit: Visit, public_id: str, name: str, act: Act[Given], value: Given) -> Response:
    """Do an act and go back to the page; a refusal keeps what was typed."""
    try:
        with visit.database.write() as session:
            done = act(session, visit.viewer, public_id, value)
    except NotAllowed as refused:
        fault = sentence(str(refused))
        return _page(visit, public_id, fault=fault, typed={name: value}, status=409)
    if done is None:
        raise HTTPException(404)
    return RedirectResponse(f"{PATH}/{public_id}?klaar={name}", 303)


def _refused(visit: Visit, public_id: str, key: str, typed: Mapping[str, str] | None = None) -> HTMLResponse:
    return _page(visit, public_id, fault=catalogue().text(key), typed=typed, status=400)


def _page(
    visit: Visit,
    public_id: str,
    *,
    done: str = "",
    fault: str = "",
    typed: Mapping[str, str] | None = None,
    shown: tuple[ContactField, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    with visit.database.read() as session:
        found = privacy_handling.request_for(session, visit.viewer, public_id)
    if found is None:
        raise HTTPException(404)
    context: dict[str, Any] = {
        "verzoek": found,
        "nummer": privacy_requests.written(found.reference),
        "vandaag": today(),
        "uitkomsten": list(Identity),
        "kan_opzoeken": found.wish in {Wish.ACCESS, Wish.ERASURE},
        "done": done,
        "fault": fault,
        "typed": typed or {},
        "getoond": shown,
        "langst": LONGEST_NOTE,
        "langst_antwoord": LONGEST_ANSWER,
        "langst_reden": LONGEST_REASON,
    }
    return render(visit.request, "beheer_verzoek.html", context, status=status)

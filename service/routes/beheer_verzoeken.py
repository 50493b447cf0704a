"""Managing requests about own data: what is open, its term, and what the privacy officer does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from data import privacy_handling, privacy_requests
from data.desk import ContactField
from data.handling import NotAllowed
from data.municipalities import municipalities
from data.privacy_handling import Handled, Identity
from data.privacy_requests import Wish
from service.analysis.workbench import today
from service.dependencies import DatabaseDep
from service.own_form import Sender, SignedIn
from service.pages import render
from service.security import Signed
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
Act = Callable[[Session], Handled | None]
AnswerText = Annotated[str, Field(max_length=LONGEST_ANSWER), *Plain]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@dataclass(frozen=True, slots=True)
class At:
    """The request that a page is about, and who looks at it."""

    request: Request
    database: DatabaseDep
    signed: Signed
    public_id: str


def _looking(request: Request, database: DatabaseDep, signed: SignedIn, public_id: str) -> At:
    return At(request, database, signed, public_id)


def _sending(request: Request, database: DatabaseDep, signed: Sender, public_id: str) -> At:
    return At(request, database, signed, public_id)


Looking = Annotated[At, Depends(_looking)]
Sending = Annotated[At, Depends(_sending)]


@router.get("/beheer/verzoeken")
def overview(
    request: Request,
    database: DatabaseDep,
    signed: SignedIn,
    stapel: Literal["open", "gesloten"] = "open",
    pagina: PageNumber = 1,
) -> HTMLResponse:
    """Show the privacy officer the requests about own data, the oldest first, or those that were closed."""
    done = stapel == "gesloten"
    ask = privacy_handling.closed if done else privacy_handling.waiting
    with database.read() as session:
        totals = {
            pile: privacy_handling.count(session, signed.viewer, closed=pile == "gesloten")
            for pile in ("open", "gesloten")
        }
        pages = max(1, -(-totals[stapel] // PAGE_SIZE))
        page = min(pagina, pages)
        found = ask(session, signed.viewer, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
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
    return render(request, "beheer_verzoeken.html", context)


@router.get("/beheer/verzoeken/{public_id}")
def one(at: Looking, klaar: str = "") -> HTMLResponse:
    """Show the privacy officer one request, with what can be done with it."""
    return _page(at, done=DONE.get(klaar, ""))


@router.post("/beheer/verzoeken/{public_id}/identiteit")
def identity(at: Sending, uitkomst: Annotated[Identity | None, Form()] = None) -> Response:
    """Keep what came of finding out who asks."""
    if uitkomst is None:
        return _refused(at, "identiteit", "verzoeken.mist_uitkomst")
    viewer = at.signed.viewer
    return _do(
        at,
        "identiteit",
        lambda session: privacy_handling.settle_identity(session, viewer, at.public_id, uitkomst),
    )


@router.post("/beheer/verzoeken/{public_id}/langer")
def extend(at: Sending, reden: Annotated[NoteText, Form()] = "") -> Response:
    """Take two months more for a request, once, and mail who asked why."""
    if not reden:
        return _refused(at, "langer", "verzoeken.mist_reden")
    viewer = at.signed.viewer
    return _do(
        at, "langer", lambda session: privacy_handling.extend(session, viewer, at.public_id, reden), reden
    )


@router.post("/beheer/verzoeken/{public_id}/notitie")
def note(at: Sending, notitie: Annotated[NoteText, Form()] = "") -> Response:
    """Keep a private note beside a request."""
    if not notitie:
        return _refused(at, "notitie", "werkbak.mist_notitie")
    viewer = at.signed.viewer
    return _do(
        at, "notitie", lambda session: privacy_handling.add_note(session, viewer, at.public_id, notitie)
    )


@router.post("/beheer/verzoeken/{public_id}/antwoord")
def answer(at: Sending, antwoord: Annotated[AnswerText, Form()] = "") -> Response:
    """Answer a request by mail, once it was found out who asks."""
    if not antwoord:
        return _refused(at, "antwoord", "post.mist_antwoord")
    viewer = at.signed.viewer
    return _do(
        at,
        "antwoord",
        lambda session: privacy_handling.answer(session, viewer, at.public_id, antwoord),
        antwoord,
    )


@router.post("/beheer/verzoeken/{public_id}/sluiten")
def close(at: Sending, waarom: Annotated[NoteText, Form()] = "") -> Response:
    """Close a request; without an answer only with a reason."""
    viewer = at.signed.viewer
    return _do(
        at, "sluiten", lambda session: privacy_handling.close(session, viewer, at.public_id, waarom), waarom
    )


@router.post("/beheer/verzoeken/{public_id}/contact")
def contact(
    at: Sending,
    veld: Annotated[ContactField | None, Form()] = None,
    waarom: Annotated[Reason, Form()] = "",
) -> Response:
    """Show one contact datum, once, to somebody who says why; that is kept in the audit."""
    if veld is None or not waarom:
        return _refused(at, "contact", "werkbak.mist_waarom" if veld else "werkbak.mist_veld", waarom)
    with at.database.write() as session:
        shown = privacy_handling.show_contact(session, at.signed.viewer, at.public_id, veld, reason=waarom)
    if shown is None:
        return _refused(at, "contact", "werkbak.mist_veld", waarom)
    return _page(at, contact=(veld, shown))


def _do(at: At, name: str, act: Act, typed: str = "") -> Response:
    """Do an act and go back to the page; a refusal keeps what was typed."""
    try:
        with at.database.write() as session:
            done = act(session)
    except NotAllowed as refused:
        return _page(at, fault=f"{str(refused).capitalize()}.", typed={name: typed}, status=409)
    if done is None:
        raise HTTPException(404)
    return RedirectResponse(f"{PATH}/{at.public_id}?klaar={name}", 303)


def _refused(at: At, name: str, key: str, typed: str = "") -> HTMLResponse:
    return _page(at, fault=catalogue().text(key), typed={name: typed}, status=400)


def _page(
    at: At,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
    contact: tuple[ContactField, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    with at.database.read() as session:
        found = privacy_handling.request_for(session, at.signed.viewer, at.public_id)
    if found is None:
        raise HTTPException(404)
    context: dict[str, Any] = {
        "verzoek": found,
        "nummer": privacy_requests.written(found.reference),
        "vandaag": today(),
        "uitkomsten": list(Identity),
        "gaat_over_wissen": found.wish is Wish.ERASURE,
        "done": done,
        "fault": fault,
        "typed": typed or {},
        "getoond": contact,
        "langst": LONGEST_NOTE,
        "langst_antwoord": LONGEST_ANSWER,
        "langst_reden": LONGEST_REASON,
    }
    return render(at.request, "beheer_verzoek.html", context, status=status)

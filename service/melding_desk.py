"""The desk of one melding: who handles it, an act in a transaction of its own, and the page that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import handling
from data.desk import ContactField
from data.handling import ChangedMeanwhile, NotAllowed
from data.models import Melding, StaffSession
from data.rights import Right
from data.visibility import Viewer
from service import security
from service.analysis import desk_pages
from service.analysis.words import sentence
from service.dependencies import DatabaseDep, StaffSessionDep, ViewerDep, WorkbenchDep
from service.desk_forms import Handled
from service.desk_words import PLACE_QUALITY, WAITS
from service.origin import only_from_here
from service.pages import place_url, render
from service.staff_text import LONGEST_LINE, LONGEST_NOTE, LONGEST_REASON
from service.texts import catalogue

Act = Callable[[Session, Melding], None]
Needed = TypeVar("Needed")


class NotFilledIn(Exception):
    """A form came without what it is about; holds the key of the sentence that says so."""


@dataclass(frozen=True)
class Shown:
    """What a page says beside the melding: a fault with what was typed, or a contact datum.

    `fill` is the standard answer that comes in the line for residents.
    """

    problem: str = ""
    typed: dict[str, Any] = field(default_factory=dict)
    done: str = ""
    contact: tuple[ContactField, str] | None = None
    fill: int | None = None


def _staff(session: StaffSessionDep, viewer: ViewerDep) -> StaffSession:
    """Return the session of who is logged in: the table of rights lets nobody else come here."""
    if session is None or not viewer.is_staff:
        raise HTTPException(403)
    return session


StaffOnly = Annotated[StaffSession, Depends(_staff)]


@dataclass(frozen=True)
class Desk:
    """Who handles which melding, with what for."""

    request: Request
    workbench: WorkbenchDep
    database: DatabaseDep
    viewer: ViewerDep
    staff: StaffOnly
    public_id: str


DeskDep = Annotated[Desk, Depends()]


def perform(desk: Desk, form: Handled, act: Act, *, done: str, beside: str | None = None) -> Response:
    """Do an act and go back: to the page, or to the queue for a moderator; a refusal keeps what was typed."""
    refused = attempt(desk, form, act, beside=beside)
    page = f"/{desk.public_id}" if desk.viewer.may_somewhere(Right.DESK_HANDLE) else ""
    return refused or RedirectResponse(f"/werkbak{page}?klaar={done}", 303)


def attempt(desk: Desk, form: Handled, act: Act, *, beside: str | None = None) -> Response | None:
    """Do an act in a transaction of its own; return the page that says why when it is refused."""
    only_from_here(desk.request)
    if not security.same(form.csrf, desk.staff.csrf):
        return _again(desk, form, 403, catalogue().text("werkbak.oude_sessie"))
    try:
        with desk.database.write() as session:
            melding = handling.take_up(
                session, desk.viewer, desk.public_id, version=form.versie, beside=beside
            )
            if melding is None:
                raise HTTPException(404)
            act(session, melding)
    except ChangedMeanwhile:
        return _again(desk, form, 412, catalogue().text("werkbak.intussen"))
    except NotFilledIn as missing:
        return _again(desk, form, 400, catalogue().text(str(missing)))
    except NotAllowed as refused:
        return _again(desk, form, 409, sentence(str(refused)))
    return None


def need(value: Needed | None, sentence: str) -> Needed:
    """Return what a form is about; NotFilledIn when it was left empty."""
    if not value:
        raise NotFilledIn(sentence)
    return value


def _again(desk: Desk, form: Handled, status: int, problem: str) -> Response:
    typed = form.model_dump(exclude={"csrf", "versie"})
    return page_of(desk, Shown(problem, typed), status=status)


def page_of(desk: Desk, shown: Shown, *, status: int = 200) -> Response:
    """Return the page of a melding, with what is said of an act."""
    account: Viewer = desk.request.state.viewer
    page = desk_pages.report_page(
        desk.workbench, desk.viewer, desk.public_id, address=place_url, account=account
    )
    if page is None:
        raise HTTPException(404)
    filled = next((one.text for one in page.answers if one.id == shown.fill), None)
    if filled is not None:
        shown = replace(shown, typed={**shown.typed, "regel": filled})
    context = {
        "page": page,
        "report": page.report,
        "melding": page.report.melding,
        "shown": shown,
        "waits": WAITS,
        "place_quality": PLACE_QUALITY,
        "longest": {"regel": LONGEST_LINE, "notitie": LONGEST_NOTE, "reden": LONGEST_REASON},
    }
    example = page.report.melding.example
    return render(desk.request, "werkmelding.html", context, status=status, town=page.town, example=example)

"""The werkbak: staff look meldingen over, let them be seen, and handle them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, model_validator
from sqlalchemy.orm import Session

from data import handling, standard_answers
from data.choices import Channel, Status
from data.database import Database
from data.desk import ContactField, Pile
from data.handling import ChangedMeanwhile, NotAllowed
from data.models import Melding, StaffSession
from data.rights import Right
from data.visibility import Viewer
from service import security
from service.analysis import desk_pages
from service.analysis.desk_pages import Choices
from service.analysis.workbench import Workbench
from service.dependencies import DatabaseDep, StaffSessionDep, ViewerDep, WorkbenchDep
from service.origin import only_from_here
from service.pages import place_url, render
from service.routes.api.shapes import GemeenteCode
from service.staff_text import LONGEST_LINE, LONGEST_NOTE, LONGEST_REASON, Line, NoteText, Reason
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
Act = Callable[[Session, Melding], None]
Needed = TypeVar("Needed")
# What was done, and what the page says of it.
DONE = {
    "zichtbaar": "werkbak.klaar_zichtbaar",
    "nagekeken": "werkbak.klaar_nagekeken",
    "apart": "werkbak.klaar_apart",
    "status": "werkbak.klaar_status",
    "notitie": "werkbak.klaar_notitie",
    "soort": "werkbak.klaar_soort",
    "samen": "werkbak.klaar_samen",
    "los": "werkbak.klaar_los",
    "doorgestuurd": "werkbak.klaar_doorgestuurd",
    "collega": "werkbak.klaar_collega",
}


class NotFilledIn(Exception):
    """A form came without what it is about; holds the key of the sentence that says so."""


class Handled(BaseModel):
    """What every form of the desk sends: the token of the session, and what the page was made of."""

    csrf: str = Field("", max_length=60)
    versie: str = Field("", max_length=16)


class Released(Handled):
    """What everybody may see."""

    tekst: bool = False
    openbaar: NoteText = ""
    foto: list[int] = Field(default_factory=list, max_length=20)


class SetAside(Handled):
    """Why nobody outside may see a melding any more."""

    reden: Reason = ""


class Stepped(Handled):
    """The next status, with a line for residents; `vul` asks for the chosen standard answer in that line."""

    naar: Status | None = None
    regel: Line = ""
    antwoord: int | None = Field(None, ge=1, le=2**53)
    vul: bool = False


class Noted(Handled):
    """A private note."""

    notitie: NoteText = ""


class Reclassed(Handled):
    """Another soort."""

    soort: str = Field("", max_length=120)


class ContactAsked(Handled):
    """Which contact datum is needed, and why."""

    veld: ContactField | None = None
    waarom: Reason = ""


class QueueQuestion(BaseModel):
    """What is asked of the queue; what a form leaves empty counts as not asked."""

    stapel: Pile = Pile.CHECK
    gemeente: GemeenteCode | None = None
    wijk: str | None = Field(None, max_length=60)
    soort: str | None = Field(None, max_length=120)
    stand: Status | None = None
    kanaal: Channel | None = None
    telaat: Literal["ja"] | None = None
    wacht: Literal["ja"] | None = None
    pagina: int = Field(1, ge=1, le=100_000)
    klaar: str = Field("", max_length=20)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        return {k: v for k, v in given.items() if v not in ("", None)} if isinstance(given, dict) else given

    @property
    def choices(self) -> Choices:
        """What is chosen of the queue."""
        return Choices(
            self.stapel,
            self.gemeente,
            self.wijk,
            self.soort,
            self.stand,
            self.kanaal,
            late=self.telaat is not None,
            waits=self.wacht is not None,
        )

    @property
    def more(self) -> int:
        """How many of the choices that are folded away are made."""
        return sum(one is not None for one in (self.stand, self.kanaal, self.telaat, self.wacht))

    def query(self, **changes: object) -> str:
        """Return the query of this question with changes; a new pile begins at its first page."""
        asked = self.model_dump(mode="json", exclude_none=True, exclude={"pagina", "klaar"})
        return urlencode(asked | changes)


@dataclass(frozen=True)
class Desk:
    """Who handles which melding, with what for."""

    request: Request
    workbench: Workbench
    database: Database
    viewer: Viewer
    staff: StaffSession
    public_id: str


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


def _desk(
    request: Request,
    staff: StaffOnly,
    viewer: ViewerDep,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    public_id: str,
) -> Desk:
    return Desk(request, workbench, database, viewer, staff, public_id)


DeskDep = Annotated[Desk, Depends(_desk)]


@router.get("/werkbak")
def queue(
    request: Request,
    _staff: StaffOnly,
    viewer: ViewerDep,
    workbench: WorkbenchDep,
    asked: Annotated[QueueQuestion, Query()],
) -> Response:
    """Show staff the queue of meldingen, the newest first."""
    page = desk_pages.queue_page(workbench, viewer, asked.choices, page=asked.pagina)
    if asked.pagina > page.pages:
        raise HTTPException(404)
    context = {
        "page": page,
        "vraag": asked,
        "done": DONE.get(asked.klaar, ""),
        "stapels": list(Pile),
        "standen": list(Status),
        "kanalen": list(Channel),
    }
    return render(request, "werkbak.html", context, town=page.town, example=page.example)


@router.get("/werkbak/{public_id}")
def report(desk: DeskDep, klaar: str = "") -> Response:
    """Show staff one melding with its history, notes and what can be done."""
    return page_of(desk, Shown(done=DONE.get(klaar, "")))


@router.post("/werkbak/{public_id}/zichtbaar")
def show(desk: DeskDep, form: Annotated[Released, Form()]) -> Response:
    """Let everybody see a melding of a public soort."""

    def act(session: Session, melding: Melding) -> None:
        photos = frozenset(form.foto)
        words = form.openbaar or None
        handling.release(
            session, melding, actor=desk.staff.account, text=form.tekst, photos=photos, words=words
        )

    return perform(desk, form, act, done="zichtbaar")


@router.post("/werkbak/{public_id}/nagekeken")
def accept(desk: DeskDep, form: Annotated[Handled, Form()]) -> Response:
    """Say that a melding of a shielded soort was looked over."""
    return perform(
        desk,
        form,
        lambda session, melding: handling.accept(session, melding, actor=desk.staff.account),
        done="nagekeken",
    )


@router.post("/werkbak/{public_id}/apart")
def set_aside(desk: DeskDep, form: Annotated[SetAside, Form()]) -> Response:
    """Set a melding aside: nobody outside sees it."""

    def act(session: Session, melding: Melding) -> None:
        need(form.reden, "werkbak.mist_reden")
        handling.hide(session, melding, actor=desk.staff.account, reason=form.reden)

    return perform(desk, form, act, done="apart")


@router.post("/werkbak/{public_id}/status")
def step(desk: DeskDep, form: Annotated[Stepped, Form()]) -> Response:
    """Give a melding its next status, with a line for residents: typed, or else a standard answer."""
    if form.vul:
        return page_of(desk, Shown(typed=form.model_dump(exclude={"csrf", "versie"}), fill=form.antwoord))

    def act(session: Session, melding: Melding) -> None:
        to = need(form.naar, "werkbak.mist_status")
        chosen = _answer_of(session, melding.municipality_code, form.antwoord)
        note = form.regel or chosen or None
        handling.change_status(session, melding, to, actor=desk.staff.account, note=note)

    return perform(desk, form, act, done="status")


def _answer_of(session: Session, gemeente: str, number: int | None) -> str | None:
    found = None if number is None else standard_answers.answer(session, gemeente, number)
    return None if found is None else found.text


@router.post("/werkbak/{public_id}/notitie")
def note(desk: DeskDep, form: Annotated[Noted, Form()]) -> Response:
    """Keep a private note beside a melding."""

    def act(session: Session, melding: Melding) -> None:
        need(form.notitie, "werkbak.mist_notitie")
        handling.add_note(session, melding, actor=desk.staff.account, text=form.notitie)

    return perform(desk, form, act, done="notitie")


@router.post("/werkbak/{public_id}/soort")
def reclass(desk: DeskDep, form: Annotated[Reclassed, Form()]) -> Response:
    """Give a melding another soort."""
    return perform(
        desk,
        form,
        lambda session, melding: handling.change_kind(session, melding, form.soort, actor=desk.staff.account),
        done="soort",
    )


@router.post("/werkbak/{public_id}/contact")
def contact(desk: DeskDep, form: Annotated[ContactAsked, Form()]) -> Response:
    """Show one contact datum, once, to somebody who says why; that is kept in the audit."""
    seen: list[tuple[ContactField, str]] = []

    def act(session: Session, melding: Melding) -> None:
        wanted = need(form.veld, "werkbak.mist_veld")
        need(form.waarom, "werkbak.mist_waarom")
        value = handling.show_contact(session, melding, wanted, actor=desk.staff.account, reason=form.waarom)
        seen.append((wanted, need(value, "werkbak.mist_veld")))

    refused = attempt(desk, form, act)
    return refused or page_of(desk, Shown(contact=seen[0]))


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
        return _again(desk, form, 409, f"{str(refused).capitalize()}.")
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
        "waits": desk_pages.WAITS,
        "place_quality": desk_pages.PLACE_QUALITY,
        "longest": {"regel": LONGEST_LINE, "notitie": LONGEST_NOTE, "reden": LONGEST_REASON},
    }
    example = page.report.melding.example
    return render(desk.request, "werkmelding.html", context, status=status, town=page.town, example=example)

"""The werkbak: staff look meldingen over, let them be seen, and handle them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from data import handling, standard_answers
from data.choices import Channel, Status
from data.desk import ContactField, Pile
from data.models import Melding
from service.analysis import desk_pages
from service.dependencies import ViewerDep, WorkbenchDep
from service.desk_forms import (
    ContactAsked,
    Handled,
    Noted,
    QueueQuestion,
    Reclassed,
    Released,
    SetAside,
    Stepped,
)
from service.melding_desk import DeskDep, Shown, StaffOnly, attempt, need, page_of, perform
from service.pages import render

router = APIRouter(include_in_schema=False)
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

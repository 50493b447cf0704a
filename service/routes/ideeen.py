"""An idea for the buurt: sent without an account, answered by staff, and shown to all once released."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from data import ideas
from data.letters import Kind, Letter, Receipt, Settle
from service import letter_desk, letter_pages
from service.analysis.intake import loaded_finders
from service.challenge import Vorm
from service.letter_desk import AnswerForm, Desk, DeskDep, PageNumber, ReleaseForm
from service.letter_pages import Door, Notice, ValuesDep, Visit, VisitDep
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret

router = APIRouter(include_in_schema=False)


def _store(visit: Visit, letter: Letter, settle: Settle, key: str) -> Receipt:
    return ideas.suggest(
        visit.workbench.database,
        letter,
        finders=loaded_finders(visit.workbench),
        settle=settle,
        key=key,
        secret=read_secret(visit.settings.var_folder),
    )


DOOR = Door(
    kind=Kind.IDEA,
    path="/idee",
    vorm=Vorm.IDEEEN,
    own=ideas.own_idea,
    store=_store,
    days=lambda gemeente: gemeente.idee_werkdagen,
)
DESK = Desk(
    kind=Kind.IDEA,
    path="/ideeen",
    waiting=ideas.waiting,
    answered=ideas.answered,
    count=ideas.count,
    find=ideas.idea_for,
    answer=ideas.answer,
)


@router.get("/idee")
def start(
    visit: VisitDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    buurt: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """Show the form for an idea for the buurt."""
    return letter_pages.start(DOOR, visit, gemeente, f"buurt:{buurt}" if buurt else "")


@router.post("/idee/controle")
def check(visit: VisitDep, values: ValuesDep) -> HTMLResponse:
    """Show where an idea is about, before anything is stored."""
    return letter_pages.check(DOOR, visit, values)


@router.post("/idee")
def send(visit: VisitDep, values: ValuesDep) -> Response:
    """Store an idea once and go on to its own page."""
    return letter_pages.send(DOOR, visit, values)


@router.get("/idee/{token}")
def follow(visit: VisitDep, token: str, bericht: Notice | None = None) -> Response:
    """Show who had the idea, who sees it and what the gemeente answered."""
    return letter_pages.follow(DOOR, visit, token, bericht)


@router.get("/ideeen")
def queue(desk: DeskDep, pagina: PageNumber = 1, eerder: PageNumber = 1) -> HTMLResponse:
    """Show staff the ideas, the first term first."""
    return letter_desk.queue(DESK, desk, page=pagina, answered_page=eerder)


@router.get("/ideeen/{public_id}")
def idea(desk: DeskDep, public_id: str, klaar: str = "") -> HTMLResponse:
    """Show staff one idea with the forms for an answer and for who may read it."""
    return letter_desk.letter(DESK, desk, public_id, done=klaar)


@router.post("/ideeen/{public_id}/antwoord")
def answer(desk: DeskDep, public_id: str, form: AnswerForm) -> Response:
    """Answer an idea: on its own page, and by mail to who wanted that."""
    return letter_desk.answer(DESK, desk, public_id, form)


@router.post("/ideeen/{public_id}/zichtbaar")
def release(desk: DeskDep, public_id: str, form: ReleaseForm) -> Response:
    """Let everybody see an idea among the initiatieven, or take that back."""
    return letter_desk.release(DESK, desk, public_id, form, ideas.release)

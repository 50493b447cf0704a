"""A question to the wijkcoördinator: asked without an account, answered by staff within a term."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from data import questions
from data.letters import Kind, Letter, Receipt, Settle
from service import letter_desk, letter_pages
from service.challenge import Vorm
from service.letter_desk import AnswerForm, Desk, DeskDep, PageNumber
from service.letter_pages import Door, Notice, ValuesDep, Visit, VisitDep
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret

router = APIRouter(include_in_schema=False)


def _store(visit: Visit, letter: Letter, settle: Settle, key: str) -> Receipt:
    secret = read_secret(visit.settings.var_folder)
    return questions.ask(visit.workbench.database, letter, settle=settle, key=key, secret=secret)


DOOR = Door(
    kind=Kind.QUESTION,
    path="/vraag",
    vorm=Vorm.VRAGEN,
    own=questions.own_question,
    store=_store,
    days=lambda gemeente: gemeente.vraag_werkdagen,
)
DESK = Desk(
    kind=Kind.QUESTION,
    path="/vragen",
    waiting=questions.waiting,
    answered=questions.answered,
    count=questions.count,
    find=questions.question_for,
    answer=questions.answer,
)


@router.get("/vraag")
def start(
    visit: VisitDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    wijk: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """Show the form for a question to the wijkcoördinator."""
    return letter_pages.start(DOOR, visit, gemeente, wijk)


@router.post("/vraag/controle")
def check(visit: VisitDep, values: ValuesDep) -> HTMLResponse:
    """Show which wijk a question is for, before anything is stored."""
    return letter_pages.check(DOOR, visit, values)


@router.post("/vraag")
def send(visit: VisitDep, values: ValuesDep) -> Response:
    """Store a question once and go on to its own page."""
    return letter_pages.send(DOOR, visit, values)


@router.get("/vraag/{token}")
def follow(visit: VisitDep, token: str, bericht: Notice | None = None) -> Response:
    """Show who asked the question, its term and its answer."""
    return letter_pages.follow(DOOR, visit, token, bericht)


@router.get("/vragen")
def queue(desk: DeskDep, pagina: PageNumber = 1, eerder: PageNumber = 1) -> HTMLResponse:
    """Show staff the questions, the first term first."""
    return letter_desk.queue(DESK, desk, page=pagina, answered_page=eerder)


@router.get("/vragen/{public_id}")
def question(desk: DeskDep, public_id: str, klaar: str = "") -> HTMLResponse:
    """Show staff one question with the form for an answer."""
    return letter_desk.letter(DESK, desk, public_id, done=klaar)


@router.post("/vragen/{public_id}/antwoord")
def answer(desk: DeskDep, public_id: str, form: AnswerForm) -> Response:
    """Answer a question: on its own page, and by mail to who wanted that."""
    return letter_desk.answer(DESK, desk, public_id, form)

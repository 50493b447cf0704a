"""Evaluatie: what people thought of a meeting, and organisations of a year, without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import evaluations, meetings, year_evaluations
from data.evaluations import LONGEST_WORDS, QUESTIONS, WrongEvaluation
from data.meeting_models import Meeting
from data.polls import Kept
from data.visibility import PUBLIC
from geo.disclosure import SHOWN_FROM
from service.analysis import meeting_page, places
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.challenge import Vorm
from service.dependencies import DatabaseDep
from service.letter_pages import NOT_TO_INDEX, ValuesDep, VisitDep
from service.melding_form import KEY, clean, fresh_key
from service.origin import only_from_here
from service.pages import render
from service.routes.bijeenkomsten import Name
from service.routes.reactie import LinkDep
from service.secret import read_secret

router = APIRouter(include_in_schema=False)


@router.get("/evaluatie/jaar/{token}")
def ask_year(link: LinkDep, klaar: str = "") -> Response:
    """Show an organisation the questions about a year in its gebied."""
    return _year(link, done="evaluatie.klaar_jaar" if klaar else "")


@router.post("/evaluatie/jaar/{token}", dependencies=[Depends(only_from_here)])
def answer_year(link: LinkDep, values: ValuesDep) -> Response:
    """Keep what an organisation thinks of a year; what is wrong is asked again, nothing typed is lost."""
    typed = _typed(values, year_evaluations.QUESTIONS)
    try:
        answers = evaluations.checked_answers(
            typed, year_evaluations.QUESTIONS, longest=year_evaluations.LONGEST_WORDS
        )
        with link.database.write() as session:
            row = year_evaluations.by_link(session, link.token, link.secret)
            if row is None:
                raise HTTPException(404)
            year_evaluations.answer(session, row, answers, today=today())
    except WrongEvaluation as wrong:
        return _year(link, fault=sentence(str(wrong)), typed=typed, status=400)
    return RedirectResponse(f"/evaluatie/jaar/{link.token}?klaar=ja", 303)


@router.get("/evaluatie/{public_id}")
def ask(visit: VisitDep, database: DatabaseDep, public_id: Name, bericht: Kept | None = None) -> Response:
    """Show the short form about a meeting while it is open, and the counts once it has closed."""
    return _meeting(visit, database, public_id, bericht=bericht)


@router.post("/evaluatie/{public_id}")
def answer(visit: VisitDep, database: DatabaseDep, public_id: Name, values: ValuesDep) -> Response:
    """Keep what somebody thought of a meeting, once; what is wrong is asked again, nothing typed is lost."""
    typed, key = _typed(values, QUESTIONS), values.get("sleutel", "")
    if KEY.fullmatch(key) is None:
        return _meeting(visit, database, public_id, fault="melden.fout_sleutel", typed=typed, status=400)
    with database.read() as session:
        number = _found(meetings.meeting_for(session, PUBLIC, public_id)).id
    try:
        told = evaluations.keep(
            database,
            number,
            evaluations.checked_answers(typed, QUESTIONS, longest=LONGEST_WORDS),
            settle=visit.checker.form(Vorm.EVALUATIE, values).settle,
            now=datetime.now(UTC),
            key=key,
            secret=read_secret(visit.settings.var_folder),
        )
    except WrongEvaluation as wrong:
        fault = f"evaluatie.fout_{wrong.what}"
        return _meeting(visit, database, public_id, fault=fault, typed=typed, key=key, status=400)
    return RedirectResponse(f"/evaluatie/{public_id}?bericht={told}", 303)


def _meeting(
    visit: VisitDep,
    database: DatabaseDep,
    public_id: str,
    *,
    bericht: Kept | None = None,
    fault: str = "",
    typed: dict[str, str] | None = None,
    key: str = "",
    status: int = 200,
) -> HTMLResponse:
    now = datetime.now(UTC)
    with database.read() as session:
        meeting = _found(meetings.meeting_for(session, PUBLIC, public_id))
        found = places.places(visit.workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=now)
        context: dict[str, Any] = {
            "een": shown,
            "open": evaluations.is_open(meeting, now),
            "geweest": evaluations.was_held(meeting, now),
            "tot": evaluations.closes_on(meeting),
            "uitkomst": evaluations.published(session, meeting, now),
        }
    context |= {
        "vragen": QUESTIONS,
        "typed": typed or {},
        "sleutel": key or fresh_key(),
        "langst": LONGEST_WORDS,
        "vanaf": SHOWN_FROM,
        "bericht": bericht,
        "fault": fault,
    }
    return render(
        visit.request, "evaluatie.html", context, status=status, town=found, example=meeting.example
    )


def _year(
    link: LinkDep, *, done: str = "", fault: str = "", typed: dict[str, str] | None = None, status: int = 200
) -> Response:
    with link.database.read() as session:
        row = year_evaluations.by_link(session, link.token, link.secret)
        if row is None:
            raise HTTPException(404)
        found = places.places(link.workbench, row.municipality_code)
        place = found.by_code.get(row.gebied)
        context = {
            "token": link.token,
            "jaar": row.year,
            "naam": place.naam if place is not None else row.gebied,
            "open": year_evaluations.is_open(row, today()),
            "tot": row.day + year_evaluations.OPEN_FOR,
            "vragen": year_evaluations.QUESTIONS,
            "typed": row.answers if typed is None else typed,
            "langst": year_evaluations.LONGEST_WORDS,
            "done": done,
            "fault": fault,
        }
    page = render(link.request, "evaluatie_jaar.html", context, status=status, town=found)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page


def _typed(values: dict[str, str], questions: tuple[str, ...]) -> dict[str, str]:
    return {one: clean(values.get(one, "")) for one in (*questions, evaluations.WORDS)}


def _found(meeting: Meeting | None) -> Meeting:
    if meeting is None:
        raise HTTPException(404)
    return meeting

"""Evaluaties for staff: what came back about a meeting or a year, forms on paper, asking organisations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from data import evaluations, short_addresses, year_evaluations
from data.acting import acts_in
from data.evaluations import LONGEST_WORDS, QUESTIONS, WrongEvaluation
from data.partner_models import Partner
from data.rights import Right
from geo.areas import Level
from service.analysis import meeting_page, places
from service.analysis.places import Place, Places
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.melding_form import KEY, clean, fresh_key
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.bijeenkomst_plannen import own_meeting
from service.routes.bijeenkomsten import Code, Name
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
DONE = {one: f"evaluatie.klaar_{one}" for one in ("ingevoerd", "al", "telt", "weg", "gevraagd", "niemand")}
COUNTS, AWAY = "telt", "weg"
Short = Annotated[str, Form(max_length=20)]


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {one: clean(str(form.get(one) or "")) for one in (*QUESTIONS, evaluations.WORDS, "sleutel")}


TypedDep = Annotated[dict[str, str], Depends(_typed)]


@router.get("/bijeenkomsten/{public_id}/evaluatie")
def show(visit: Reading, workbench: WorkbenchDep, public_id: Name, klaar: str = "") -> Response:
    """Show staff what people thought of a meeting, and a form to enter one on paper."""
    return _meeting(visit, workbench, public_id, done=DONE.get(klaar, ""))


@router.post("/bijeenkomsten/{public_id}/evaluatie")
def enter(
    visit: Sending, settings: SettingsDep, workbench: WorkbenchDep, public_id: Name, typed: TypedDep
) -> Response:
    """Keep one form of paper and show the next empty one."""
    key = typed["sleutel"] if KEY.fullmatch(typed["sleutel"]) else fresh_key()
    try:
        answers = evaluations.checked_answers(typed, QUESTIONS, longest=LONGEST_WORDS)
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            new = evaluations.enter(
                session,
                meeting,
                answers,
                actor=visit.actor,
                now=datetime.now(UTC),
                key=key,
                secret=read_secret(settings.var_folder),
            )
    except WrongEvaluation as wrong:
        return _meeting(visit, workbench, public_id, fault=sentence(str(wrong)), typed=typed, status=400)
    return _back(f"/bijeenkomsten/{public_id}/evaluatie", "ingevoerd" if new else "al")


@router.post("/bijeenkomsten/{public_id}/evaluatie/wachtend")
def settle(visit: Sending, workbench: WorkbenchDep, public_id: Name, wat: Short = "") -> Response:
    """Let the answers that wait count, or throw them away."""
    count, now = wat == COUNTS, datetime.now(UTC)
    try:
        if wat not in {COUNTS, AWAY}:
            raise WrongEvaluation("kies of de antwoorden meetellen of weggaan")
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            evaluations.settle_waiting(session, meeting, count=count, actor=visit.actor, now=now)
    except WrongEvaluation as wrong:
        return _meeting(visit, workbench, public_id, fault=sentence(str(wrong)), status=400)
    return _back(f"/bijeenkomsten/{public_id}/evaluatie", COUNTS if count else AWAY)


@router.get("/evaluaties/{gebied}")
def year(visit: Reading, workbench: WorkbenchDep, gebied: Code, klaar: str = "") -> Response:
    """Show staff what people thought of the meetings and years of a gebied."""
    found, place = gebied_of(visit, workbench, gebied)
    with visit.database.read() as session:
        asked = [
            (row, partner.organisation if partner else "")
            for row in year_evaluations.asked(session, place.gemeente, place.code, today().year)
            for partner in [session.get(Partner, row.partner_id) if row.partner_id else None]
        ]
        context = {
            "gebied": place,
            "samenvatting": year_evaluations.summary(session, place.gemeente, place.code),
            "gevraagd": asked,
            "te_vragen": year_evaluations.to_ask(session, place.gemeente, place.code),
            "mag": acts_in(session, visit.viewer, Right.MEETINGS, place.gemeente, place.code),
        }
    context |= {"vragen": QUESTIONS, "jaarvragen": year_evaluations.QUESTIONS, "jaar": today().year}
    context |= {"done": DONE.get(klaar, "")}
    return render(visit.request, "evaluaties.html", context, town=found)


@router.post("/evaluaties/{gebied}/versturen")
def ask(visit: Sending, settings: SettingsDep, workbench: WorkbenchDep, gebied: Code) -> Response:
    """Mail the bewonersorganisaties of a gebied the questions about this year; each gets them once."""
    _, place = gebied_of(visit, workbench, gebied)
    with visit.database.write() as session:
        if not acts_in(session, visit.viewer, Right.MEETINGS, place.gemeente, place.code):
            raise HTTPException(403)
        number = year_evaluations.ask(
            session,
            place.gemeente,
            place.code,
            today().year,
            secret=read_secret(settings.var_folder),
            actor=visit.actor,
            now=datetime.now(UTC),
        )
    return _back(f"/evaluaties/{gebied}", "gevraagd" if number else "niemand")


def gebied_of(visit: Visit, workbench: WorkbenchDep, code: str) -> tuple[Places, Place]:
    """Return a gebied of an own town, or a wijk where there are none; 404 for any other place."""
    found, place = places.find(workbench, code)
    areas = found.of(Level.GEBIED) or found.of(Level.WIJK)
    if place not in areas or not visit.viewer.may(Right.MEETINGS, place.gemeente):
        raise HTTPException(404)
    return found, place


def _meeting(
    visit: Visit,
    workbench: WorkbenchDep,
    public_id: str,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    now = datetime.now(UTC)
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id, act=status != 200)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=now)
        context = {
            "een": shown,
            "telling": evaluations.tally(session, meeting),
            "woorden": evaluations.words(session, meeting),
            "wachtend": evaluations.waiting(session, meeting),
            "mag": acts_in(session, visit.viewer, Right.MEETINGS, meeting.municipality_code, meeting.gebied),
            "telt_nog": evaluations.still_counts(meeting, now),
            "tot": evaluations.closes_on(meeting),
            "kort": short_addresses.short_address(meeting),
        }
    context |= {"vragen": QUESTIONS, "typed": typed or {}, "sleutel": fresh_key(), "langst": LONGEST_WORDS}
    context |= {"done": done, "fault": fault}
    return render(
        visit.request,
        "bijeenkomst_evaluatie.html",
        context,
        status=status,
        town=found,
        example=meeting.example,
    )


def _back(page: str, done: str) -> Response:
    return RedirectResponse(f"{page}?klaar={done}", 303)

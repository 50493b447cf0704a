"""The report of a meeting: how many came, what was said and agreed, and what is still open from before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import agreements, meeting_reports
from data.acting import acts_in
from data.agreements import AgreementState, WrongAgreement
from data.meeting_models import Meeting
from data.meetings import VISITORS, MeetingRefused
from data.rights import Right
from data.text_masking import personal_data
from service import agreement_form
from service.analysis import meeting_page, places
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import WorkbenchDep
from service.melding_form import YES
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.bijeenkomst_plannen import own_meeting
from service.routes.bijeenkomsten import Name
from service.staff_text import Line, is_readable, readable
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
DONE = {
    one: f"verslag.klaar_{one}"
    for one in ("bewaard", "vrijgegeven", "teruggenomen", "afspraak", "stand", "weg")
}
COUNT = "aantal_"
RELEASE, WITHDRAW, REMOVE = "vrijgeven", "teruggenomen", "weg"
Short = Annotated[str, Form(max_length=160)]
Yes = Annotated[str, Form(max_length=2)]
Agreed = Annotated[str, Path(max_length=22, pattern=r"^[A-Za-z0-9_-]+$")]
# A report is longer than what else staff type: the limit of its own words says how long.
Report = Annotated[str, Form(max_length=2 * meeting_reports.LONGEST)]


@router.get("/bijeenkomsten/{public_id}/verslag")
def show(visit: Reading, workbench: WorkbenchDep, public_id: Name, klaar: str = "") -> Response:
    """Show staff the report of a meeting, what was agreed, and what is open from before."""
    return _page(visit, workbench, public_id, done=DONE.get(klaar, ""))


async def _numbers(request: Request) -> dict[str, str]:
    form = await request.form()
    return {kind: str(form.get(COUNT + kind) or "").strip() for kind in VISITORS}


Numbers = Annotated[dict[str, str], Depends(_numbers)]


@router.post("/bijeenkomsten/{public_id}/verslag")
def keep(
    visit: Sending,
    workbench: WorkbenchDep,
    public_id: Name,
    aantallen: Numbers,
    verslag: Report = "",
    knop: Short = "",
    laat_staan: Yes = "",
) -> Response:
    """Keep the counts and the words as a concept, or let everybody read them; nothing typed is lost."""
    text = readable(verslag)
    numbers = {kind: int(one) for kind, one in aantallen.items() if one.isdecimal() and len(one) < 6}
    sent: dict[str, Any] = {"verslag": text, "aantallen": aantallen}
    if set(numbers) != {kind for kind, one in aantallen.items() if one}:
        return _page(visit, workbench, public_id, fault=_text("verslag.fout_aantal"), typed=sent, status=400)
    if not is_readable(text):
        return _page(visit, workbench, public_id, fault=_text("verslag.fout_tekens"), typed=sent, status=400)
    if knop == RELEASE and laat_staan != YES and personal_data(text):
        return _page(visit, workbench, public_id, typed=sent, warn=True, status=400)
    now, done = datetime.now(UTC), "bewaard"
    try:
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            meeting_reports.count(session, meeting, numbers, actor=visit.actor, now=now)
            meeting_reports.write(session, meeting, text, actor=visit.actor, now=now)
            if knop == RELEASE:
                meeting_reports.release(session, meeting, actor=visit.actor, now=now)
                done = "vrijgegeven"
            if knop == WITHDRAW:
                meeting_reports.withdraw(session, meeting, actor=visit.actor)
                done = WITHDRAW
    except MeetingRefused as refused:
        return _page(visit, workbench, public_id, fault=sentence(str(refused)), typed=sent, status=409)
    return _back(public_id, done)


@router.post("/bijeenkomsten/{public_id}/afspraken")
def agree(visit: Sending, workbench: WorkbenchDep, public_id: Name, typed: agreement_form.Typed) -> Response:
    """Keep an agreement with who does it and before which day."""
    now = datetime.now(UTC)
    try:
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            if not meeting_reports.may_report(meeting, now):
                raise WrongAgreement("tekst", _text("verslag.nog_niet"))
            agreements.agree(session, visit.viewer, meeting, agreement_form.given(typed), now=now)
    except WrongAgreement as wrong:
        faults = {wrong.field: sentence(str(wrong))}
        return _page(visit, workbench, public_id, typed={"afspraak": typed}, faults=faults, status=400)
    return _back(public_id, "afspraak")


@router.post("/bijeenkomsten/{public_id}/afspraken/{afspraak}")
def settle(
    visit: Sending,
    workbench: WorkbenchDep,
    public_id: Name,
    afspraak: Agreed,
    stand: Short = "",
    uitkomst: Annotated[Line, Form()] = "",
) -> Response:
    """Say what came of an agreement, open it again, or take away one that was a mistake."""
    try:
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            row = agreements.agreement_at(session, meeting, afspraak)
            if row is None:
                raise HTTPException(404)
            if stand == REMOVE:
                agreements.remove(session, row, actor=visit.actor)
            elif stand == AgreementState.OPEN:
                agreements.reopen(session, row, actor=visit.actor)
            else:
                state = AgreementState(stand) if stand in set(AgreementState) else AgreementState.OPEN
                agreements.close(session, row, state, uitkomst, actor=visit.actor, today=today())
    except WrongAgreement as wrong:
        fault = sentence(str(wrong))
        return _page(visit, workbench, public_id, fault=fault, typed={afspraak: uitkomst}, status=400)
    return _back(public_id, REMOVE if stand == REMOVE else "stand")


def _page(
    visit: Visit,
    workbench: WorkbenchDep,
    public_id: str,
    *,
    done: str = "",
    fault: str = "",
    faults: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    warn: bool = False,
    status: int = 200,
) -> Response:
    now = datetime.now(UTC)
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id, act=status != 200)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=now)
        own = acts_in(session, visit.viewer, Right.MEETINGS, meeting.municipality_code, meeting.gebied)
        context = {
            "een": shown,
            "mag": own,
            "kan": meeting_reports.may_report(meeting, now),
            "afspraken": agreements.of_meeting(session, meeting),
            "eerder": agreements.returning(session, meeting),
            **_form(session, visit, meeting, typed or {}),
        }
    context |= {"gegevens": personal_data(context["verslag"]) if warn else []}
    context |= {"vandaag": today(), "te_laat": agreements.is_late, "langst": meeting_reports.LONGEST}
    context |= {"done": done, "fault": fault, "faults": faults or {}, "typed": typed or {}}
    return render(
        visit.request, "bijeenkomst_verslag.html", context, status=status, town=found, example=meeting.example
    )


def _form(session: Session, visit: Visit, meeting: Meeting, typed: dict[str, Any]) -> dict[str, Any]:
    """Return what the forms of the page hold: what was typed, else what is kept."""
    gemeente = meeting.municipality_code
    kept = {kind: str(number) for kind, number in meeting_reports.attendance(session, meeting).items()}
    return {
        "soorten": VISITORS,
        "aantallen": typed.get("aantallen", kept),
        "verslag": typed.get("verslag", meeting.report or ""),
        "nieuw": typed.get("afspraak", agreement_form.EMPTY),
        **agreement_form.choices(session, visit.viewer, gemeente, meeting.gebied),
    }


def _text(key: str) -> str:
    return catalogue().text(key)


def _back(public_id: str, done: str) -> Response:
    return RedirectResponse(f"/bijeenkomsten/{public_id}/verslag?klaar={done}", 303)

"""Managing a meeting: announcing it, calling it off, who registered, and what to print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import invited, meetings, registrations
from data.acting import acts_in
from data.invited import News
from data.masking import masked_email
from data.meeting_models import Meeting, Registration
from data.meetings import MeetingRefused, MeetingState
from data.rights import Right
from service.analysis import meeting_check, meeting_page, places
from service.analysis.words import sentence
from service.dependencies import WorkbenchDep
from service.melding_form import YES
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import RowNumber
from service.routes.bijeenkomst_plannen import own_meeting
from service.routes.bijeenkomsten import Name

router = APIRouter(include_in_schema=False)
DONE = {
    "gepland": "bijeenkomst.klaar_gepland",
    "gewijzigd": "bijeenkomst.klaar_gewijzigd",
    "aangekondigd": "bijeenkomst.klaar_aangekondigd",
    "afgelast": "bijeenkomst.klaar_afgelast",
    "afgemeld": "bijeenkomst.klaar_afgemeld",
}
Series = Annotated[str, Form(max_length=2)]


@router.get("/bijeenkomsten/{public_id}/beheer")
def manage(visit: Reading, workbench: WorkbenchDep, public_id: Name, klaar: str = "") -> Response:
    """Show staff a meeting with what can be done with it, and who registered."""
    return _page(visit, workbench, public_id, done=DONE.get(klaar, ""))


@router.post("/bijeenkomsten/{public_id}/aankondigen")
def announce(visit: Sending, workbench: WorkbenchDep, public_id: Name, reeks: Series = "") -> Response:
    """Let everybody see a meeting, or the whole series that it is of."""

    def act(session: Session, meeting: Meeting, now: datetime) -> None:
        meetings.announce(session, meeting, actor=visit.actor, now=now)

    return _act(visit, workbench, public_id, act, done="aangekondigd", whole=reeks == YES)


@router.post("/bijeenkomsten/{public_id}/afgelasten")
def call_off(visit: Sending, workbench: WorkbenchDep, public_id: Name, reeks: Series = "") -> Response:
    """Call a meeting off, or the whole series; who would come hears of it."""

    def act(session: Session, meeting: Meeting, now: datetime) -> None:
        if meetings.call_off(session, meeting, actor=visit.actor, now=now):
            registrations.tell(session, meeting, registrations.CALLED_OFF, now=now)
            invited.tell(session, meeting, News.CALLED_OFF, actor=visit.actor, now=now)

    return _act(visit, workbench, public_id, act, done="afgelast", whole=reeks == YES)


@router.post("/bijeenkomsten/{public_id}/aanmeldingen/{nummer}/weg")
def remove(visit: Sending, public_id: Name, nummer: RowNumber) -> Response:
    """Take a registration away, as somebody asked by phone or did not mean it."""
    with visit.database.write() as session:
        meeting = own_meeting(session, visit, public_id, act=True)
        found = session.get(Registration, nummer)
        if found is None or found.meeting_id != meeting.id:
            raise HTTPException(404)
        registrations.cancel(session, found, actor=visit.actor, now=datetime.now(UTC))
    return RedirectResponse(f"/bijeenkomsten/{public_id}/beheer?klaar=afgemeld", 303)


def _act(
    visit: Visit,
    workbench: WorkbenchDep,
    public_id: str,
    act: Callable[[Session, Meeting, datetime], None],
    *,
    done: str,
    whole: bool,
) -> Response:
    """Do something with a meeting, or with those of its series that are still to come."""
    now = datetime.now(UTC)
    try:
        with visit.database.write() as session:
            meeting = own_meeting(session, visit, public_id, act=True)
            session.refresh(meeting, with_for_update=True)
            act(session, meeting, now)
            others = meetings.siblings(session, meeting) if whole else ()
            for other in others:
                if other.id != meeting.id and other.starts_at > now and other.state in meetings.STANDING:
                    act(session, other, now)
    except MeetingRefused as refused:
        return _page(visit, workbench, public_id, fault=sentence(str(refused)), status=409)
    return RedirectResponse(f"/bijeenkomsten/{public_id}/beheer?klaar={done}", 303)


def _page(
    visit: Visit,
    workbench: WorkbenchDep,
    public_id: str,
    *,
    done: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    now = datetime.now(UTC)
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=now)
        own = acts_in(session, visit.viewer, Right.MEETINGS, meeting.municipality_code, meeting.gebied)
        context = {
            "een": shown,
            "agenda": meeting_page.steps(session, meeting),
            "reeks": meeting_page.shown(session, found, meetings.siblings(session, meeting), now=now),
            # Who comes, and what they need, is for who works in the gebied.
            "aanmeldingen": [
                (row, masked_email(row.email) if row.email else "")
                for row in (registrations.of_meeting(session, meeting) if own else ())
            ],
            "in_de_weg": meeting_check.in_the_way(session, meeting)
            if meeting.state in meetings.STANDING
            else [],
            "mag": own,
            "staat": meeting.state in meetings.STANDING,
            "concept": meeting.state == MeetingState.CONCEPT,
            "done": done,
            "fault": fault,
        }
    return render(
        visit.request, "bijeenkomst_beheer.html", context, status=status, town=found, example=meeting.example
    )

"""Uitnodigen: the invitation list of a meeting, proposed with reasons, edited, sent and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import invitations, invited, partners, proposals
from data.acting import acts_in
from data.invitations import (
    ANSWERS,
    LONGEST_LEFT_OUT,
    LONGEST_REASON,
    Answer,
    InvitationState,
    Way,
    WrongInvitation,
)
from data.letters import now
from data.meeting_models import Meeting
from data.meetings import STANDING
from data.partner_models import Invitation
from data.partners import Filters
from data.reach import Reach
from data.rights import Right
from data.themes import registry
from service.analysis.words import sentence
from service.dependencies import SettingsDep
from service.invitation_letters import letters_pdf
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.searched import note_search
from service.secret import read_secret
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
PAGE: Final = "/bijeenkomsten/{public_id}/uitnodigen"
MOST_FOUND: Final = 20
PDF: Final = "application/pdf"
DONE: Final = {
    name: f"uitnodigen.klaar_{name}"
    for name in (
        "voorgesteld",
        "erbij",
        "weg",
        "terug",
        "verstuurd",
        "brieven",
        "herinnerd",
        "antwoord",
        "gemeld",
    )
}


@router.get(PAGE)
def overview(
    visit: Reading,
    public_id: str,
    zoek: Annotated[str, Query(max_length=100)] = "",
    klaar: str = "",
    n: Annotated[int, Query(ge=0, le=100_000)] = 0,
    geweigerd: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show who is invited to a meeting and why, who answered, and for whom there is nobody yet."""
    told = {"done": DONE.get(klaar, ""), "n": n, "geweigerd": geweigerd}
    return _page(visit, public_id, zoek=zoek.strip(), told=told)


@router.post(f"{PAGE}/voorstel")
def propose(visit: Sending, public_id: str) -> Response:
    """Add to the list who the theme and the gebied suggest."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        known = registry(session, meeting.municipality_code, also=[meeting.theme])
        made = invitations.propose(session, meeting, known)
        invitations.note(session, meeting, "uitnodiging.voorgesteld", visit.actor, {"aantal": len(made)})
        return {"klaar": "voorgesteld", "n": len(made)}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/erbij")
def add(
    visit: Sending,
    public_id: str,
    partner: Annotated[str, Form(max_length=22)] = "",
    waarom: Annotated[Line, Form()] = "",
) -> Response:
    """Put somebody of the register on the list by hand."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        row = partners.partner_for(session, visit.viewer, partner)
        if row is None:
            raise HTTPException(404)
        if len(waarom) > LONGEST_REASON:
            raise WrongInvitation(f"de reden is te lang; er passen {LONGEST_REASON} tekens")
        invitations.add(session, meeting, row, waarom, actor=visit.actor)
        return {"klaar": "erbij"}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/{{naam}}/weg")
def leave_out(visit: Sending, public_id: str, naam: str, waarom: Annotated[Line, Form()] = "") -> Response:
    """Take somebody off the list, with a reason."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        if len(waarom) > LONGEST_LEFT_OUT:
            raise WrongInvitation(f"de reden is te lang; er passen {LONGEST_LEFT_OUT} tekens")
        row = _line(session, meeting, naam)
        invitations.leave_out(session, meeting, row, waarom, actor=visit.actor)
        return {"klaar": "weg"}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/{{naam}}/terug")
def put_back(visit: Sending, public_id: str, naam: str) -> Response:
    """Put somebody back on the list."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        invitations.put_back(session, meeting, _line(session, meeting, naam), actor=visit.actor)
        return {"klaar": "terug"}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/{{naam}}/gemeld")
def told(visit: Sending, public_id: str, naam: str) -> Response:
    """Write down that somebody heard by letter or phone that the meeting moved or is off."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        invited.told(session, meeting, _line(session, meeting, naam), actor=visit.actor)
        return {"klaar": "gemeld"}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/{{naam}}/antwoord")
def answer(
    visit: Sending,
    public_id: str,
    naam: str,
    antwoord: Annotated[str, Form(max_length=20)] = "",
    aantal: Annotated[int, Form(ge=0, le=1_000)] = 1,
) -> Response:
    """Write down what somebody answered by phone or in person."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        row = _line(session, meeting, naam)
        said = InvitationState(antwoord) if antwoord in set(ANSWERS) else InvitationState.PROPOSED
        given = Answer(said, aantal, row.note)
        invitations.answer(session, meeting, row, given, actor=visit.actor)
        return {"klaar": "antwoord"}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/versturen")
def send(
    visit: Sending,
    settings: SettingsDep,
    public_id: str,
    manier: Annotated[str, Form(max_length=10)] = Way.MAIL.value,
) -> Response:
    """Mail the invitations that wait, or note that the letters are on their way."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        way = Way(manier) if manier in {Way.MAIL, Way.LETTER} else None
        if way is None:
            raise WrongInvitation("kies mail of brief")
        secret = read_secret(settings.var_folder)
        done = invitations.send(session, meeting, way, secret=secret, actor=visit.actor)
        told = "verstuurd" if way is Way.MAIL else "brieven"
        return {"klaar": told, "n": done["verstuurd"], "geweigerd": done["geweigerd"]}

    return _done(visit, public_id, act)


@router.post(f"{PAGE}/herinneren")
def remind(visit: Sending, settings: SettingsDep, public_id: str) -> Response:
    """Mail who did not answer."""

    def act(session: Session, meeting: Meeting) -> dict[str, Any]:
        secret = read_secret(settings.var_folder)
        return {
            "klaar": "herinnerd",
            "n": invitations.remind(session, meeting, secret=secret, actor=visit.actor),
        }

    return _done(visit, public_id, act)


@router.get(f"{PAGE}/brieven.pdf")
def letters(visit: Reading, settings: SettingsDep, public_id: str) -> Response:
    """Return the invitations that go by post as one PDF, a letter each."""
    with visit.database.write() as session:
        meeting = _meeting(session, visit, public_id, to_change=True)
        made = letters_pdf(session, meeting, settings)
        if made is None:
            raise HTTPException(404)
        invitations.note(session, meeting, "uitnodiging.brieven", visit.actor, {"aantal": made.number})
    headers = {"Content-Disposition": 'attachment; filename="uitnodigingen.pdf"'}
    return Response(made.pdf, media_type=PDF, headers=headers)


def _done(visit: Visit, public_id: str, act: Callable[[Session, Meeting], dict[str, Any]]) -> Response:
    """Do something with the list and show it; what cannot be is told on the page, and nothing is done."""
    try:
        with visit.database.write() as session:
            told = act(session, _meeting(session, visit, public_id, to_change=True))
    except WrongInvitation as wrong:
        fault = sentence(str(wrong))
        return _page(visit, public_id, fault=fault, status=409)
    return RedirectResponse(f"{PAGE.format(public_id=public_id)}?{urlencode(told)}", 303)


def _meeting(session: Session, visit: Visit, public_id: str, *, to_change: bool = False) -> Meeting:
    """Return a meeting of the own town; 403 to act on one of a gebied of a colleague."""
    row = session.scalar(select(Meeting).where(Meeting.public_id == public_id))
    if row is None or not visit.viewer.may(Right.PARTNERS, row.municipality_code):
        raise HTTPException(404)
    if to_change and not _acts(session, visit, row):
        raise HTTPException(403)
    return row


def _acts(session: Session, visit: Visit, meeting: Meeting) -> bool:
    return acts_in(session, visit.viewer, Right.PARTNERS, meeting.municipality_code, meeting.gebied)


def _line(session: Session, meeting: Meeting, name: str) -> Invitation:
    query = select(Invitation).where(Invitation.public_id == name, Invitation.meeting_id == meeting.id)
    row = session.scalar(query)
    if row is None:
        raise HTTPException(404)
    return row


def _page(
    visit: Visit,
    public_id: str,
    *,
    zoek: str = "",
    fault: str = "",
    told: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        meeting = _meeting(session, visit, public_id)
        lines = invitations.lines(session, meeting)
        known = registry(session, meeting.municipality_code, also=[meeting.theme])
        theme = proposals.theme_of(meeting, known)
        moment = now()
        context = {
            "bijeenkomst": meeting,
            "gebied": Reach(session).name(meeting.gebied),
            "thema": theme.naam if theme else "",
            "lijst": [one for one in lines if one[0].state != InvitationState.LEFT_OUT],
            "weggelaten": [one for one in lines if one[0].state == InvitationState.LEFT_OUT],
            "tegen": {row.id: invitations.refusal(partner) for row, partner in lines},
            "stand": invitations.tally(lines),
            "wachten": {way: _waiting(lines, way) for way in (Way.MAIL.value, Way.LETTER.value)},
            "te_herinneren": sum(invitations.may_remind(row, moment) for row, _ in lines),
            "te_melden": invited.to_tell(lines),
            "niemand": proposals.missing(session, meeting, known),
            "gevonden": _found(session, visit, meeting, lines, zoek),
            "antwoorden": [one.value for one in ANSWERS],
            "mag": _acts(session, visit, meeting),
            "komt_nog": meeting.state in STANDING and meeting.starts_at > moment,
            "zoek": zoek,
            "fault": fault,
            "langst": {"reden": LONGEST_REASON, "weg": LONGEST_LEFT_OUT},
            "pad": PAGE.format(public_id=public_id),
            **(told or {"done": "", "n": 0, "geweigerd": 0}),
        }
    if zoek:
        note_search(visit, meeting.municipality_code, page="uitnodigen", hits=len(context["gevonden"]))
    return render(visit.request, "uitnodigen.html", context, status=status, example=meeting.example)


def _waiting(lines: list[invitations.Line], way: str) -> int:
    return sum(row.state == InvitationState.PROPOSED and row.way == way for row, _ in lines)


def _found(
    session: Session, visit: Visit, meeting: Meeting, lines: list[invitations.Line], zoek: str
) -> list[Any]:
    """Return the partners that fit a search and are not on the list."""
    if not zoek:
        return []
    there = {partner.id for _, partner in lines}
    found = partners.find(session, visit.viewer, meeting.municipality_code, Filters(text=zoek))
    return [one for one in found if one.id not in there and not invitations.refusal(one)][:MOST_FOUND]

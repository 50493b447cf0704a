"""Uitnodiging: the secret link by which somebody answers an invitation, without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import invitations, refusals
from data.database import Database
from data.invitations import ANSWERS, LONGEST_NOTE, MOST_PEOPLE, Answer, InvitationState, WrongInvitation
from data.letters import now
from data.meeting_models import Meeting
from data.partner_models import Invitation, Partner
from data.tokens import Purpose, name_of
from service.calendars import MEDIA, calendar
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep
from service.language import language_of
from service.letter_pages import NOT_TO_INDEX, ValuesDep
from service.melding_form import clean
from service.pages import render
from service.secret import read_secret
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
PAGE: Final = "/uitnodiging/{token}"
ACTOR: Final = "uitgenodigde"
# What is wrong with an answer in the language of the page, and what its text has as a number.
FAULTS: Final = {
    "afgelast": ("uitnodiging.afgelast", 0),
    "geweest": ("uitnodiging.geweest", 0),
    "kies": ("uitnodiging.fout_kies", 0),
    "lang": ("uitnodiging.fout_lang", LONGEST_NOTE),
    "aantal": ("uitnodiging.fout_aantal", MOST_PEOPLE),
}


@dataclass(frozen=True)
class Link:
    """A secret link that is ours: what it names, and where its pages are made from."""

    request: Request
    database: Database
    name: str
    path: str
    secret: bytes

    def found(self, session: Session) -> tuple[Invitation, Partner, Meeting]:
        """Return the invitation; 404 when it is gone."""
        found = invitations.find(session, self.name)
        if found is None:
            raise HTTPException(404)
        return found


def _link(
    request: Request, settings: SettingsDep, database: DatabaseDep, _viewer: ViewerDep, token: str
) -> Link:
    secret = read_secret(settings.var_folder)
    name = name_of(Purpose.INVITATION, token, secret)
    if name is None:
        raise HTTPException(404)
    return Link(request, database, name, f"/uitnodiging/{token}", secret)


LinkDep = Annotated[Link, Depends(_link)]


@router.get(PAGE)
def show(link: LinkDep, bericht: str = "") -> Response:
    """Show an invitation with the form to answer it, and the answer that was given."""
    return _page(link, told=bericht if bericht == "bedankt" else "")


@router.get(f"{PAGE}/agenda.ics")
def diary(link: LinkDep, settings: SettingsDep) -> Response:
    """Return the meeting for a calendar, also one that only who is invited knows of."""
    with link.database.read() as session:
        _, _, meeting = link.found(session)
        made = calendar([meeting], base=settings.public_url, name=meeting.titel)
    headers = {"Content-Disposition": 'attachment; filename="bijeenkomst.ics"', "X-Robots-Tag": NOT_TO_INDEX}
    return Response(made, media_type=MEDIA, headers=headers)


@router.post(PAGE)
def answer(link: LinkDep, values: ValuesDep) -> Response:
    """Keep the answer; the last one counts."""
    said = values.get("antwoord", "")
    given = Answer(
        InvitationState(said) if said in set(ANSWERS) else InvitationState.PROPOSED,
        _number(values.get("aantal", "")),
        clean(values.get("opmerking", "")),
    )
    try:
        with link.database.write() as session:
            row, _, meeting = link.found(session)
            invitations.answer(session, meeting, row, given, actor=ACTOR)
    except WrongInvitation as wrong:
        key, most = FAULTS[wrong.what]
        fault = catalogue(language_of(link.request)).text(key, n=most)
        return _page(link, fault=fault, typed=values, status=400)
    return RedirectResponse(f"{link.path}?bericht=bedankt", 303)


@router.post(f"{PAGE}/nooit-meer")
def refuse(link: LinkDep) -> Response:
    """Invite somebody never again, by mail or by letter."""
    moment = datetime.now(UTC)
    with link.database.write() as session:
        _, partner, meeting = link.found(session)
        name = refusals.link_name(partner.municipality_code, refusals.key_of(partner), link.secret)
        refusals.refuse(session, name, link.secret, moment)
        partner.opted_out_at = partner.opted_out_at or moment
        invitations.note(session, meeting, "uitnodiging.nooit_meer", ACTOR)
    return _page(link, told="nooit_meer")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None


def _page(
    link: Link,
    *,
    told: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with link.database.read() as session:
        row, partner, meeting = link.found(session)
        answered = row.state in set(ANSWERS)
        kept = {
            "antwoord": row.state if answered else "",
            "aantal": str(row.people or 1),
            "opmerking": row.note,
        }
        context: dict[str, Any] = {
            "bijeenkomst": meeting,
            "wie": partner,
            "antwoord": row.state if answered else "",
            "sent": {**kept, **{name: (typed or {}).get(name, kept[name]) for name in kept}},
            "kan": meeting.state != invitations.CALLED_OFF and meeting.starts_at > now(),
            "afgelast": meeting.state == invitations.CALLED_OFF,
            "antwoorden": [one.value for one in ANSWERS],
            "langst": LONGEST_NOTE,
            "meest": MOST_PEOPLE,
            "fault": fault,
            "told": told,
            "pad": link.path,
        }
    page = render(link.request, "uitnodiging.html", context, status=status, example=meeting.example)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page

"""Registering for a meeting: the form, the seats that are kept once, and the link to give them back."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from data import meetings, registrations
from data.intake import REPORTER, KeyReused
from data.masking import masked_email
from data.meeting_models import Meeting, Registration
from data.outbox import is_address
from data.registrations import LONGEST_NEEDS, MOST_SEATS, Closed, Full, Wish
from data.visibility import PUBLIC
from service.analysis import meeting_page, places
from service.challenge import Checked, Vorm
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.melding_form import KEY, LONGEST_NAME, YES, clean, fresh_key, read_form
from service.origin import only_from_here
from service.pages import render
from service.routes.bijeenkomsten import Name
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
NOT_TO_INDEX: Final = "noindex, nofollow, noarchive"
LONGEST_LINK: Final = 60
Told = Literal["bedankt", "al", "afgemeld"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A filled-in form; the names are those of its fields."""

    sleutel: str = ""
    plaatsen: str = "1"
    naam: str = ""
    nodig: str = ""
    mag_mailen: str = ""
    email: str = ""

    @classmethod
    def of(cls, values: dict[str, str]) -> Self:
        """Return what these values say, each in one line."""
        return cls(**{one.name: " ".join(clean(values.get(one.name, "")).split()) for one in fields(cls)})

    def wish(self) -> Wish:
        """Return what is asked; an address counts with the consent to mail alone."""
        email = self.email if self.mag_mailen == YES else ""
        return Wish(seats=int(self.plaatsen), naam=self.naam, email=email, needs=self.nodig)

    def faults(self) -> dict[str, str]:
        """Return what is wrong: per field the key of a text, in the order of the page."""
        found = {}
        if self.plaatsen not in {str(number) for number in range(1, MOST_SEATS + 1)}:
            found["plaatsen"] = "aanmelding.fout_plaatsen"
        if len(self.nodig) > LONGEST_NEEDS:
            found["nodig"] = "aanmelding.fout_nodig"
        if self.email and not is_address(self.email):
            found["email"] = "melden.fout_email"
        elif self.mag_mailen == YES and not self.email:
            found["email"] = "brief.fout_email_leeg"
        elif self.email and self.mag_mailen != YES:
            found["mag_mailen"] = "brief.fout_mag_niet"
        if len(self.naam) > LONGEST_NAME:
            found["naam"] = "melden.fout_naam_lang"
        if KEY.fullmatch(self.sleutel) is None:
            found["sleutel"] = "melden.fout_sleutel"
        return found


async def _values(request: Request) -> dict[str, str]:
    only_from_here(request)
    return await read_form(request)


ValuesDep = Annotated[dict[str, str], Depends(_values)]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page of registering, and what it is made from."""

    request: Request
    settings: SettingsDep
    workbench: WorkbenchDep
    database: DatabaseDep


def _visit(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    viewer: ViewerDep,
) -> Visit:
    return Visit(request, settings, workbench, database)


VisitDep = Annotated[Visit, Depends(_visit)]


@router.get("/bijeenkomsten/{public_id}/aanmelden")
def begin(visit: VisitDep, public_id: Name) -> HTMLResponse:
    """Show the form to come to a meeting."""
    return _form(visit, public_id, Asked(sleutel=fresh_key()), {})


@router.post("/bijeenkomsten/{public_id}/aanmelden")
def register(visit: VisitDep, public_id: Name, values: ValuesDep, checked: Checked) -> Response:
    """Keep seats for somebody once, and go on to their own page; what is wrong is asked again."""
    asked = Asked.of(values)
    if wrong := asked.faults():
        kept = asked if "sleutel" not in wrong else replace(asked, sleutel=fresh_key())
        return _form(visit, public_id, kept, wrong, status=400)
    with visit.database.read() as session:
        meeting = _public(session, public_id)
    judged = checked.form(Vorm.AANMELDEN, values, gemeente=meeting.municipality_code)
    secret = read_secret(visit.settings.var_folder)
    try:
        link = registrations.register(
            visit.database, public_id, asked.wish(), settle=judged.settle, key=asked.sleutel, secret=secret
        )
    except Full as full:
        key = "aanmelding.fout_vol" if full.left == 0 else "aanmelding.fout_te_veel"
        return _form(visit, public_id, replace(asked, sleutel=fresh_key()), {"plaatsen": key}, status=409)
    except Closed:
        return _form(visit, public_id, asked, {"sleutel": "aanmelding.fout_dicht"}, status=409)
    except KeyReused:
        again = replace(asked, sleutel=fresh_key())
        return _form(visit, public_id, again, {"sleutel": "aanmelding.fout_al_verstuurd"}, status=409)
    return RedirectResponse(f"/aanmelding/{link}?bericht=bedankt", 303)


@router.get("/aanmelding/{token}")
def own(visit: VisitDep, token: str, bericht: Told | None = None) -> HTMLResponse:
    """Show somebody their own registration; a link that is not ours gets the page for nothing there."""
    with visit.database.read() as session:
        row = _own(session, token)
        meeting = session.get_one(Meeting, row.meeting_id)
        found = places.places(visit.workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=datetime.now(UTC))
    context = {
        "een": shown,
        "aanmelding": row,
        "adres": masked_email(row.email) if registrations.may_mail(row) else "",
        "link": f"{visit.settings.public_url}/aanmelding/{token}",
        "pad": f"/aanmelding/{token}",
        "told": bericht,
    }
    return _unlisted(render(visit.request, "aanmelding.html", context, town=found, example=meeting.example))


@router.post("/aanmelding/{token}/afmelden")
def cancel(visit: VisitDep, token: str, values: ValuesDep) -> Response:
    """Give the seats back."""
    with visit.database.write() as session:
        registrations.cancel(session, _own(session, token), actor=REPORTER, now=datetime.now(UTC))
    return RedirectResponse(f"/aanmelding/{token}?bericht=afgemeld", 303)


def _own(session: Session, token: str) -> Registration:
    may_be = len(token) <= LONGEST_LINK and token.isascii()
    found = registrations.by_link(session, token) if may_be else None
    if found is None:
        raise HTTPException(404)
    return found


def _public(session: Session, public_id: str) -> Meeting:
    """Return a meeting that everybody may come to; 404 for a closed one, also for staff."""
    meeting = meetings.meeting_for(session, PUBLIC, public_id)
    if meeting is None:
        raise HTTPException(404)
    return meeting


def _form(
    visit: Visit, public_id: str, asked: Asked, faults: dict[str, str], *, status: int = 200
) -> HTMLResponse:
    with visit.database.read() as session:
        meeting = _public(session, public_id)
        found = places.places(visit.workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=datetime.now(UTC))
    most = MOST_SEATS if shown.seats.left is None else min(MOST_SEATS, shown.seats.left)
    context = {
        "een": shown,
        "sent": asked,
        "faults": faults,
        "meeste": most,
        "uitdaging": Vorm.AANMELDEN.value,
    }
    return render(
        visit.request, "aanmelden.html", context, status=status, town=found, example=meeting.example
    )


def _unlisted(answer: HTMLResponse) -> HTMLResponse:
    answer.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return answer

"""Pages of a question and of an idea: the form, the look at the place, sending once, and the secret link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from data import themes
from data.intake import KeyReused
from data.letters import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    Kind,
    Letter,
    Receipt,
    Settle,
    StoredLetter,
    letter_of_token,
    letter_token,
)
from data.terms import add_working_days
from data.text_masking import personal_data
from geo.areas import Level
from service.analysis import letter_places, places, towns
from service.analysis.letter_places import Offer, Option
from service.analysis.places import Places
from service.analysis.workbench import Workbench, today
from service.challenge import Checked, Checker, Vorm
from service.coordinators import coordinator_of
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.letter_form import Written
from service.melding_form import ELSEWHERE, YES, read_form
from service.origin import only_from_here
from service.pages import contact, render
from service.secret import read_secret
from service.settings import GemeenteSettings, Settings

NOT_TO_INDEX: Final = "noindex, nofollow, noarchive"
LONGEST_TOKEN: Final = 100
Notice = Literal["bedankt", "al"]


@dataclass(frozen=True)
class Door:
    """One kind of letter: its addresses, and how it is found and stored."""

    kind: Kind
    path: str
    vorm: Vorm
    own: Callable[[Session, str], StoredLetter | None]
    store: Callable[[Visit, Letter, Settle, str], Receipt]
    days: Callable[[GemeenteSettings], int]


@dataclass(frozen=True)
class Visit:
    """Who looks at a page, and what it is made from."""

    request: Request
    settings: Settings
    workbench: Workbench
    checker: Checker


def _visit(
    request: Request, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, checker: Checked
) -> Visit:
    return Visit(request, settings, workbench, checker)


VisitDep = Annotated[Visit, Depends(_visit)]


async def _values(request: Request) -> dict[str, str]:
    only_from_here(request)
    return await read_form(request)


ValuesDep = Annotated[dict[str, str], Depends(_values)]


def start(door: Door, visit: Visit, gemeente: str | None, place: str) -> HTMLResponse:
    """Return the empty form; `place` is what was chosen on the page before."""
    found = towns.town(visit.workbench, gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    written = Written(gemeente=found.gemeente.code, lijst=place).with_fresh_key()
    return _form(door, visit, found, written, {})


def check(door: Door, visit: Visit, values: dict[str, str]) -> HTMLResponse:
    """Return the form with the place to confirm; what is wrong is asked again."""
    written = Written.of(values)
    found = towns.town(visit.workbench, written.gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    kept = written if written.has_key() else written.with_fresh_key()
    faults = written.faults(door.kind)
    if not (written.adres or written.lijst):
        faults["adres"] = "brief.fout_plek_leeg"
    if faults:
        return _form(door, visit, found, kept, faults)
    offer = letter_places.offer(visit.workbench, found, door.kind, written.adres)
    # An address that is looked up anew is not yet chosen.
    return _form(door, visit, found, replace(kept, plek=""), {}, offer=offer)


def send(door: Door, visit: Visit, values: dict[str, str]) -> Response:
    """Store a letter once and go on to its own page; what is wrong is asked again, nothing typed is lost."""
    written = Written.of(values)
    found = towns.town(visit.workbench, written.gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    offer = letter_places.offer(visit.workbench, found, door.kind, written.adres)
    chosen = offer.find(written.place)
    faults = written.faults(door.kind)
    if chosen is None:
        faults["plek"] = "brief.fout_plek"
    if not written.has_key():
        faults["sleutel"] = "melden.fout_sleutel"
    if faults or chosen is None:
        kept = written if written.has_key() else written.with_fresh_key()
        return _form(door, visit, found, kept, faults, offer=offer)
    at = chosen.place.point if chosen.place else None
    judged = visit.checker.form(door.vorm, values, gemeente=found.gemeente.code, at=at)
    letter = _letter(door, visit, found, written, chosen)
    try:
        receipt = door.store(visit, letter, judged.settle, written.sleutel)
    except KeyReused:
        again = {"sleutel": "brief.fout_al_verstuurd"}
        return _form(door, visit, found, written.with_fresh_key(), again, offer=offer, status=409)
    told = urlencode({"bericht": "al" if receipt.replayed else "bedankt"})
    return RedirectResponse(f"{link_path(door, visit.settings, receipt.public_id)}?{told}", 303)


def follow(door: Door, visit: Visit, token: str, told: Notice | None) -> Response:
    """Return the page of who wrote a letter; a link that is not ours gets the page for nothing there."""
    secret = read_secret(visit.settings.var_folder)
    may_be = len(token) <= LONGEST_TOKEN and token.isascii()
    public_id = letter_of_token(door.kind, token, secret) if may_be else None
    if public_id is None:
        raise HTTPException(404)
    with visit.workbench.session() as session:
        letter = door.own(session, public_id)
    if letter is None:
        raise HTTPException(404)
    found = places.places(visit.workbench, letter.gemeente)
    context = {
        "soort": door.kind.value,
        "letter": letter,
        "wijk": found.by_code.get(letter.wijk or ""),
        "link": visit.settings.public_url + link_path(door, visit.settings, public_id),
        "told": told,
        "late": letter.is_late(today()),
    }
    answer = render(visit.request, "brief_volg.html", context, town=found)
    answer.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return answer


def link_path(door: Door, settings: Settings, public_id: str) -> str:
    """Return the path of the secret link of a letter."""
    return f"{door.path}/{letter_token(door.kind, public_id, read_secret(settings.var_folder))}"


def _letter(door: Door, visit: Visit, found: Places, written: Written, chosen: Option) -> Letter:
    known, settings = _themes(door, visit, found), visit.settings
    return Letter(
        kind=door.kind,
        gemeente=found.gemeente.code,
        wijk=chosen.wijk,
        text=written.tekst,
        days=door.days(contact(settings, found)),
        desk=_desk(settings, found, chosen),
        title=written.titel if door.kind is Kind.IDEA else "",
        place=chosen.place,
        naam=written.naam,
        email=written.email if written.mag_mailen == YES else "",
        may_publish=door.kind is Kind.IDEA and written.mag_delen == YES,
        theme=written.thema if written.thema in known else "",
        needs_help=door.kind is Kind.IDEA and written.hulp == YES,
    )


def _themes(door: Door, visit: Visit, found: Places) -> dict[str, str]:
    """Return the names of the themes that an idea can be about; a question is about none."""
    if door.kind is not Kind.IDEA:
        return {}
    with visit.workbench.session() as session:
        return {one.slug: one.naam for one in themes.registry(session, found.gemeente.code).themes}


def _desk(settings: Settings, found: Places, chosen: Option) -> str:
    """Return the address of who is to answer; empty where none was set."""
    place = found.by_code.get(chosen.wijk or "", found.gemeente)
    coordinator = coordinator_of(contact(settings, found), found, place)
    return coordinator.email if coordinator is not None else ""


def _form(
    door: Door,
    visit: Visit,
    found: Places,
    written: Written,
    faults: dict[str, str],
    *,
    offer: Offer | None = None,
    status: int | None = None,
) -> HTMLResponse:
    """Return the form: with an `offer` its second step, in which the place is confirmed."""
    listed = (offer or letter_places.offer(visit.workbench, found, door.kind, "")).listed
    picked = next((one for one in listed if one.key == written.lijst), None)
    if offer is not None and written.plek != ELSEWHERE and offer.find(written.plek) is None:
        written = replace(written, plek="")
    days = door.days(contact(visit.settings, found))
    context: dict[str, Any] = {
        "themas": _themes(door, visit, found),
        "towns": towns.towns(visit.workbench),
        "soort": door.kind.value,
        "path": door.path,
        "uitdaging": door.vorm.value,
        "sent": written,
        "faults": faults,
        "offer": offer,
        "listed": listed,
        "picked": picked,
        "gegevens": personal_data(f"{written.titel}\n{written.tekst}"),
        "wijken": {wijk.code: wijk.naam for wijk in found.of(Level.WIJK)},
        "days": days,
        "until": add_working_days(today(), days),
        "longest": LONGEST_TEXT,
        "longest_title": LONGEST_TITLE,
    }
    status = status or (400 if faults else 200)
    return render(visit.request, "brief.html", context, status=status, town=found)

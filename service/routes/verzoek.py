"""A request about own data: asked without an account, answered by the privacy officer within a month."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import privacy_requests
from data.intake import LONGEST_TEXT, KeyReused
from data.privacy_requests import MONTHS, About, Asked, Wish
from data.terms import after_months
from data.tokens import Purpose, name_of, token
from service.analysis import places, towns
from service.analysis.places import Places
from service.analysis.workbench import today
from service.challenge import Vorm
from service.letter_pages import NOT_TO_INDEX, Notice, ValuesDep, Visit, VisitDep
from service.own_links import LONGEST
from service.pages import contact, render
from service.request_form import Written
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
PATH = "/privacy/verzoek"


@router.get("/privacy/verzoek")
def start(visit: VisitDep, gemeente: Annotated[GemeenteCode | None, Query()] = None) -> HTMLResponse:
    """Show the form to see, correct or erase one's own data, or to object to what is done with them."""
    found = towns.town(visit.workbench, gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    return _form(visit, found, Written(gemeente=found.gemeente.code).with_fresh_key(), {})


@router.post("/privacy/verzoek")
def send(visit: VisitDep, values: ValuesDep) -> Response:
    """Store a request once and go on to its own page; what is wrong is asked again, nothing typed is lost."""
    written = Written.of(values)
    found = towns.town(visit.workbench, written.gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    secret = read_secret(visit.settings.var_folder)
    faults = written.faults(secret)
    if faults:
        kept = written if written.has_key() else written.with_fresh_key()
        return _form(visit, found, kept, faults, status=400)
    judged = visit.checker.form(Vorm.VERZOEKEN, values, gemeente=found.gemeente.code)
    asked = _asked(visit, found, written, written.about(secret) or About())
    try:
        receipt = privacy_requests.ask(
            visit.workbench.database, asked, settle=judged.settle, key=written.sleutel, secret=secret
        )
    except KeyReused:
        again = {"sleutel": "brief.fout_al_verstuurd"}
        return _form(visit, found, written.with_fresh_key(), again, status=409)
    told = urlencode({"bericht": "al" if receipt.replayed else "bedankt"})
    return RedirectResponse(f"{PATH}/{token(Purpose.REQUEST, receipt.public_id, secret)}?{told}", 303)


@router.get("/privacy/verzoek/{token}")
def follow(visit: VisitDep, token: str, bericht: Notice | None = None) -> Response:
    """Show who asked the number of the request, its term and how far it is, and nothing of what it says."""
    secret = read_secret(visit.settings.var_folder)
    name = name_of(Purpose.REQUEST, token, secret)
    with visit.workbench.session() as session:
        found = privacy_requests.progress(session, name) if name else None
    if found is None:
        raise HTTPException(404)
    context = {
        "verzoek": found,
        "nummer": privacy_requests.written(found.reference),
        "link": f"{visit.settings.public_url}{PATH}/{token}",
        "told": bericht,
        "late": found.is_late(today()),
    }
    town = places.places(visit.workbench, found.gemeente)
    page = render(visit.request, "verzoek_volg.html", context, town=town)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page


def _asked(visit: Visit, found: Places, written: Written, about: About) -> Asked:
    return Asked(
        gemeente=found.gemeente.code,
        wish=Wish(written.wens),
        text=written.tekst,
        email=written.email,
        naam=written.naam,
        about=about,
        desk=contact(visit.settings, found).privacy_email,
    )


def _form(
    visit: Visit, found: Places, written: Written, faults: dict[str, str], *, status: int = 200
) -> HTMLResponse:
    context = {
        "towns": towns.towns(visit.workbench),
        "sent": written,
        "faults": faults,
        "wensen": list(Wish),
        "until": after_months(today(), MONTHS),
        "longest": LONGEST_TEXT,
        "longest_over": LONGEST,
        "uitdaging": Vorm.VERZOEKEN.value,
    }
    return render(visit.request, "verzoek.html", context, status=status, town=found)

"""Ik help mee: a resident offers to do something for an area, confirms by mail, and stops at any moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import help_offers
from data.help_offers import LONGEST_TEXT, MONTHS, MOST_THEMES, counts_now
from data.intake import KeyReused
from data.reach import Reach, area_names
from data.themes import registry
from data.tokens import Purpose, name_of
from service.analysis import places, towns
from service.analysis.places import Places
from service.analysis.workbench import today
from service.challenge import Vorm
from service.help_form import Written
from service.letter_pages import NOT_TO_INDEX, ValuesDep, Visit, VisitDep
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret
from service.unproven import count_mail

router = APIRouter(include_in_schema=False)
PAGE: Final = "/ik-help-mee"
LEVELS: Final = ("gebied", "wijk")
Told = Literal["gevraagd", "gestopt"]


@router.get(PAGE)
def start(
    visit: VisitDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    bericht: Told | None = None,
) -> Response:
    """Show the form to help in an area, on the themes of one's own choice."""
    found = towns.town(visit.workbench, gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    return _form(visit, found, Written(gemeente=found.gemeente.code).with_fresh_key(), told=bericht or "")


@router.post(PAGE)
def send(visit: VisitDep, values: ValuesDep) -> Response:
    """Keep an offer once and ask whether the address is theirs; what is wrong is asked again."""
    written = Written.of(values)
    found = towns.town(visit.workbench, written.gemeente, default=visit.settings.default_gemeente)
    if found is None:
        return render(visit.request, "leeg.html", {})
    choices = _choices(visit, found)
    areas = {code for names in choices["gebieden"].values() for code in names}
    faults = written.faults(areas, {one.slug for one in choices["themas"]})
    if not written.has_key():
        faults["sleutel"] = "melden.fout_sleutel"
    if faults:
        kept = written if written.has_key() else written.with_fresh_key()
        return _form(visit, found, kept, faults=faults, status=400)
    judged = visit.checker.form(Vorm.HELPEN, values, gemeente=found.gemeente.code)
    try:
        with visit.workbench.database.write() as session:
            if judged.settle(session) is not None:
                count_mail(visit.request)
            secret = read_secret(visit.settings.var_folder)
            wanted = written.offer()
            help_offers.offer(session, wanted, key=written.sleutel, secret=secret, now=datetime.now(UTC))
    except KeyReused:
        again = {"sleutel": "brief.fout_al_verstuurd"}
        return _form(visit, found, written.with_fresh_key(), faults=again, status=409)
    return RedirectResponse(f"{PAGE}?gemeente={found.gemeente.code}&bericht=gevraagd", 303)


@router.get(f"{PAGE}/{{token}}")
def own(visit: VisitDep, token: str, bericht: Literal["bevestigd"] | None = None) -> Response:
    """Show what somebody offered and until when, with the buttons to confirm and to stop."""
    name = _name(visit, token)
    with visit.workbench.session() as session:
        row = help_offers.find(session, name)
        if row is None:
            raise HTTPException(404)
        known = {one.slug: one.naam for one in registry(session, row.municipality_code).themes}
        context = {
            "aanbod": row,
            "gebied": Reach(session).name(row.area),
            "themas": [known[one] for one in row.themes if one in known],
            "telt": counts_now(row, today()),
            "pad": f"{PAGE}/{token}",
            "told": bericht or "",
        }
    town = places.places(visit.workbench, row.municipality_code)
    page = render(visit.request, "helpmee_eigen.html", context, town=town, example=row.example)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page


@router.post(f"{PAGE}/{{token}}/bevestig")
def confirm(visit: VisitDep, token: str, values: ValuesDep) -> Response:
    """Let an offer count: the address is theirs."""
    name = _name(visit, token)
    with visit.workbench.database.write() as session:
        if help_offers.confirm(session, name, datetime.now(UTC)) is None:
            raise HTTPException(410)
    return RedirectResponse(f"{PAGE}/{token}?bericht=bevestigd", 303)


@router.post(f"{PAGE}/{{token}}/stop")
def stop(visit: VisitDep, token: str, values: ValuesDep) -> Response:
    """Take an offer away for good."""
    name = _name(visit, token)
    with visit.workbench.database.write() as session:
        row = help_offers.find(session, name)
        if row is not None:
            help_offers.withdraw(session, row)
    return RedirectResponse(f"{PAGE}?bericht=gestopt", 303)


def _name(visit: Visit, token: str) -> str:
    """Return the name in a secret link; 404 for one that is not ours."""
    name = name_of(Purpose.HELP, token, read_secret(visit.settings.var_folder))
    if name is None:
        raise HTTPException(404)
    return name


def _choices(visit: Visit, found: Places) -> dict[str, Any]:
    with visit.workbench.session() as session:
        names = area_names(session, found.gemeente.code)
        themes = registry(session, found.gemeente.code).themes
    return {"gebieden": {level: names.get(level, {}) for level in LEVELS}, "themas": themes}


def _form(
    visit: Visit,
    found: Places,
    written: Written,
    *,
    faults: dict[str, str] | None = None,
    told: str = "",
    status: int = 200,
) -> Response:
    context = {
        "towns": towns.towns(visit.workbench),
        "sent": written,
        "faults": faults or {},
        "told": told,
        "maanden": MONTHS,
        "langst": LONGEST_TEXT,
        "meest": MOST_THEMES,
        "uitdaging": Vorm.HELPEN.value,
        **_choices(visit, found),
    }
    return render(visit.request, "helpmee.html", context, status=status, town=found)

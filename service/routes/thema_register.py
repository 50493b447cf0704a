"""The registry of themes: all themes and forms of a gemeente, and changing one of them with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import themes
from data.acting import acts_everywhere
from data.rights import Right
from data.themes import WrongTheme
from geo.themes import UnknownTheme
from service.analysis import places, towns
from service.analysis.words import sentence
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, WorkbenchDep
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.staff_text import Line, NoteText

router = APIRouter(include_in_schema=False)
PAGE: Final = "/themas/register"
Gemeente = Annotated[GemeenteCode | None, Query()]


@router.get(PAGE)
def overview(
    visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, gemeente: Gemeente = None
) -> Response:
    """Show all themes and forms of a gemeente, also those that it does not use."""
    town = towns.town(
        workbench, gemeente, default=towns.home(visit.viewer, default=settings.default_gemeente)
    )
    if town is None:
        return render(visit.request, "leeg.html", {})
    _check(visit, town.gemeente.code, Right.THEMES_READ)
    every = {one.slug for one in themes.bundled().themes}
    with visit.database.read() as session:
        used = {one.slug for one in themes.registry(session, town.gemeente.code).themes}
        registry = themes.registry(session, town.gemeente.code, also=every)
    context = {
        "register": registry,
        "themas": [(one, one.slug in used) for one in registry.themes],
        "towns": [one for one in towns.towns(workbench) if visit.viewer.may(Right.THEMES_READ, one.code)],
    }
    return render(visit.request, "thema_register.html", context, town=town)


@router.get(f"{PAGE}/{{thema}}")
def one(
    visit: Reading, workbench: WorkbenchDep, thema: str, gemeente: Annotated[GemeenteCode, Query()]
) -> Response:
    """Show one theme with its clues and its history, and the form to change it for who may."""
    _check(visit, gemeente, Right.THEMES_READ)
    return _page(visit, workbench, gemeente, thema)


@router.post(f"{PAGE}/{{thema}}")
def change(
    visit: Sending,
    workbench: WorkbenchDep,
    thema: str,
    gemeente: Annotated[GemeenteCode, Form()],
    naam: Annotated[Line, Form()] = "",
    uitnodiging: Annotated[Line, Form()] = "",
    vraag: Annotated[Line, Form()] = "",
    vormen: Annotated[list[str] | None, Form(max_length=20)] = None,
    wie: Annotated[NoteText, Form()] = "",
    let_op: Annotated[NoteText, Form()] = "",
    gebruikt: Annotated[str, Form(max_length=3)] = "nee",
    reden: Annotated[Line, Form()] = "",
) -> Response:
    """Keep a theme anew for a gemeente; what it was stays to be read."""
    _check(visit, gemeente, Right.THEMES_CHOOSE)
    if not acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, gemeente):
        raise HTTPException(403)
    given = {
        "naam": naam,
        "uitnodiging": uitnodiging,
        "vraag": vraag,
        "vormen": vormen or [],
        "wie": _lines(wie),
        "let_op": _lines(let_op),
        "gebruikt": gebruikt == "ja",
    }
    try:
        with visit.database.write() as session:
            themes.change(session, gemeente, thema, given, reason=reden, actor=visit.actor)
    except WrongTheme as wrong:
        text = str(wrong)
        fault = sentence(text)
        return _page(visit, workbench, gemeente, thema, given=given, reason=reden, fault=fault)
    except UnknownTheme:
        raise HTTPException(404) from None
    return RedirectResponse(f"{PAGE}/{thema}?gemeente={gemeente}&klaar=ja", 303)


@router.get(f"{PAGE}/vormen/{{vorm}}")
def one_form(
    visit: Reading, workbench: WorkbenchDep, vorm: str, gemeente: Annotated[GemeenteCode, Query()]
) -> Response:
    """Show one form of meeting with its history, and the form to change it for who may."""
    _check(visit, gemeente, Right.THEMES_READ)
    return _page_of_form(visit, workbench, gemeente, vorm)


@router.post(f"{PAGE}/vormen/{{vorm}}")
def change_form(
    visit: Sending,
    workbench: WorkbenchDep,
    vorm: str,
    gemeente: Annotated[GemeenteCode, Form()],
    naam: Annotated[Line, Form()] = "",
    wanneer: Annotated[Line, Form()] = "",
    van: Annotated[Line, Form()] = "",
    tot: Annotated[Line, Form()] = "",
    nodig: Annotated[NoteText, Form()] = "",
    reden: Annotated[Line, Form()] = "",
) -> Response:
    """Keep a form of meeting anew for a gemeente; what it was stays to be read."""
    _check(visit, gemeente, Right.THEMES_CHOOSE)
    if not acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, gemeente):
        raise HTTPException(403)
    given = {"naam": naam, "wanneer": wanneer, "van": _people(van), "tot": _people(tot)}
    given["nodig"] = _lines(nodig)
    try:
        with visit.database.write() as session:
            themes.change_form(session, gemeente, vorm, given, reason=reden, actor=visit.actor)
    except WrongTheme as wrong:
        shown = given | {"van": van, "tot": tot}
        fault = sentence(str(wrong))
        return _page_of_form(visit, workbench, gemeente, vorm, given=shown, reason=reden, fault=fault)
    except UnknownTheme:
        raise HTTPException(404) from None
    return RedirectResponse(f"{PAGE}/vormen/{vorm}?gemeente={gemeente}&klaar=ja", 303)


def _page(
    visit: Visit,
    workbench: Workbench,
    gemeente: str,
    thema: str,
    *,
    given: dict[str, Any] | None = None,
    reason: str = "",
    fault: str = "",
) -> Response:
    town = places.places(workbench, gemeente)
    with visit.database.read() as session:
        used = thema in {one.slug for one in themes.registry(session, gemeente).themes}
        registry = themes.registry(session, gemeente, also={thema})
        kept = _kept(session, gemeente, thema)
    try:
        found = registry.theme(thema)
    except UnknownTheme:
        raise HTTPException(404) from None
    context = {
        "eerst": themes.content(themes.bundled().theme(thema)),
        "thema": found,
        "gebruikt": used,
        "register": registry,
        "versies": kept,
        "gegeven": given or themes.content(found, used=used),
        "reden": reason,
        "fout": fault,
        "klaar": visit.request.query_params.get("klaar") == "ja",
        "mag": acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, gemeente),
    }
    return render(visit.request, "thema.html", context, town=town, status=400 if fault else 200)


def _page_of_form(
    visit: Visit,
    workbench: Workbench,
    gemeente: str,
    vorm: str,
    *,
    given: dict[str, Any] | None = None,
    reason: str = "",
    fault: str = "",
) -> Response:
    town = places.places(workbench, gemeente)
    with visit.database.read() as session:
        registry = themes.registry(session, gemeente)
        kept = _kept(session, gemeente, vorm)
    try:
        found = registry.form(vorm)
    except UnknownTheme:
        raise HTTPException(404) from None
    context = {
        "eerst": themes.form_content(themes.bundled().form(vorm)),
        "vorm": found,
        "versies": kept,
        "gegeven": given or themes.form_content(found),
        "reden": reason,
        "fout": fault,
        "klaar": visit.request.query_params.get("klaar") == "ja",
        "mag": acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, gemeente),
    }
    return render(visit.request, "vorm.html", context, town=town, status=400 if fault else 200)


def _kept(session: Session, gemeente: str, slug: str) -> list[tuple[datetime, str, str, dict[str, Any]]]:
    """Return when, by whom and why a theme or form was changed and into what, the newest first."""
    rows = reversed(themes.versions(session, gemeente, slug=slug))
    return [(one.at, one.by, one.reason, one.content) for one in rows]


def _people(text: str) -> int:
    """Return how many people were typed; 0, which no form is for, when that is no number."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 0


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _check(visit: Visit, gemeente: str, right: Right) -> None:
    if not visit.viewer.may(right, gemeente):
        raise HTTPException(404)

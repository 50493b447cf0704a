"""Keuzes: an advice put before a gebied, the reactions to it, and the theme that a coordinator chose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import choice_reactions, meetings, snapshots, theme_choices, themes
from data.acting import acts_in
from data.rights import Right
from data.text_masking import personal_data
from data.theme_choices import (
    LONGEST,
    LONGEST_TOLD,
    TERM,
    ChoiceState,
    Decision,
    Proposal,
    WrongChoice,
)
from data.theme_models import ThemeChoice
from geo.areas import Level
from geo.themes import Registry, UnknownTheme
from service.advice_sheet import snapshot, top
from service.analysis import places
from service.analysis.places import Place, Places
from service.analysis.theme_advice import town_advice
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.half_years import HalfYear, coming, words_of
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret
from service.staff_text import NoteText, day_of

router = APIRouter(include_in_schema=False)
DONE: Final = {
    "voorgelegd": "keuzes.klaar_voorgelegd",
    "gekozen": "keuzes.klaar_gekozen",
    "ingetrokken": "keuzes.klaar_ingetrokken",
}
EMPTY: Final = dict.fromkeys(("thema", "vorm", "bericht", "feiten", "mening", "waarom"), "")
Slug = Annotated[str, Form(max_length=60)]
Code = Annotated[str, Form(max_length=10)]


@router.get("/keuzes")
def overview(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    gebied: Annotated[str, Query(max_length=10)] = "",
    jaar: Annotated[str, Query(pattern=r"^(20\d\d)?$")] = "",
) -> Response:
    """Show the choices of a gemeente: those that run, and the history by gebied and by year."""
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.THEMES_READ, gemeente)
        found = places.places(workbench, own.chosen.code)
        every = theme_choices.choices(session, visit.viewer, own.chosen.code)
        areas = _areas(found)
        free = {one.code for one in areas if _may(session, visit, one)}
    shown = [
        one for one in every if gebied in {"", one.gebied} and (not jaar or one.period.startswith(f"{jaar}-"))
    ]
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "gebieden": areas,
        "vandaag": today(),
        "lopend": {one.gebied: one for one in reversed(every) if one.state != ChoiceState.INGETROKKEN},
        "mag": free,
        "keuzes": shown,
        "namen": _names(found, every),
        "gekozen_gebied": gebied,
        "gekozen_jaar": jaar,
        "jaren": sorted({one.period[:4] for one in every}, reverse=True),
        "thema_naam": theme_choices.theme_name,
        "halfjaar": words_of,
    }
    example = any(one.example for one in shown)
    return render(visit.request, "themakeuzes.html", context, town=found, example=example)


@router.get("/keuzes/nieuw/{gebied}")
def begin(visit: Reading, workbench: WorkbenchDep, gebied: str) -> Response:
    """Show the advice for a gebied, and who can be asked about it."""
    return _begin(visit, workbench, gebied)


@router.post("/keuzes/nieuw/{gebied}")
def propose(
    visit: Sending,
    workbench: WorkbenchDep,
    settings: SettingsDep,
    gebied: str,
    halfjaar: Code = "",
    uiterlijk: Code = "",
    partner: Annotated[list[Annotated[str, Form(max_length=22)]], Form(max_length=500)] = [],  # noqa: B006
) -> Response:
    """Put the advice of this day before the partners that were ticked, and keep it as it is."""
    found, place = _gebied(workbench, gebied)
    typed = {"halfjaar": halfjaar, "uiterlijk": uiterlijk, "partner": partner}
    advice = town_advice(workbench, visit.viewer, found).as_dict(place.code)
    try:
        with visit.database.write() as session:
            if not _may(session, visit, place):
                raise HTTPException(404)
            registry = themes.registry(session, place.gemeente)
            asked = [
                one
                for one in choice_reactions.to_ask(session, place.gemeente, place.code)
                if one.public_id in partner
            ]
            proposal = Proposal(
                gemeente=place.gemeente,
                gebied=place.code,
                period=str(_half_year(halfjaar)),
                proposed=tuple(one["slug"] for one in top(advice)),
                snapshot=snapshot(advice, registry, place, found.gemeente.naam),
                due_on=_day(uiterlijk) if asked else None,
            )
            now = datetime.now(UTC)
            choice = theme_choices.propose(session, proposal, actor=visit.actor, now=now)
            secret = read_secret(settings.var_folder)
            choice_reactions.ask(session, choice, asked, secret=secret, now=now)
            name = choice.public_id
    except WrongChoice as wrong:
        return _begin(visit, workbench, gebied, fault=sentence(str(wrong)), typed=typed, status=400)
    return RedirectResponse(f"/keuzes/{name}?klaar=voorgelegd", 303)


@router.get("/keuzes/{public_id}")
def one(visit: Reading, workbench: WorkbenchDep, public_id: str, klaar: str = "") -> Response:
    """Show a choice: the three themes, who was asked, what came back, and what was chosen."""
    return _page(visit, workbench, public_id, done=DONE.get(klaar, ""))


@router.get("/keuzes/{public_id}/advies-van-toen")
def advice_of_then(visit: Reading, public_id: str) -> Response:
    """Show the advice as it was on its day, from what was kept alone."""
    with visit.database.read() as session:
        choice = theme_choices.choice_for(session, visit.viewer, public_id)
        if choice is None:
            raise HTTPException(404)
    context = {
        "keuze": choice,
        "gaaf": snapshots.is_intact(choice.snapshot, choice.digest),
        "toen": choice.snapshot,
        "halfjaar": words_of,
    }
    return render(visit.request, "themakeuze_toen.html", context)


@router.post("/keuzes/{public_id}/kies")
def choose(
    visit: Sending,
    workbench: WorkbenchDep,
    public_id: str,
    thema: Slug = "",
    vorm: Slug = "",
    bericht: Annotated[NoteText, Form()] = "",
    feiten: Annotated[NoteText, Form()] = "",
    mening: Annotated[NoteText, Form()] = "",
    laat_staan: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Choose a theme with its reason, and tell everybody who was asked."""
    typed = {"thema": thema, "vorm": vorm, "bericht": bericht, "feiten": feiten, "mening": mening}
    if not laat_staan and personal_data(bericht):
        return _page(visit, workbench, public_id, typed=typed, status=400)
    try:
        with visit.database.write() as session:
            choice = _held(session, visit, public_id)
            _check_words(themes.registry(session, choice.municipality_code), thema, vorm)
            now = datetime.now(UTC)
            decision = Decision(thema, vorm, bericht, feiten, mening)
            theme_choices.choose(session, choice, decision, actor=visit.actor, now=now)
            choice_reactions.tell(session, choice, now=now)
    except WrongChoice as wrong:
        return _page(visit, workbench, public_id, fault=sentence(str(wrong)), typed=typed, status=400)
    return RedirectResponse(f"/keuzes/{public_id}?klaar=gekozen", 303)


@router.post("/keuzes/{public_id}/intrekken")
def withdraw(
    visit: Sending, workbench: WorkbenchDep, public_id: str, waarom: Annotated[NoteText, Form()] = ""
) -> Response:
    """Withdraw a choice, and tell everybody who was asked; it stays in the history."""
    try:
        with visit.database.write() as session:
            choice = _held(session, visit, public_id)
            now = datetime.now(UTC)
            theme_choices.withdraw(session, choice, waarom, actor=visit.actor, now=now)
            choice_reactions.tell(session, choice, now=now)
    except WrongChoice as wrong:
        fault, typed = sentence(str(wrong)), {"waarom": waarom}
        return _page(visit, workbench, public_id, fault=fault, typed=typed, status=400)
    return RedirectResponse(f"/keuzes/{public_id}?klaar=ingetrokken", 303)


def _begin(
    visit: Visit,
    workbench: WorkbenchDep,
    gebied: str,
    *,
    fault: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    found, place = _gebied(workbench, gebied)
    with visit.database.read() as session:
        if not _may(session, visit, place):
            raise HTTPException(404)
        asked = choice_reactions.to_ask(session, place.gemeente, place.code)
        before = theme_choices.choices(session, visit.viewer, place.gemeente, gebied=place.code)
    advice = town_advice(workbench, visit.viewer, found)
    taken = {one.period for one in before if one.state != ChoiceState.INGETROKKEN}
    free = [one for one in coming(today()) if str(one) not in taken]
    # Who comes back here with a button of the browser may not begin a second choice by accident.
    busy = [one.words for one in coming(today()) if str(one) in taken]
    context = {
        "gebied": place,
        "advies": advice.of(place.code),
        "dag": advice.day,
        "voorbeeld": advice.example,
        "partners": asked,
        "halfjaren": free,
        "bezet": busy,
        "typed": typed or {"halfjaar": "", "uiterlijk": "", "partner": [one.public_id for one in asked]},
        "termijn": today() + TERM,
        "vandaag": today(),
        "fault": fault,
    }
    return render(
        visit.request, "themakeuze_nieuw.html", context, status=status, town=found, example=advice.example
    )


def _page(
    visit: Visit,
    workbench: WorkbenchDep,
    public_id: str,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        choice = theme_choices.choice_for(session, visit.viewer, public_id)
        if choice is None:
            raise HTTPException(404)
        may = acts_in(session, visit.viewer, Right.THEMES_CHOOSE, choice.municipality_code, choice.gebied)
        if status != 200 and not may:
            raise HTTPException(404)
        context = {
            "keuze": choice,
            "mag": may,
            "mag_kiezen": may and theme_choices.may_decide(session, choice, today=today()),
            "gevraagd": choice_reactions.asked_of(session, choice),
            "register": themes.registry(session, choice.municipality_code),
            "bijeenkomsten": meetings.of_choice(session, visit.viewer, choice),
        }
    found = places.places(workbench, choice.municipality_code)
    bericht = (typed or {}).get("bericht", "")
    context |= {
        "themas": [_told_theme(choice, slug) for slug in choice.proposed],
        "gebied": found.by_code.get(choice.gebied),
        "te_laat": choice_reactions.is_late,
        "thema_naam": theme_choices.theme_name,
        "halfjaar": words_of,
        "gegevens": personal_data(bericht) if bericht else [],
        "langst": {"bericht": LONGEST_TOLD, "veld": LONGEST},
        "typed": EMPTY | (typed or {}),
        "done": done,
        "fault": fault,
    }
    example = choice.example or bool(choice.snapshot["advies"]["voorbeeld"])
    return render(visit.request, "themakeuze.html", context, status=status, town=found, example=example)


def _told_theme(choice: ThemeChoice, slug: str) -> dict[str, Any]:
    """Return a theme of the advice of that day, with the reasons that were given for it."""
    themes_then: list[dict[str, Any]] = choice.snapshot["advies"]["themas"]
    of_then = next((one for one in themes_then if one["slug"] == slug), {})
    return {"slug": slug, "naam": theme_choices.theme_name(choice, slug), **of_then}


def _held(session: Session, visit: Visit, public_id: str) -> ThemeChoice:
    choice = theme_choices.held(session, visit.viewer, public_id)
    if choice is None:
        raise HTTPException(404)
    return choice


def _gebied(workbench: WorkbenchDep, code: str) -> tuple[Places, Place]:
    found, place = places.find(workbench, code)
    if place not in _areas(found):
        raise HTTPException(404)
    return found, place


def _areas(found: Places) -> list[Place]:
    """Return the gebieden of a town; its wijken where it has no gebieden."""
    return found.of(Level.GEBIED) or found.of(Level.WIJK)


def _may(session: Session, visit: Visit, place: Place) -> bool:
    return acts_in(session, visit.viewer, Right.THEMES_CHOOSE, place.gemeente, place.code)


def _names(found: Places, choices: Sequence[ThemeChoice]) -> dict[str, str]:
    """Return the names of gebieden by code; one that is no more keeps the name of its day."""
    of_then = {one.gebied: str(one.snapshot["gebied"]["naam"]) for one in choices}
    return of_then | {one.code: one.naam for one in _areas(found)}


def _check_words(registry: Registry, theme: str, form: str) -> None:
    try:
        registry.theme(theme)
        registry.form(form)
    except UnknownTheme:
        raise WrongChoice("kies een thema en een vorm van bijeenkomst uit de lijst") from None


def _half_year(text: str) -> HalfYear:
    found = HalfYear.read(text)
    if found is None or found not in coming(today()):
        raise WrongChoice("kies een halfjaar uit de lijst")
    return found


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise WrongChoice("kies de laatste dag waarop mensen kunnen reageren")
    return day

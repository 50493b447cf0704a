"""Jaarplan: the season of a gemeente by month or week, its calendar, and the days without meetings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from data import theme_choices, town_days
from data.acting import acts_everywhere
from data.rights import Right
from data.town_days import DayKind, Days, Rhythm, Rule, WrongDays
from geo.areas import Level
from geo.exposure import local_day
from service import calendars
from service.analysis import places
from service.analysis.places import Place
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.half_years import HalfYear
from service.own_form import Reading, Sending, Visit
from service.own_towns import OwnTowns, own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode, RowNumber
from service.staff_text import NoteText, day_of
from service.texts import catalogue
from service.year_plan import Per, YearPlan, season_of, year_plan

router = APIRouter(include_in_schema=False)
PAGE: Final = "/jaarplan"
DAYS: Final = "/jaarplan/dagen"
DONE: Final = {
    "toegevoegd": "jaarplan.klaar_toegevoegd",
    "al": "jaarplan.klaar_al",
    "weg": "jaarplan.klaar_weg",
}
KINDS: Final = (DayKind.VAKANTIE, DayKind.RAAD, DayKind.ANDERS)
EMPTY: Final = dict.fromkeys(("soort", "naam", "eerste", "laatste", "ritme", "weekdag", "raadnaam"), "")
Town = Annotated[GemeenteCode | None, Query()]
Season = Annotated[int | None, Query(ge=2020, le=2099)]
DayText = Annotated[str, Form(max_length=10)]


@router.get(PAGE)
def overview(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Town = None,
    jaar: Season = None,
    per: Annotated[Per, Query()] = Per.MAAND,
) -> Response:
    """Show what every gebied of a gemeente does in a season, and what is empty or in the way."""
    with visit.database.read() as session:
        own, found, plan = _plan(session, visit, workbench, gemeente, jaar, per)
    now = HalfYear.of(today())
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "plan": plan,
        "per": per,
        "namen": {one.code: one.naam for one in plan.gebieden},
        "komend": [one for one in plan.half_years if one >= now],
        "thema_naam": theme_choices.theme_name,
        "dag_van": local_day,
        "mag": acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, own.chosen.code),
    }
    return render(visit.request, "jaarplan.html", context, town=found, example=plan.has_example)


@router.get("/jaarplan.ics")
def calendar(
    visit: Reading, workbench: WorkbenchDep, settings: SettingsDep, gemeente: Town = None, jaar: Season = None
) -> Response:
    """Return the season as a calendar file: its meetings, and the days on which nothing is planned."""
    with visit.database.read() as session:
        own, _, plan = _plan(session, visit, workbench, gemeente, jaar, Per.MAAND)
    name = catalogue().text("jaarplan.titel", gemeente=own.chosen.naam, jaar=_season(plan.begins))
    written = calendars.calendar(plan.meetings, base=settings.public_url, name=name)
    made = Calendar.from_ical(written)
    for one in plan.days:
        made.add_component(_all_day(one, own.chosen.code))
    file = f'attachment; filename="jaarplan-{own.chosen.slug}-{plan.begins}.ics"'
    return Response(made.to_ical(), media_type=calendars.MEDIA, headers={"Content-Disposition": file})


@router.get(DAYS)
def own_days(visit: Reading, gemeente: Town = None, klaar: str = "") -> Response:
    """Show the days on which a gemeente plans nothing, and forms to add some."""
    return _days(visit, gemeente, done=DONE.get(klaar, ""))


@router.post(DAYS)
def add(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    soort: Annotated[DayKind, Form()] = DayKind.ANDERS,
    naam: Annotated[NoteText, Form()] = "",
    eerste: DayText = "",
    laatste: DayText = "",
) -> Response:
    """Add days under a name."""
    typed = {"soort": soort.value, "naam": naam, "eerste": eerste, "laatste": laatste}

    def act(session: Session) -> int:
        wanted = Days(soort, naam, _day(eerste), _day(laatste or eerste))
        return town_days.add(session, gemeente, wanted, actor=visit.actor)

    return _done(visit, gemeente, act, typed)


@router.post(f"{DAYS}/avonden")
def add_evenings(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    weekdag: Annotated[int, Form(ge=0, le=6)],
    ritme: Annotated[Rhythm, Form()],
    raadnaam: Annotated[NoteText, Form()] = "",
    eerste: DayText = "",
    laatste: DayText = "",
    niet_vrij: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Add evenings that come back, as those of the council."""
    typed = {"raadnaam": raadnaam, "weekdag": str(weekdag), "ritme": ritme.value}

    def act(session: Session) -> int:
        rule = Rule(weekdag, ritme, _day(eerste), _day(laatste))
        return town_days.add_rule(
            session, gemeente, raadnaam, rule, skip_holidays=bool(niet_vrij), actor=visit.actor
        )

    return _done(visit, gemeente, act, typed)


@router.post(f"{DAYS}/schoolvakanties")
def add_school_year(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    regio: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Add the school holidays of a region."""

    def act(session: Session) -> int:
        return town_days.add_school_year(session, gemeente, regio, actor=visit.actor)

    return _done(visit, gemeente, act, {})


@router.post(f"{DAYS}/{{nummer}}/weg")
def remove(visit: Sending, nummer: RowNumber, gemeente: Annotated[GemeenteCode, Form()]) -> Response:
    """Take days away."""
    _check(visit, gemeente)
    with visit.database.write() as session:
        town_days.remove(session, gemeente, nummer, actor=visit.actor)
    return RedirectResponse(f"{DAYS}?gemeente={gemeente}&klaar=weg", 303)


def _plan(
    session: Session,
    visit: Visit,
    workbench: WorkbenchDep,
    gemeente: str | None,
    begins: int | None,
    per: Per,
) -> tuple[OwnTowns, places.Places, YearPlan]:
    own = own_towns(session, visit, Right.THEMES_READ, gemeente)
    found = places.places(workbench, own.chosen.code)
    areas: list[Place] = found.of(Level.GEBIED) or found.of(Level.WIJK)
    year = season_of(today()) if begins is None else begins
    return own, found, year_plan(session, visit.viewer, areas, own.chosen.code, begins=year, per=per)


def _days(
    visit: Visit,
    gemeente: str | None,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    begin = today() - timedelta(days=31)
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.THEMES_CHOOSE, gemeente)
        _check(visit, own.chosen.code)
        shown = town_days.days(session, own.chosen.code, begin, begin + timedelta(days=500))
    school = town_days.school_year()
    context = {
        "gemeenten": own.towns,
        "gemeente": own.chosen,
        "dagen": shown,
        "soorten": KINDS,
        "ritmes": list(Rhythm),
        "school": school,
        "regio": school.towns.get(own.chosen.code, ""),
        "typed": EMPTY | (typed or {}),
        "done": done,
        "fault": fault,
    }
    return render(visit.request, "jaarplan_dagen.html", context, status=status)


def _done(visit: Visit, gemeente: str, act: Callable[[Session], int], typed: dict[str, str]) -> Response:
    _check(visit, gemeente)
    try:
        with visit.database.write() as session:
            number = act(session)
    except WrongDays as wrong:
        fault = sentence(str(wrong))
        return _days(visit, gemeente, fault=fault, typed=typed, status=400)
    return RedirectResponse(f"{DAYS}?gemeente={gemeente}&klaar={'toegevoegd' if number else 'al'}", 303)


def _check(visit: Visit, gemeente: str) -> None:
    """Refuse who does not plan for the whole gemeente: its days are those of every gebied."""
    if not visit.viewer.may(Right.THEMES_CHOOSE, gemeente):
        raise HTTPException(404)
    if not acts_everywhere(visit.viewer, Right.THEMES_CHOOSE, gemeente):
        raise HTTPException(403)


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise WrongDays(catalogue().text("jaarplan.kies_dag"))
    return day


def _season(begins: int) -> str:
    return f"{begins}-{begins + 1}"


def _all_day(one: Days, gemeente: str) -> Event:
    """Return days as an event of whole days that takes nobody's time."""
    event = Event()
    event.add("uid", f"{gemeente}-{one.first.isoformat()}-{one.last.isoformat()}-{one.kind}@jaarplan")
    event.add("dtstamp", datetime.combine(one.first, time(), UTC))
    event.add("dtstart", one.first)
    event.add("dtend", one.last + timedelta(days=1))
    event.add("summary", one.naam)
    event.add("transp", "TRANSPARENT")
    return event

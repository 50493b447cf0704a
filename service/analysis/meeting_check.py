"""Meeting check: what a coordinator typed as meetings to keep, with all there is to know before that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from data import agendas, meeting_conflicts
from data.agendas import Item, WrongAgenda
from data.meeting_conflicts import Asked, Conflict, Kind
from data.meeting_models import Meeting
from data.meeting_times import NoSuchHour, series_days
from data.meetings import Plan, Stop
from geo.crs import LngLat
from geo.matches import Quality
from geo.themes import Registry
from service.analysis import addresses
from service.analysis.places import Places
from service.analysis.words import day_text, moment_words, sentence
from service.analysis.workbench import Workbench
from service.meeting_form import Typed, text

# What the pages call a meeting of a rhythm, when nobody gave it a name.
_TITLES = {
    "gebiedsoverleg": "bijeenkomst.titel_overleg",
    "inloop": "bijeenkomst.titel_inloop",
    "wijkschouw": "bijeenkomst.titel_schouw",
}
_BESIDE = {Kind.GEBIED: "bijeenkomst.botst_gebied", Kind.OWN: "bijeenkomst.botst_eigen"}


@dataclass(frozen=True, slots=True)
class Found:
    """The place of an address: its point, and a warning about it; neither when nothing was typed."""

    point: LngLat | None = None
    address: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that can be kept: the meetings, the warnings to show first, and the form as it now is."""

    typed: Typed
    plans: tuple[Plan, ...]
    warnings: tuple[str, ...]
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class About:
    """What a meeting is planned in: the town with its themes, who plans it, and from which choice."""

    found: Places
    registry: Registry
    planner: str
    choice_id: int | None = None
    meeting: Meeting | None = None


def check(workbench: Workbench, session: Session, typed: Typed, about: About) -> Checked:
    """Return the meetings that a form without faults stands for, with what is in the way of each.

    A day of a series on which the hour does not exist, and an agenda that does not add up, are faults.
    """
    days = series_days(_first(typed), weeks=typed.weeks or 1, times=typed.times)
    try:
        spans = [typed.span_on(day) for day in days]
    except NoSuchHour as wrong:
        return Checked(typed, (), (), {"van": sentence(str(wrong))})
    typed = _with_defaults(typed, about, spans[0].minutes)
    try:
        items = agendas.read(typed.agenda, spans[0].minutes)
    except WrongAgenda as wrong:
        return Checked(typed, (), (), {"agenda": sentence(str(wrong))})
    place = locate(workbench, about.found, typed.adres, gebied=typed.gebied)
    stops, missing = _stops(workbench, about.found, typed)
    plans = tuple(
        replace(_plan(typed, about, items, place, stops), starts_at=one.starts_at, ends_at=one.ends_at)
        for one in spans
    )
    twice = tuple(
        text("bijeenkomst.uur_dubbel", dag=day_text(day))
        for day, one in zip(days, spans, strict=True)
        if one.twice
    )
    others = tuple(words for one in plans for words in _before(session, one, about))
    now = datetime.now(UTC)
    past = tuple(
        text("bijeenkomst.al_geweest", moment=moment_words(one.starts_at))
        for one in plans
        if one.starts_at <= now
    )
    return Checked(typed, plans, (*past, *twice, *place.warnings, *missing, *others), {})


def locate(workbench: Workbench, found: Places, address: str, *, gebied: str = "") -> Found:
    """Return where an address is, with a warning when it is not found, not sure, or outside the gebied."""
    if not address:
        return Found()
    match = addresses.find(workbench, address, gemeente=found.gemeente.code)
    if match.found is None:
        return Found(warnings=(text("bijeenkomst.adres_onbekend", adres=address),))
    point = LngLat(match.found.lon, match.found.lat)
    warnings = []
    if match.quality.rank > Quality.WITHOUT_ADDITION.rank:
        warnings.append(text("bijeenkomst.adres_onzeker", adres=str(match.found)))
    buurt = addresses.spot(workbench, point).buurt
    place = found.by_code.get(gebied)
    if place is not None and (buurt is None or buurt.code not in place.buurten):
        warnings.append(text("bijeenkomst.adres_buiten", adres=address, gebied=place.naam))
    return Found(point, str(match.found), tuple(warnings))


def _first(typed: Typed) -> date:
    if typed.day is None:
        raise ValueError("a form without a day has a fault")
    return typed.day


def _with_defaults(typed: Typed, about: About, minutes: int) -> Typed:
    """Return the form with what its form of meeting brings along, where nothing was typed."""
    template = typed.template
    if template is not None and not typed.agenda:
        typed = replace(typed, agenda=agendas.written(agendas.fitted(template.items, minutes)))
    if typed.titel:
        return typed
    return replace(typed, titel=title(typed, about.registry, about.found))


def title(typed: Typed, registry: Registry, found: Places) -> str:
    """Return what a meeting is called when nobody gave it a name."""
    place = found.by_code[typed.gebied].naam
    form = registry.form(typed.vorm)
    if typed.thema:
        return text("bijeenkomst.titel_thema", thema=registry.theme(typed.thema).naam, gebied=place)
    if typed.vorm in _TITLES:
        return text(_TITLES[typed.vorm], gebied=place)
    return text("bijeenkomst.titel_vorm", vorm=form.naam, gebied=place)


def _stops(workbench: Workbench, found: Places, typed: Typed) -> tuple[tuple[Stop, ...], tuple[str, ...]]:
    placed = [(naam, locate(workbench, found, naam).point) for naam in typed.stops]
    missing = tuple(text("bijeenkomst.plek_onbekend", plek=naam) for naam, point in placed if point is None)
    return tuple(Stop(naam, point) for naam, point in placed), missing


def _plan(typed: Typed, about: About, items: tuple[Item, ...], place: Found, stops: tuple[Stop, ...]) -> Plan:
    begins = typed.span_on(_first(typed))
    return Plan(
        gemeente=about.found.gemeente.code,
        gebied=typed.gebied,
        form=typed.vorm,
        titel=typed.titel,
        starts_at=begins.starts_at,
        ends_at=begins.ends_at,
        theme=typed.thema or None,
        choice_id=about.choice_id,
        intro=typed.inleiding,
        place=typed.plek,
        address=typed.adres,
        accessible=typed.toegankelijk,
        point=place.point,
        capacity=typed.seats,
        public=typed.is_public and about.registry.form(typed.vorm).public,
        route=stops,
        agenda=items,
    )


def in_the_way(session: Session, meeting: Meeting) -> list[str]:
    """Return what is in the way of a meeting that is there, in sentences."""
    asked = Asked(
        gemeente=meeting.municipality_code,
        gebied=meeting.gebied,
        theme=meeting.theme,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        planner=meeting.created_by,
        number=meeting.id,
    )
    return [_words(one) for one in meeting_conflicts.conflicts(session, asked)]


def _before(session: Session, plan: Plan, about: About) -> list[str]:
    asked = Asked(
        gemeente=plan.gemeente,
        gebied=plan.gebied,
        theme=plan.theme,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        planner=about.planner,
        number=about.meeting.id if about.meeting is not None else None,
    )
    return [_words(one) for one in meeting_conflicts.conflicts(session, asked)]


def _words(one: Conflict) -> str:
    day = day_text(one.day)
    if one.kind is Kind.PERSON:
        return text("bijeenkomst.botst_persoon", wie=one.who, naam=one.naam, dag=day)
    if one.kind is Kind.DAYS:
        last = one.until or one.day
        if last - one.day < timedelta(days=1):
            return text("bijeenkomst.botst_dag", naam=one.naam, dag=day)
        return text("bijeenkomst.botst_dagen", naam=one.naam, van=day, tot=day_text(last))
    return text(_BESIDE[one.kind], naam=one.naam, dag=day)

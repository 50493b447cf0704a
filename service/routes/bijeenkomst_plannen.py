"""Planning a meeting: in one go from a chosen theme or by hand, and changing it while it is to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import agendas, invited, meetings, registrations, themes
from data.acting import acts_in
from data.invited import News
from data.meeting_models import Meeting
from data.meetings import MeetingRefused
from data.rights import Right
from data.theme_models import ThemeChoice
from geo.areas import Level
from geo.exposure import AMSTERDAM
from geo.themes import Registry
from service.analysis import meeting_check, places
from service.analysis.meeting_check import About, Checked
from service.analysis.places import Place, Places
from service.analysis.words import sentence
from service.analysis.workbench import Workbench
from service.dependencies import WorkbenchDep
from service.meeting_form import EVENING, LONGEST, SAVE, Typed, faults, of_meeting, shown, text
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.bijeenkomsten import Name

router = APIRouter(include_in_schema=False)
PAGE: Final = "/bijeenkomsten/plannen"
# A coordinator needs some weeks to invite people.
AHEAD: Final = timedelta(weeks=4)
Short = Annotated[str, Query(max_length=60)]


async def _typed(request: Request) -> Typed:
    form = await request.form()
    return Typed.of({name: value for name, value in form.items() if isinstance(value, str)})


TypedDep = Annotated[Typed, Depends(_typed)]


@router.get(PAGE)
def begin(
    visit: Reading,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    keuze: Short = "",
    gebied: Short = "",
    thema: Short = "",
    vorm: Short = "",
) -> Response:
    """Show the form of a meeting, filled in as far as a choice or the address says."""
    with visit.database.read() as session:
        choice = meetings.choice_of(session, visit.viewer, keuze) if keuze else None
        if keuze and choice is None:
            raise HTTPException(404)
        asked = choice.municipality_code if choice is not None else gemeente
        own = own_towns(session, visit, Right.MEETINGS, asked)
        if choice is not None:
            gebied, thema, vorm = choice.gebied, choice.theme or "", choice.form or ""
        registry = themes.registry(session, own.chosen.code, also=_kept_theme(choice))
        typed = Typed(gemeente=own.chosen.code, keuze=keuze, gebied=gebied, thema=thema, vorm=vorm)
        typed = _begun(typed.with_key(), registry)
    return _page(visit, workbench, typed, action=PAGE, also=_kept_theme(choice))


@router.post(PAGE)
def plan(visit: Sending, workbench: WorkbenchDep, typed: TypedDep) -> Response:
    """Look over a meeting, or keep it when it was looked over."""
    typed = typed.with_key()
    with visit.database.read() as session:
        own_towns(session, visit, Right.MEETINGS, typed.gemeente or None)
        choice = meetings.choice_of(session, visit.viewer, typed.keuze) if typed.keuze else None
        before = meetings.planned_before(session, key=typed.sleutel, actor=visit.actor)
        if before and typed.knop == SAVE:
            return _kept(before[0])
    if not typed.gemeente or (typed.keuze and choice is None):
        raise HTTPException(404)
    # A meeting of another gebied did not come of this choice.
    here = choice is not None and (choice.municipality_code, choice.gebied) == (typed.gemeente, typed.gebied)
    also = _kept_theme(choice)
    checked = _checked(visit, workbench, typed, choice_id=choice.id if choice and here else None, also=also)
    if not _may_be_kept(typed, checked):
        return _page(visit, workbench, checked.typed, checked, action=PAGE, also=also)
    with visit.database.write() as session:
        kept = meetings.plan(session, checked.plans, key=typed.sleutel, actor=visit.actor)
        return _kept(kept[0])


@router.get("/bijeenkomsten/{public_id}/wijzigen")
def edit(visit: Reading, workbench: WorkbenchDep, public_id: Name) -> Response:
    """Show the form of a meeting that is there, to change it."""
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id, act=True)
        typed = of_meeting(meeting, agendas.written(meetings.agenda(session, meeting)))
    return _page(visit, workbench, typed, action=_edit(public_id), meeting=meeting)


@router.post("/bijeenkomsten/{public_id}/wijzigen")
def change(visit: Sending, workbench: WorkbenchDep, public_id: Name, typed: TypedDep) -> Response:
    """Look over a change, or keep it; who comes hears of another day or place."""
    with visit.database.read() as session:
        meeting = own_meeting(session, visit, public_id, act=True)
    fixed = {"gemeente": meeting.municipality_code, "gebied": meeting.gebied, "thema": meeting.theme or ""}
    typed = replace(typed, **fixed, vorm=meeting.form, weken="", keer="").with_key()
    checked = _checked(
        visit, workbench, typed, choice_id=meeting.choice_id, meeting=meeting, also=_kept_theme(meeting)
    )
    if not _may_be_kept(typed, checked):
        return _page(visit, workbench, checked.typed, checked, action=_edit(public_id), meeting=meeting)
    try:
        with visit.database.write() as session:
            _change(session, session.get_one(Meeting, meeting.id, with_for_update=True), checked, visit.actor)
    except MeetingRefused as refused:
        wrong = replace(checked, faults={"gebied": sentence(str(refused))})
        return _page(visit, workbench, typed, wrong, action=_edit(public_id), meeting=meeting)
    return RedirectResponse(f"/bijeenkomsten/{public_id}/beheer?klaar=gewijzigd", 303)


def own_meeting(session: Session, visit: Visit, public_id: str, *, act: bool = False) -> Meeting:
    """Return a meeting of an own town; 404 for another, and to `act` on it 403 outside the own gebieden."""
    meeting = meetings.meeting_for(session, visit.viewer, public_id)
    if meeting is None or not visit.viewer.may(Right.MEETINGS, meeting.municipality_code):
        raise HTTPException(404)
    if act and not acts_in(session, visit.viewer, Right.MEETINGS, meeting.municipality_code, meeting.gebied):
        raise HTTPException(403, text("bijeenkomst.niet_uw_gebied"))
    return meeting


def _kept_theme(about: ThemeChoice | Meeting | None) -> tuple[str | None, ...]:
    """Return the theme that was chosen or planned before: it stays so when the gemeente uses it no more."""
    return () if about is None else (about.theme,)


def _kept(meeting: Meeting) -> Response:
    return RedirectResponse(f"/bijeenkomsten/{meeting.public_id}/beheer?klaar=gepland", 303)


def _edit(public_id: str) -> str:
    return f"/bijeenkomsten/{public_id}/wijzigen"


def _change(session: Session, meeting: Meeting, checked: Checked, actor: str) -> None:
    now, wanted = datetime.now(UTC), checked.plans[0]
    taken = registrations.seats(session, meeting).taken
    if wanted.capacity is not None and wanted.capacity < taken:
        raise MeetingRefused(text("bijeenkomst.fout_te_vol", n=taken))
    if meetings.change(session, meeting, wanted, actor=actor, now=now):
        registrations.tell(session, meeting, registrations.MOVED, now=now)
        invited.tell(session, meeting, News.MOVED, actor=actor, now=now)


def _begun(typed: Typed, registry: Registry) -> Typed:
    """Return an empty form with what its theme and form of meeting bring along."""
    if typed.thema in {one.slug for one in registry.themes}:
        theme = registry.theme(typed.thema)
        typed = replace(typed, vorm=typed.vorm or theme.forms[0], inleiding=theme.invitation)
    day = (datetime.now(AMSTERDAM) + AHEAD).date()
    typed = replace(typed, dag=day.isoformat(), van=f"{EVENING:%H:%M}")
    template = typed.template
    if template is None:
        return replace(typed, tot="21:30")
    ends = datetime.combine(day, EVENING) + timedelta(minutes=template.minutes)
    rhythm = {"weken": str(template.weeks), "keer": str(template.times)} if template.weeks else {}
    return replace(typed, tot=f"{ends:%H:%M}", plaatsen=str(template.seats), **rhythm)


def _may_be_kept(typed: Typed, checked: Checked) -> bool:
    """Return whether somebody asks to keep it and saw just these warnings, and this agenda, before."""
    seen = typed.gezien == shown(checked.warnings) and typed.agenda == checked.typed.agenda
    return typed.knop == SAVE and seen and not checked.faults


def _checked(
    visit: Visit,
    workbench: Workbench,
    typed: Typed,
    *,
    choice_id: int | None,
    meeting: Meeting | None = None,
    also: tuple[str | None, ...] = (),
) -> Checked:
    found = places.places(workbench, typed.gemeente)
    with visit.database.read() as session:
        registry = themes.registry(session, typed.gemeente, also=also)
        wrong = faults(typed, registry, [one.code for one in _areas(found)])
        if wrong:
            return Checked(typed, (), (), wrong)
        if not acts_in(session, visit.viewer, Right.MEETINGS, typed.gemeente, typed.gebied):
            return Checked(typed, (), (), {"gebied": text("bijeenkomst.niet_uw_gebied")})
        about = About(found, registry, visit.actor, choice_id, meeting)
        return meeting_check.check(workbench, session, typed, about)


def _areas(found: Places) -> list[Place]:
    """Return where a meeting can be for: the gebieden of a town, or its wijken when it has none."""
    return found.of(Level.GEBIED) or found.of(Level.WIJK)


def _page(
    visit: Visit,
    workbench: Workbench,
    typed: Typed,
    checked: Checked | None = None,
    *,
    action: str,
    meeting: Meeting | None = None,
    also: tuple[str | None, ...] = (),
) -> Response:
    found = places.places(workbench, typed.gemeente)
    wrong = checked.faults if checked is not None else {}
    with visit.database.read() as session:
        registry = themes.registry(session, typed.gemeente, also=also)
        own = own_towns(session, visit, Right.MEETINGS, typed.gemeente)
    warnings = checked.warnings if checked is not None else ()
    seen = checked is not None and not wrong
    context = {
        "towns": own.towns,
        "typed": replace(typed, gezien=shown(warnings) if seen else "", knop=""),
        "faults": wrong,
        "nagekeken": seen,
        "waarschuwingen": warnings,
        "plannen": checked.plans if checked is not None and seen else (),
        "action": action,
        "meeting": meeting,
        "keuzes": {
            "gebied": [(one.code, one.naam) for one in _areas(found)],
            "thema": [(one.slug, one.naam) for one in registry.themes],
            "vorm": [(one.slug, one.naam) for one in registry.forms],
        },
        "langst": LONGEST,
    }
    return render(
        visit.request, "bijeenkomst_plannen.html", context, status=400 if wrong else 200, town=found
    )

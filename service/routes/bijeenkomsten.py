"""Bijeenkomsten: what is on in a gemeente, one meeting by itself, and both for calendars."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from data import meetings
from data.meeting_models import Meeting
from data.rights import Right
from geo.areas import Level
from service import calendars
from service.analysis import live_map, meeting_page, places, route_picture, towns
from service.analysis.live_map import LiveMap
from service.analysis.meeting_report import public_report
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import AreaCode, GemeenteCode
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
Name = Annotated[str, Path(max_length=22, pattern=r"^[A-Za-z0-9_-]+$")]
Code = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/bijeenkomsten")
def agenda(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    gebied: Annotated[AreaCode, Query()] = "",
) -> HTMLResponse:
    """Show the meetings to come and those that are over, of a gemeente or one of its gebieden."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    chosen = _chosen(found, gebied)
    now, codes = datetime.now(UTC), None if chosen is None else codes_of(found, chosen)
    with workbench.session() as session:
        town = found.gemeente.code
        coming = meetings.upcoming(session, viewer, town, gebieden=codes, now=now)
        over = meetings.past(session, viewer, town, gebieden=codes, now=now)
        context = {
            "towns": towns.towns(workbench),
            "komend": meeting_page.shown(session, found, coming, now=now),
            "geweest": meeting_page.shown(session, found, over, now=now),
            "gebieden": found.of(Level.GEBIED),
            "gekozen": chosen,
            "mag_plannen": viewer.may(Right.MEETINGS, town),
            "feed": f"/feeds/{(chosen or found.gemeente).code}.ics",
        }
    example = any(one.example for one in (*coming, *over))
    return render(request, "bijeenkomsten.html", context, town=found, example=example)


@router.get("/bijeenkomsten/{public_id}.ics")
def file(settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, public_id: Name) -> Response:
    """Return a meeting for somebody's calendar."""
    with workbench.session() as session:
        meeting = meetings.meeting_for(session, viewer, public_id)
        if meeting is None:
            raise HTTPException(404)
        body = calendars.calendar([meeting], base=settings.public_url, name=meeting.titel)
    headers = {"Content-Disposition": f'attachment; filename="bijeenkomst-{public_id}.ics"'}
    return Response(body, media_type=calendars.MEDIA, headers=headers)


@router.get("/feeds/{code}.ics")
def feed(request: Request, settings: SettingsDep, workbench: WorkbenchDep, code: Code) -> Response:
    """Return the announced meetings of a gemeente or gebied as a calendar to follow."""
    found, place = places.find(workbench, code)
    codes = None if place.level is Level.GEMEENTE else codes_of(found, place)
    with workbench.session() as session:
        rows = meetings.in_calendar(session, found.gemeente.code, gebieden=codes, now=datetime.now(UTC))
        name = catalogue().text("bijeenkomst.feed_naam", plek=place.naam)
        body = calendars.calendar(rows, base=settings.public_url, name=name)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    asked = request.headers.get("If-None-Match", "")
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=calendars.MEDIA, headers=headers)


@router.get("/bijeenkomsten/{public_id}")
def one(request: Request, workbench: WorkbenchDep, viewer: ViewerDep, public_id: Name) -> HTMLResponse:
    """Show a meeting: when, where, for whom, what is on the agenda, and how to come."""
    with workbench.session() as session:
        meeting = meetings.meeting_for(session, viewer, public_id)
        if meeting is None:
            raise HTTPException(404)
        found = places.places(workbench, meeting.municipality_code)
        [shown] = meeting_page.shown(session, found, [meeting], now=datetime.now(UTC))
        context = {
            "een": shown,
            "agenda": meeting_page.steps(session, meeting),
            "kaart": _map(workbench, found, meeting),
            "route": route_picture.as_data(workbench, found, meeting),
            "mag_plannen": viewer.may(Right.MEETINGS, meeting.municipality_code),
            "verslag": public_report(session, meeting),
        }
    return render(request, "bijeenkomst.html", context, town=found, example=meeting.example)


def codes_of(found: Places, place: Place) -> list[str]:
    """Return the codes that meetings of a place are kept under: its own, and of gebieden it touches."""
    touching = (one.code for one in found.of(Level.GEBIED) if set(one.buurten) & set(place.buurten))
    return [place.code, *touching] if place.level is not Level.GEBIED else [place.code]


def _map(workbench: Workbench, found: Places, meeting: Meeting) -> dict[str, Any] | None:
    """Return a map of the gebied with the place of a meeting; None when its point is not known."""
    if meeting.lon is None or meeting.lat is None:
        return None
    gebieden = found.of(Level.GEBIED)
    drawn = LiveMap(
        level=Level.GEBIED,
        areas=live_map.plain_areas(gebieden, {place.code: place_url(place) for place in gebieden}),
        chosen=meeting.gebied if _is_within(found, meeting.gebied, meeting.lon, meeting.lat) else None,
        spot=(meeting.lon, meeting.lat),
    )
    return live_map.as_data(workbench, found, drawn)


def _is_within(found: Places, code: str, lon: float, lat: float) -> bool:
    """Return whether a point is in the box of an area that there is: a map of that area then shows it."""
    if code not in found.by_code or found.by_code[code].level is not Level.GEBIED:
        return False
    box = found.extent(code)
    return box.west <= lon <= box.east and box.south <= lat <= box.north


def _chosen(found: Places, code: str) -> Place | None:
    """Return the gebied that was asked for; None for the whole town, 404 for one that is not there."""
    if not code or code == found.gemeente.code:
        return None
    if code not in found.by_code:
        raise HTTPException(404)
    return found.by_code[code]

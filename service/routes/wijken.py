"""The pages of wijken, buurten and gebieden."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from data import meetings
from data.visibility import PUBLIC
from geo.areas import Level
from geo.crs import LngLat
from service.analysis import live_map, meeting_page, places, poll_outcome, publications
from service.analysis.area_page import area_page
from service.analysis.live_map import LiveMap, Points
from service.analysis.meeting_page import ShownMeeting
from service.analysis.neighbourhood import neighbourhood
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.chosen_themes import chosen_themes
from service.coordinators import coordinator_of
from service.dependencies import ViewerDep, WorkbenchDep
from service.pages import contact, place_url, render
from service.routes.api.shapes import PointText, read_point
from service.routes.bijeenkomsten import codes_of
from service.settings import Settings

router = APIRouter(include_in_schema=False)
MOST_MEETINGS: Final = 5
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Spot = Annotated[PointText | None, Query()]


@router.get("/wijken/{code}")
def wijk(
    request: Request,
    code: str,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    pagina: PageNumber = 1,
    plek: Spot = None,
) -> Response:
    """Show a wijk or buurt: its figures beside the gemeente's, its meldingen and initiatieven."""
    return _page(request, workbench, viewer, code=code, page=pagina, spot=plek)


@router.get("/gebieden/{code}")
def gebied(
    request: Request,
    code: str,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    pagina: PageNumber = 1,
    plek: Spot = None,
) -> Response:
    """Show a gebied: its figures beside the gemeente's, its buurten, meldingen and initiatieven."""
    return _page(request, workbench, viewer, code=code, page=pagina, spot=plek)


def _page(
    request: Request, workbench: Workbench, viewer: ViewerDep, *, code: str, page: int, spot: str | None
) -> Response:
    found, place = places.find(workbench, code)
    # A place has one address; another way of asking for it leads there.
    if request.url.path != place_url(place):
        return RedirectResponse(place_url(place), 303)
    shown = area_page(workbench, viewer, found, place, page=page)
    if page > shown.meldingen.pages:
        raise HTTPException(404)
    point = read_point(spot) if spot else None
    settings: Settings = request.app.state.settings
    reach = contact(settings, found)
    context = {
        "page": shown,
        "themas": chosen_themes(workbench, found, place),
        "bijeenkomsten": _meetings(workbench, found, place),
        "rond": neighbourhood(workbench, viewer, found, place),
        "peiling": poll_outcome.newest(workbench, found, place),
        "gepubliceerd": publications.here(workbench, place.code, found.gemeente.code),
        "coordinator": coordinator_of(reach, found, place),
        "deuren": _doors(found, place),
        "place": place,
        "kaart": _map(workbench, found, place, point),
        "spot": point,
        "trail": _trail(found, place),
    }
    return render(request, "wijk.html", context, town=found, example=shown.example)


def _meetings(workbench: Workbench, found: Places, place: Place) -> list[ShownMeeting]:
    """Return the meetings to come that everybody may see around a place."""
    now, codes = datetime.now(UTC), codes_of(found, place)
    with workbench.session() as session:
        rows = meetings.upcoming(
            session, PUBLIC, found.gemeente.code, gebieden=codes, now=now, limit=MOST_MEETINGS
        )
        return meeting_page.shown(session, found, rows, now=now)


def _doors(found: Places, place: Place) -> dict[str, str]:
    """Return the addresses of the three doors, with as much of the place filled in as each takes."""
    wijk = place.code if place.level is Level.WIJK else (place.parent if place.level is Level.BUURT else None)
    buurt = place.code if place.level is Level.BUURT else None
    asked = {"gemeente": found.gemeente.code}
    return {
        "melden": f"/melden?{urlencode(asked | ({'buurt': buurt} if buurt else {}))}",
        "idee": f"/idee?{urlencode(asked | ({'buurt': buurt} if buurt else {}))}",
        "vraag": f"/vraag?{urlencode(asked | ({'wijk': wijk} if wijk else {}))}",
    }


def _trail(found: Places, place: Place) -> list[Place]:
    """Return the places around this one, the widest first."""
    parent = found.by_code.get(place.parent or "")
    between = [parent] if parent is not None and parent.level is Level.WIJK else []
    return [found.gemeente, *between]


def _map(workbench: Workbench, found: Places, place: Place, spot: LngLat | None) -> dict[str, Any]:
    shown = found.of(place.level)
    addresses = {one.code: place_url(one) for one in shown}
    drawn = LiveMap(
        level=place.level,
        areas=live_map.plain_areas(shown, addresses),
        labels=False,
        chosen=place.code,
        points=Points(found.gemeente.code, place.buurten, found.extent(place.code)),
        spot=(spot.lon, spot.lat) if spot else None,
    )
    return live_map.as_data(workbench, found, drawn)

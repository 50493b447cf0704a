"""The pages of wijken, buurten and gebieden."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from geo.areas import Level
from geo.crs import LngLat
from service.analysis import live_map, places
from service.analysis.area_page import area_page
from service.analysis.live_map import LiveMap, Points
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench
from service.dependencies import ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import PointText, read_point

router = APIRouter(include_in_schema=False)
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
    context = {
        "page": shown,
        "place": place,
        "kaart": _map(workbench, found, place, point),
        "spot": point,
        "trail": _trail(found, place),
    }
    return render(request, "wijk.html", context, town=found, example=shown.example)


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

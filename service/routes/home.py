"""The first page: the map of the town with its wijken, the same as a list, and the address search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.crs import LngLat
from geo.gazetteer import Quality
from service.analysis import figures, live_map, search, towns
from service.analysis.figures import LevelValues
from service.analysis.live_map import LiveMap, Points
from service.analysis.places import Places
from service.analysis.words import period_text
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import GemeenteCode
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
SURE = {Quality.EXACT, Quality.WITHOUT_ADDITION}
Gemeente = Annotated[GemeenteCode | None, Query()]


@router.get("/")
def home(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
) -> HTMLResponse:
    """Show the town's map with its wijken and a list beside it."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    counted = _counted(workbench, viewer, found)
    totals = {row["code"]: int(row["n"]) for row in counted.rows.to_dict("records") if row["n"] == row["n"]}
    context = {
        "towns": towns.towns(workbench),
        "wijken": found.of(Level.WIJK),
        "gebieden": found.of(Level.GEBIED),
        "totals": totals if counted.span else {},
        "period": period_text(counted.watches),
        "kaart": _map(workbench, found, totals if counted.span else {}),
        "zoek": "",
    }
    example = towns.has_example(workbench, found.gemeente.code)
    return render(request, "home.html", context, town=found, example=example)


@router.get("/zoeken")
def find(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    adres: Annotated[str, Query(max_length=120)] = "",
    gemeente: Gemeente = None,
) -> Response:
    """Go on to the buurt of an address; an address that is not sure or not found gets a page that helps."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    answer = search.find(workbench, found, adres)
    if answer.best is not None and answer.match.quality in SURE:
        point = f"{answer.best.point.lon:.6f},{answer.best.point.lat:.6f}"
        return RedirectResponse(f"{place_url(answer.best.buurt)}?plek={point}", 303)
    context = {
        "zoek": adres,
        "answer": answer if adres.strip() else None,
        "landmarks": [] if answer.best else search.landmarks(workbench, found),
        "wijken": found.of(Level.WIJK),
        "kaart": _map(workbench, found, {}, spot=answer.best.point if answer.best else None),
    }
    return render(request, "zoeken.html", context, town=found)


def _counted(workbench: Workbench, viewer: Viewer, found: Places) -> LevelValues:
    """Return the number of meldingen per wijk, with the period that they are of."""
    filters = Filters(found.gemeente.code)
    return figures.level_values(
        workbench, viewer, found, filters, indicator="meldingen_inw", level=Level.WIJK
    )


def _map(
    workbench: Workbench, found: Places, totals: dict[str, int], *, spot: LngLat | None = None
) -> dict[str, object]:
    wijken = found.of(Level.WIJK)
    lines = {code: [catalogue().counted(n, "melding")] for code, n in totals.items()}
    addresses = {place.code: place_url(place) for place in wijken}
    drawn = LiveMap(
        level=Level.WIJK,
        areas=live_map.plain_areas(wijken, addresses, lines),
        labels=True,
        points=Points(found.gemeente.code),
        spot=(spot.lon, spot.lat) if spot else None,
    )
    return live_map.as_data(workbench, found, drawn)

"""Kaarten: folium maps in a frame of their own, and as files to keep."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.indicators import Indicator
from service.analysis import figures, maps, places, towns
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
HEAT = "warmte"
# A folium map carries its own scripts and styles, so it lives in a sandbox without an origin.
FRAME_HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "sandbox allow-scripts",
            "default-src 'none'",
            "script-src 'unsafe-inline'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ]
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
Code = Annotated[GemeenteCode, Path()]
Kind = Annotated[str, Path(max_length=60)]


@router.get("/kaarten")
def overview(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> HTMLResponse:
    """List the maps to look at and to keep."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    context = {"towns": towns.towns(workbench), "cijfers": figures.definitions(viewer)}
    return render(request, "kaarten.html", context, town=found)


@router.get("/kaarten/{gemeente}/{soort}")
def shown(
    request: Request,
    gemeente: Code,
    soort: Kind,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    niveau: Level = Level.WIJK,
) -> HTMLResponse:
    """Show one map in a frame, with a button to download it."""
    found = places.places(workbench, gemeente)
    one = None if soort == HEAT else figures.definition(viewer, soort)
    levels = [] if one is None else _levels(one, {level for level in Level if found.of(level)})
    context: dict[str, Any] = {
        "soort": soort,
        "naam": catalogue().text("kaarten.warmte") if one is None else one.naam,
        "niveau": niveau.value,
        "levels": levels,
    }
    example = _uses_example(workbench, viewer, found, one, niveau)
    return render(request, "kaart.html", context, town=found, example=example)


@router.get("/kaarten/{gemeente}/{soort}/kaart")
def document(
    gemeente: Code,
    soort: Kind,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    niveau: Level = Level.WIJK,
    download: bool = False,
) -> Response:
    """Return the map itself: one file of HTML that opens without network."""
    html = _draw(workbench, viewer, Filters(gemeente), kind=soort, level=niveau)
    headers = dict(FRAME_HEADERS)
    if download:
        name = f"wijkbeeld-{gemeente.lower()}-{soort}-{niveau.value}.html"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return HTMLResponse(html, headers=headers)


def _draw(workbench: Workbench, viewer: Viewer, filters: Filters, *, kind: str, level: Level) -> str:
    if kind == HEAT:
        return maps.heat_page(workbench, viewer, filters)
    one = figures.definition(viewer, kind)
    return maps.folium_page(workbench, viewer, filters, indicator=one.id, level=level)


def _levels(one: Indicator, known: set[Level]) -> list[str]:
    """Return the levels that a map of this cijfer makes sense for, from small to large."""
    return [level.value for level in Level if level in one.levels & known and level is not Level.GEMEENTE]


def _uses_example(
    workbench: Workbench, viewer: Viewer, found: Places, one: Indicator | None, level: Level
) -> bool:
    """Return whether anything on the map is made up."""
    gemeente = found.gemeente.code
    if one is None:
        return towns.has_example(workbench, gemeente)
    values = figures.level_values(
        workbench, viewer, found, Filters(gemeente=gemeente), indicator=one.id, level=level
    )
    return bool(values.rows["example"].any())

"""What words and cijfers mean: the glossary and a page for every cijfer, with the versions that it had."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from data.own_indicators import PREFIX
from data.visibility import Viewer
from geo.indicators import Indicator
from service.analysis import figures, formula_words, towns
from service.analysis.definition_page import uses, without_data
from service.analysis.dimensions import by_dimension
from service.analysis.figures import UnknownIndicator
from service.analysis.own_figures import OwnFigures, own_definitions, own_figures
from service.analysis.places import Places, UnknownPlace
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
Version = Annotated[int | None, Query(alias="versie", ge=1, le=10_000)]
Town = Annotated[GemeenteCode | None, Query()]


@router.get("/woorden")
def glossary(request: Request, viewer: ViewerDep) -> HTMLResponse:
    """Show the words of the pages with what they mean."""
    words = sorted(catalogue().entries("glossary"), key=lambda entry: entry["woord"])
    return render(request, "woorden.html", {"woorden": words})


@router.get("/cijfers")
def definition_list(
    request: Request,
    viewer: ViewerDep,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    gemeente: Town = None,
) -> HTMLResponse:
    """List the cijfers by what they are about, with which of them have data for a gemeente."""
    found = _town(workbench, gemeente, settings.default_gemeente)
    shown = figures.all_definitions(viewer)
    if found is not None:
        shown = [*shown, *own_definitions(workbench, viewer, found.gemeente.code)]
    context = {
        "groups": by_dimension(shown, lambda one: one),
        "zonder": set() if found is None else without_data(workbench, viewer, found, shown),
    }
    return render(request, "cijfers.html", context, town=found)


@router.get("/cijfers/{cijfer}")
def definition(
    request: Request,
    cijfer: str,
    viewer: ViewerDep,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    version: Version = None,
    gemeente: Town = None,
) -> HTMLResponse:
    """Show what one cijfer means: formula, source, direction, caveats, version, and where it is used."""
    town = gemeente or settings.default_gemeente
    with workbench.session() as session:
        own = own_figures(workbench, session, viewer, town)
    shown = (
        _own_version(own, cijfer, version)
        if cijfer.startswith(PREFIX)
        else {"cijfer": _registered(viewer, cijfer, version), "eigen": None, "versies": [], "laatste": True}
    )
    found: Indicator = shown["cijfer"]
    context = {
        **shown,
        "formulas": [(part, formula_words.formula(part)) for part in found.parts],
        "minimum": formula_words.minimum_words(found),
        "gebruikt": uses(found, own),
        "gemeente": town,
    }
    return render(request, "cijfer.html", context)


def _town(workbench: Workbench, gemeente: str | None, default: str) -> Places | None:
    """Return the gemeente of which the list tells whether there are data; none without outlines."""
    try:
        return towns.town(workbench, gemeente, default=default)
    except UnknownPlace:
        if gemeente is not None:
            raise
        return None


def _registered(viewer: Viewer, cijfer: str, version: int | None) -> Indicator:
    found = figures.definition(viewer, cijfer)
    if version not in {None, found.version}:
        raise UnknownIndicator(f"{found.naam} heeft geen versie {version}")
    return found


def _own_version(own: OwnFigures, cijfer: str, version: int | None) -> dict[str, Any]:
    """Return what the page shows of one version of an own cijfer, beside the moments of all."""
    one = own.one(cijfer, version)
    if one is None or one.indicator is None:
        raise UnknownIndicator(f"wij kennen geen cijfer {cijfer}")
    every = own.versions[cijfer]
    moments: list[tuple[int, datetime]] = [(two.kept.version, two.kept.created_at) for two in every]
    return {
        "cijfer": one.indicator,
        "eigen": one,
        "versies": list(reversed(moments)),
        "laatste": one.kept.version == every[-1].kept.version,
    }

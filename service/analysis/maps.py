"""Maps that leave the service: pages that open without network, and pictures."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from maps import pages
from maps.background import Background
from maps.choropleth import Choropleth
from maps.facts import Facts
from maps.formats import Format
from maps.heatmap import BANDWIDTH_M
from maps.spots import SpotMap
from maps.warmtekaart import HeatMap
from maps.webassets import PageAssets
from service.analysis import figures, heat, layers, places, reports
from service.analysis.choropleth import Colour, choropleth
from service.analysis.heat import HeatMeasure
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.static_files import STATIC

LEAFLET = STATIC / "leaflet"
Answer = TypeVar("Answer")
# What else a map tells beside its facts: sentences, and what stands under the table of a page.
Notes = tuple[str, ...]
About = tuple[tuple[str, str], ...]


def folium_page(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    *,
    indicator: str,
    level: Level,
    part: str | None = None,
    colour: Colour = Colour.WAARDE,
    about: About = (),
) -> str:
    """Return a choropleth as one file of HTML."""
    found = places.places(workbench, filters.gemeente)
    drawn = _choropleth(
        workbench, viewer, found, filters, indicator=indicator, level=level, part=part, colour=colour
    )
    key = ("page", viewer.sees, filters, indicator, level, part, colour)

    def page() -> str:
        behind = background(workbench, found)
        return pages.choropleth_page(drawn, assets=_assets(), background=behind, about=about)

    # What is told of one copy is not for the next reader.
    return page() if about else _kept(workbench, key, page)


def heat_page(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    *,
    bandwidth_m: float = BANDWIDTH_M,
    measure: HeatMeasure = HeatMeasure.HECTARE,
    about: About = (),
) -> str:
    """Return a heatmap as one file of HTML."""
    found = places.places(workbench, filters.gemeente)
    shown = _heat_map(workbench, viewer, found, filters, bandwidth_m=bandwidth_m, measure=measure)
    key = ("heat page", viewer.sees, filters, bandwidth_m, measure)

    def page() -> str:
        behind = background(workbench, found)
        return pages.heat_page(shown, assets=_assets(), background=behind, about=about)

    return page() if about else _kept(workbench, key, page)


def picture(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    *,
    indicator: str,
    level: Level,
    part: str | None = None,
    colour: Colour = Colour.WAARDE,
    form: Format = Format.PNG,
    notes: Notes = (),
) -> bytes:
    """Return a choropleth as a picture; `notes` are sentences to write beside it."""
    found = places.places(workbench, filters.gemeente)
    drawn = _choropleth(
        workbench, viewer, found, filters, indicator=indicator, level=level, part=part, colour=colour
    )
    drawn = replace(drawn, facts=_noted(drawn.facts, notes))
    # Here, since matplotlib is slow to import and most starts draw no picture.
    from maps import pictures

    key = ("picture", viewer.sees, filters, indicator, level, part, colour, form)

    def picture() -> bytes:
        return pictures.choropleth_picture(drawn, background=background(workbench, found), kind=form)

    return picture() if notes else _kept(workbench, key, picture)


def heat_picture(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    *,
    bandwidth_m: float = BANDWIDTH_M,
    measure: HeatMeasure = HeatMeasure.HECTARE,
    form: Format = Format.PNG,
    notes: Notes = (),
) -> bytes:
    """Return a heatmap as a picture; `notes` are sentences to write beside it."""
    found = places.places(workbench, filters.gemeente)
    shown = _heat_map(workbench, viewer, found, filters, bandwidth_m=bandwidth_m, measure=measure)
    told = shown.legend()
    shown = replace(shown, told=replace(told, facts=_noted(told.facts, notes)))
    from maps import pictures

    key = ("heat picture", viewer.sees, filters, bandwidth_m, measure, form)

    def picture() -> bytes:
        return pictures.heat_picture(shown, background=background(workbench, found), kind=form)

    return picture() if notes else _kept(workbench, key, picture)


def drawn_picture(
    workbench: Workbench,
    found: Places,
    shown: Choropleth | SpotMap,
    *,
    form: Format,
    notes: Notes = (),
    names: bool = True,
) -> bytes:
    """Return a drawing of a page of its own as a picture."""
    shown = replace(shown, facts=_noted(shown.facts, notes))
    from maps import pictures

    return pictures.choropleth_picture(shown, background=background(workbench, found), kind=form, names=names)


def drawn_page(workbench: Workbench, found: Places, shown: Choropleth, *, about: About) -> str:
    """Return a drawing of a page of its own as one file of HTML."""
    return pages.choropleth_page(
        shown, assets=_assets(), background=background(workbench, found), about=about
    )


def background(workbench: Workbench, found: Places) -> Background:
    """Return water, borders and railways around a gemeente."""
    return _kept(workbench, ("background", found.gemeente.code), lambda: layers.backdrop(found))


def _choropleth(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    *,
    indicator: str,
    level: Level,
    part: str | None,
    colour: Colour = Colour.WAARDE,
) -> Choropleth:
    values = figures.level_values(
        workbench, viewer, found, filters, indicator=indicator, level=level, part=part
    )
    return choropleth(values, found, known_at=filters.known_at or datetime.now(UTC), colour=colour)


def _heat_map(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    filters: Filters,
    *,
    bandwidth_m: float,
    measure: HeatMeasure = HeatMeasure.HECTARE,
) -> HeatMap:
    """Return the heat over the buurten, with the number of meldingen in each."""
    warmth = heat.heat(workbench, viewer, filters, bandwidth_m=bandwidth_m, measure=measure)
    known_at = filters.known_at or datetime.now(UTC)
    told = heat.legend(warmth, found, known_at=known_at)
    with workbench.session() as session:
        rows = reports.observed_frame(workbench, session, viewer, filters, edition=found.edition)
    areas = found.areas(Level.BUURT)
    counts = rows["buurt"].value_counts().reindex(areas["code"], fill_value=0).astype("float64")
    return HeatMap(warmth.pyramid, warmth.style, areas, told.facts, counts, warmth.relative, told)


def _noted(facts: Facts, notes: Notes) -> Facts:
    return replace(facts, remarks=(*notes, *facts.remarks))


def _kept(workbench: Workbench, key: Hashable, compute: Callable[[], Answer]) -> Answer:
    with workbench.session() as session:
        return workbench.remember(session, key, compute)


@lru_cache(maxsize=1)
def _assets() -> PageAssets:
    return PageAssets.from_folder(LEAFLET)

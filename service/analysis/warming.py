"""Warming: what every first visitor asks for, computed before they come."""

from __future__ import annotations

from data.meldingen import Filters
from data.visibility import PUBLIC
from geo.areas import Level
from maps.heatmap import BANDWIDTH_M
from service.analysis import addresses, figures, heat, layers, places
from service.analysis.intake import loaded_finders
from service.analysis.workbench import Workbench


def warm(workbench: Workbench) -> None:
    """Compute outlines, one cijfer and the heat of every gemeente, and what finds a place."""
    loaded_finders(workbench)
    for gemeente in places.gemeenten(workbench):
        found = places.places(workbench, gemeente.code)
        filters = Filters(gemeente=gemeente.code)
        layers.layers(workbench, found)
        figures.level_values(workbench, PUBLIC, found, filters, indicator="meldingen_inw", level=Level.WIJK)
        heat.heat(workbench, PUBLIC, filters, bandwidth_m=BANDWIDTH_M)
    addresses.gazetteer(workbench)

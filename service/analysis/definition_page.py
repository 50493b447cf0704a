"""The page of a definition: where a cijfer is used, and which cijfers have nothing to show for a gemeente."""

from __future__ import annotations

from collections.abc import Sequence

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.indicator_values import ValueStatus
from geo.indicators import Dimension, Indicator
from geo.leefbaarheid_items import SCORED
from geo.vocabulary import name_of
from service.analysis import figures
from service.analysis.own_figures import OwnFigures
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.texts import catalogue

# What stands for nothing at all: no records, or none of this gemeente.
EMPTY = frozenset(
    {ValueStatus.NIET_GELEVERD.value, ValueStatus.NOG_GEEN_GEGEVENS.value, ValueStatus.ONBEKEND.value}
)


def uses(found: Indicator, own: OwnFigures) -> list[str]:
    """Return where a cijfer is used, a sentence for each."""
    texts = catalogue()
    if found.is_awaited:
        return [texts.text("cijfers.gebruikt_nergens")]
    names = {name_of(found, part) for part in found.parts}
    said = [texts.text("cijfers.gebruikt_kaart")]
    if found.dimensie is not Dimension.EIGEN:
        said.append(texts.text("cijfers.gebruikt_wijk"))
    if any(one.indicator == found.id for one in SCORED):
        said.append(texts.text("cijfers.gebruikt_index"))
    return said + [
        texts.text("cijfers.gebruikt_eigen", naam=one.kept.wording.naam)
        for one in own.newest()
        if names & set(one.uses)
    ]


def without_data(workbench: Workbench, viewer: Viewer, found: Places, shown: Sequence[Indicator]) -> set[str]:
    """Return the ids of the cijfers that have no value in any area of a gemeente."""
    filters = Filters(found.gemeente.code)
    return {one.id for one in shown if one.is_awaited or not _has_any(workbench, viewer, found, filters, one)}


def _has_any(workbench: Workbench, viewer: Viewer, found: Places, filters: Filters, one: Indicator) -> bool:
    """Return whether anything is known of a cijfer at the widest level that it has."""
    level = next((level for level in reversed(Level) if level in one.levels and found.of(level)), None)
    if level is None:
        return False
    rows = figures.values_of(workbench, viewer, found, filters, found=one, level=level).rows
    return not rows["status"].isin(EMPTY).all()

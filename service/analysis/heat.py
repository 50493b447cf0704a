"""Heat: where the meldingen of a question come from, as tiles and as a legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from data import sources
from data.areas import newest_edition
from data.meldingen import Filters
from data.observation import Watch
from data.rights import Right
from data.visibility import Viewer
from geo.event_counts import TOO_SHORT
from geo.exposure import FEWEST_DAYS, Period, observed_years
from geo.heat import HeatPyramid
from maps.facts import Facts
from maps.heatmap import HeatStyle, fitting_maximum, heat_tile
from maps.legend import Legend, heat_legend, number_legend
from maps.relative_heat import RelativeHeat
from maps.tiles import Tile
from service.analysis import people, places, reports
from service.analysis.figures import UnknownIndicator
from service.analysis.places import Places
from service.analysis.reports import Span
from service.analysis.words import moment_words, period_text
from service.analysis.workbench import Workbench
from service.texts import catalogue


class HeatMeasure(StrEnum):
    """What the colours of heat count; the value is used in addresses."""

    HECTARE = "hectare"
    AANTAL = "aantal"
    INWONERS = "inwoners"
    GEMEENTE = "gemeente"


UNITS: Final = {
    HeatMeasure.HECTARE: "meldingen per hectare in deze periode",
    HeatMeasure.AANTAL: "meldingen rond elke plek in deze periode",
    HeatMeasure.INWONERS: "meldingen per 1.000 inwoners per jaar",
    HeatMeasure.GEMEENTE: "meldingen per inwoner, vergeleken met de hele gemeente",
}
# What stands out is for staff: reference/privacy.md, section 4.
FOR_STAFF: Final = frozenset({HeatMeasure.GEMEENTE})


@dataclass(frozen=True, slots=True)
class Heat:
    """A pyramid with what its legend tells; `maximum` is in meldingen per hectare.

    `relative` is there when people are counted with; `spread` says where they are taken to live.
    """

    pyramid: HeatPyramid
    style: HeatStyle
    count: int
    watches: tuple[Watch, ...]
    example: bool
    sources: tuple[str, ...]
    measure: HeatMeasure = HeatMeasure.HECTARE
    relative: RelativeHeat | None = None
    spread: str = ""
    short: tuple[str, ...] = ()

    @property
    def span(self) -> Span | None:
        """The first and the last day that it is about."""
        return reports.span(self.watches)


def measures(viewer: Viewer, gemeente: str) -> list[HeatMeasure]:
    """Return what this viewer can let the heat of a gemeente count."""
    staff = viewer.may(Right.FIGURES_STAFF, gemeente)
    return [one for one in HeatMeasure if staff or one not in FOR_STAFF]


def heat(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    *,
    bandwidth_m: float,
    measure: HeatMeasure = HeatMeasure.HECTARE,
) -> Heat:
    """Return the heat of the meldingen that the viewer may see.

    Raises UnknownIndicator for a measure that is not for this viewer.
    """
    if measure not in measures(viewer, filters.gemeente):
        raise UnknownIndicator(f"wij kennen geen warmtekaart {measure.value}")
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("heat", viewer.sees, filters, bandwidth_m, measure)
        return workbench.remember(
            session,
            key,
            lambda: _compute(workbench, session, viewer, filters, bandwidth_m=bandwidth_m, measure=measure),
        )


def tile(
    workbench: Workbench,
    viewer: Viewer,
    filters: Filters,
    tile: Tile,
    *,
    bandwidth_m: float,
    measure: HeatMeasure = HeatMeasure.HECTARE,
) -> bytes:
    """Return one tile of 256 pixels as PNG; transparent where nothing is to be seen."""
    found = heat(workbench, viewer, filters, bandwidth_m=bandwidth_m, measure=measure)
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("tile", viewer.sees, filters, bandwidth_m, measure, tile)
        return workbench.remember(session, key, lambda: _draw(found, tile))


def legend(found: Heat, places: Places, *, known_at: datetime) -> Legend:
    """Return what the colours of a heatmap mean."""
    said = facts(found, places, known_at=known_at)
    if found.relative is not None:
        return found.relative.legend(said, spread=found.spread)
    if found.measure is HeatMeasure.AANTAL:
        return number_legend(found.style, said, points=found.count)
    return heat_legend(found.style, said, points=found.count)


def facts(found: Heat, places: Places, *, known_at: datetime) -> Facts:
    """Return what a heatmap tells about itself."""
    return Facts(
        title=f"Waar komen veel meldingen vandaan in {places.gemeente.naam}?",
        unit=UNITS[found.measure],
        source="; ".join(found.sources),
        period=period_text(found.watches),
        as_of=moment_words(known_at),
        division=f"indeling {places.edition}",
        remarks=found.short,
        example=found.example,
    )


def _draw(found: Heat, tile: Tile) -> bytes:
    if found.relative is None:
        return heat_tile(found.pyramid, tile, found.style)
    return found.relative.tile(tile)


def _compute(
    workbench: Workbench,
    session: Session,
    viewer: Viewer,
    filters: Filters,
    *,
    bandwidth_m: float,
    measure: HeatMeasure,
) -> Heat:
    edition = newest_edition(session, gemeente=filters.gemeente)
    rows = reports.observed_frame(workbench, session, viewer, filters, edition=edition)
    rows = rows[rows["lon"].notna()]
    # As the table beside it: what lies outside the gemeente is no melding of it.
    inside = rows["buurt"].replace("", None).notna()
    outside, rows = int((~inside).sum()), rows[inside]
    pyramid = HeatPyramid.from_points(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    maximum = fitting_maximum(pyramid, bandwidth_m=bandwidth_m) if len(rows) else 1.0
    found = Heat(
        pyramid,
        HeatStyle(maximum=maximum, bandwidth_m=bandwidth_m),
        len(rows),
        reports.watches(workbench, session, viewer, filters),
        bool(rows["example"].any()),
        tuple(sources.names(session, rows["source_id"].unique().tolist())),
        measure,
        short=_left_out(outside),
    )
    if measure in {HeatMeasure.HECTARE, HeatMeasure.AANTAL}:
        return found
    return _beside_people(workbench, found, rows, filters.gemeente)


def _left_out(outside: int) -> tuple[str, ...]:
    texts = catalogue()
    return (texts.text("analyse.warmte_buiten", n=texts.counted(outside, "melding")),) if outside else ()


def _beside_people(workbench: Workbench, found: Heat, rows: pd.DataFrame, gemeente: str) -> Heat:
    """Return the heat of incidents beside people; sources that were watched for too few days do not count."""
    long = [one for one in found.watches if one.days >= FEWEST_DAYS]
    kept = rows[rows["source_id"].isin([one.source_id for one in long])].sort_values("created_at")
    first = kept[kept["incident_id"].isna() | ~kept["incident_id"].duplicated()]
    living = people.people(workbench, places.places(workbench, gemeente))
    relative = RelativeHeat.of(
        HeatPyramid.from_points(first["lon"].to_numpy(), first["lat"].to_numpy()),
        living.pyramid,
        bandwidth_m=found.style.bandwidth_m,
        years=observed_years(Period.of_days(one.first, one.last) for one in long),
        against_town=found.measure is HeatMeasure.GEMEENTE,
    )
    short = tuple(f"{one.naam}{TOO_SHORT}." for one in found.watches if one not in long)
    return replace(found, relative=relative, spread=living.said, short=(*found.short, *short))

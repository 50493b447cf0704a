"""Heat: where the meldingen of a question come from, as tiles and as a legend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from data import sources
from data.areas import newest_edition
from data.meldingen import Filters
from data.observation import Watch
from data.visibility import Viewer
from geo.heat import HeatPyramid
from maps.facts import Facts
from maps.heatmap import HeatStyle, fitting_maximum, heat_tile
from maps.tiles import Tile
from service.analysis import reports
from service.analysis.places import Places
from service.analysis.reports import Span
from service.analysis.words import moment_words, period_text
from service.analysis.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Heat:
    """A pyramid with what its legend tells; `maximum` is in meldingen per hectare."""

    pyramid: HeatPyramid
    style: HeatStyle
    count: int
    watches: tuple[Watch, ...]
    example: bool
    sources: tuple[str, ...]

    @property
    def span(self) -> Span | None:
        """The first and the last day that it is about."""
        return reports.span(self.watches)


def heat(workbench: Workbench, viewer: Viewer, filters: Filters, *, bandwidth_m: float) -> Heat:
    """Return the heat of the meldingen that the viewer may see."""
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("heat", viewer.sees, filters, bandwidth_m)
        return workbench.remember(
            session, key, lambda: _compute(workbench, session, viewer, filters, bandwidth_m)
        )


def tile(workbench: Workbench, viewer: Viewer, filters: Filters, tile: Tile, *, bandwidth_m: float) -> bytes:
    """Return one tile of 256 pixels as PNG; transparent where nothing was reported."""
    found = heat(workbench, viewer, filters, bandwidth_m=bandwidth_m)
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("tile", viewer.sees, filters, bandwidth_m, tile)
        return workbench.remember(session, key, lambda: heat_tile(found.pyramid, tile, found.style))


def facts(found: Heat, places: Places, *, known_at: datetime) -> Facts:
    """Return what a heatmap tells about itself."""
    return Facts(
        title=f"Waar komen veel meldingen vandaan in {places.gemeente.naam}?",
        unit="meldingen per hectare in deze periode",
        source="; ".join(found.sources),
        period=period_text(found.watches),
        as_of=moment_words(known_at),
        division=f"indeling {places.edition}",
        example=found.example,
    )


def _compute(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, bandwidth_m: float
) -> Heat:
    edition = newest_edition(session, gemeente=filters.gemeente)
    rows = reports.observed_frame(workbench, session, viewer, filters, edition=edition)
    rows = rows[rows["lon"].notna()]
    pyramid = HeatPyramid.from_points(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    maximum = fitting_maximum(pyramid, bandwidth_m=bandwidth_m) if len(rows) else 1.0
    return Heat(
        pyramid,
        HeatStyle(maximum=maximum, bandwidth_m=bandwidth_m),
        len(rows),
        reports.watches(workbench, session, viewer, filters),
        bool(rows["example"].any()),
        tuple(sources.names(session, rows["source_id"].unique().tolist())),
    )

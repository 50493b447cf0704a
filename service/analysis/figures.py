"""Figures: the cijfers of a town's areas, worked out from what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from data import figures, initiatieven
from data.meldingen import Filters
from data.observation import Watch
from data.own_indicators import PREFIX
from data.rights import Right
from data.visibility import PUBLIC, Viewer
from geo import registry
from geo.answers import Evidence
from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.comparison import compared, most_similar
from geo.errors import FigureError
from geo.event_counts import TOO_SHORT, EventCounts, count_initiatieven, count_meldingen
from geo.exposure import Observation, Period
from geo.indicator_values import indicator_values
from geo.indicators import Indicator, Part
from geo.measures import (
    EventCount,
    EventRate,
    Events,
    Measure,
    MedianDuration,
    PollCount,
    Share,
    StillOpen,
    within,
)
from service.analysis import observed, reports
from service.analysis.own_figures import own_definitions
from service.analysis.places import Places
from service.analysis.records import OF_MELDINGEN, Asking, with_records
from service.analysis.reports import Span
from service.analysis.workbench import About, Workbench

PUBLIC_REMARK = "Alleen meldingen die iedereen mag zien: die over straat, groen, afval en water."
STATUS_TEXTS = {
    "bekend": "",
    "onbekend": "niet bekend",
    "geheim": "te weinig inwoners: het CBS geeft dit niet vrij",
    "te_klein": "te klein voor een uitspraak",
    "niet_geleverd": "hierover zijn geen gegevens geleverd",
    "niet_op_dit_niveau": "op dit niveau niet te zien",
    "nog_geen_gegevens": "nog geen gegevens",
}


class UnknownIndicator(FigureError):
    """No cijfer has this name."""


@dataclass(frozen=True, eq=False)
class LevelValues:
    """One part of one cijfer for all areas of a level.

    `rows` has the columns of `geo.indicator_values` and of `geo.comparison`.
    """

    definition: Indicator
    part: Part
    level: Level
    rows: pd.DataFrame
    watches: tuple[Watch, ...]
    remarks: tuple[str, ...]

    @property
    def span(self) -> Span | None:
        """The first and the last day that it is about; None for what is not counted from meldingen."""
        return reports.span(self.watches)


def definitions(viewer: Viewer) -> list[Indicator]:
    """Return the cijfers that this viewer can open and that have records, in the order of the registry."""
    return [one for one in all_definitions(viewer) if not one.is_awaited]


def all_definitions(viewer: Viewer) -> list[Indicator]:
    """Return the cijfers that this viewer can read about, also those without any records yet."""
    return [one for one in registry.INDICATORS if viewer.sees or _is_public(one)]


def definition(viewer: Viewer, indicator: str) -> Indicator:
    """Return one cijfer by its id; UnknownIndicator when the viewer has none of that name."""
    found = next((one for one in all_definitions(viewer) if one.id == indicator), None)
    if found is None:
        raise UnknownIndicator(f"wij kennen geen cijfer {indicator}")
    return found


def definition_in(workbench: Workbench, viewer: Viewer, filters: Filters, indicator: str) -> Indicator:
    """Return one cijfer by its id as it counts for a question: an own one of the gemeente, at its moment."""
    if not indicator.startswith(PREFIX):
        return definition(viewer if _sees(viewer, filters) else PUBLIC, indicator)
    own = own_definitions(workbench, viewer, filters.gemeente, known_at=filters.known_at)
    found = next((one for one in own if one.id == indicator), None)
    if found is None:
        raise UnknownIndicator(f"wij kennen geen cijfer {indicator}")
    return found


def part_of(found: Indicator, key: str | None) -> Part:
    """Return the part with this key, or the first."""
    part = next((one for one in found.parts if key in {None, one.key}), None)
    if part is None:
        raise UnknownIndicator(f"{found.naam} heeft geen onderdeel {key}")
    return part


def level_values(
    workbench: Workbench,
    viewer: Viewer,
    places: Places,
    filters: Filters,
    *,
    indicator: str,
    level: Level,
    part: str | None = None,
) -> LevelValues:
    """Return the values of a cijfer in all areas of a level."""
    found = definition_in(workbench, viewer, filters, indicator)
    return values_of(workbench, viewer, places, filters, found=found, level=level, part=part)


def values_of(
    workbench: Workbench,
    viewer: Viewer,
    places: Places,
    filters: Filters,
    *,
    found: Indicator,
    level: Level,
    part: str | None = None,
) -> LevelValues:
    """Return the values of a definition, also one that was not kept yet, in all areas of a level."""
    chosen = part_of(found, part)
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("values", viewer.sees, filters, found, level)
        rows = workbench.remember(
            session,
            key,
            lambda: _worked_out(
                found,
                evidence_for(found, Asking(workbench, session, viewer, places, filters)),
                places,
                level,
            ),
        )
        watches = reports.watches(workbench, session, viewer, filters) if counts_meldingen(found) else ()
    rows = rows[rows["part"] == chosen.key].reset_index(drop=True)
    return LevelValues(
        found, chosen, level, rows, watches, _remarks(found, rows, complete=_sees(viewer, filters))
    )


def _worked_out(found: Indicator, evidence: Evidence, places: Places, level: Level) -> pd.DataFrame:
    """Return the values of all areas of a level, each beside the gemeente and the areas most like it."""
    members = places.membership(level)
    values, whole = (
        indicator_values(found, evidence=evidence, members=one)
        for one in (members, places.membership(Level.GEMEENTE))
    )
    return compared(found, values, whole=whole, similar=most_similar(evidence.figures, members))


def evidence_for(found: Indicator, asking: Asking) -> Evidence:
    """Return what one cijfer is worked out from, with the records that it needs."""
    return evidence_of([found], asking)


def evidence_of(every: Iterable[Indicator], asking: Asking) -> Evidence:
    """Return what several cijfers are worked out from, with the records that they need."""
    usual = evidence(asking.workbench, asking.session, asking.viewer, asking.places, asking.filters)
    return with_records(usual, [measure for one in every for measure in _measures(one)], asking)


def _measures(found: Indicator) -> list[Measure]:
    """Return the measures of a cijfer, and those inside them."""
    return [one for part in found.parts for one in within(part.measure)]


def evidence(
    workbench: Workbench, session: Session, viewer: Viewer, places: Places, filters: Filters
) -> Evidence:
    """Return everything that the values of a question are worked out from."""
    filters = reports.settled(workbench, session, viewer, filters)
    key = ("evidence", viewer.sees, filters, places.edition)
    return workbench.remember(session, key, lambda: _gather(workbench, session, viewer, places, filters))


def published(workbench: Workbench, session: Session, places: Places) -> AreaFigures:
    """Return all published figures of a gemeente and its areas."""
    return workbench.remember(
        session,
        ("published figures", places.gemeente.code, places.edition),
        lambda: AreaFigures(figures.load_figures(session, places.edition, codes=set(places.by_code))),
        about=About.REFERENCE,
    )


def counts_meldingen(found: Indicator) -> bool:
    """Return whether a cijfer is counted from meldingen, so that it has a period."""
    return any(
        isinstance(one, MedianDuration | StillOpen)
        or (isinstance(one, EventRate | EventCount) and one.events is Events.MELDINGEN)
        or (isinstance(one, Share) and one.tallied in OF_MELDINGEN)
        for one in _measures(found)
    )


def _gather(
    workbench: Workbench, session: Session, viewer: Viewer, places: Places, filters: Filters
) -> Evidence:
    return Evidence(
        published(workbench, session, places),
        _meldingen(workbench, session, viewer, places, filters),
        _initiatieven(session, viewer, places, filters),
    )


def _meldingen(
    workbench: Workbench, session: Session, viewer: Viewer, places: Places, filters: Filters
) -> EventCounts | None:
    watches = reports.watches(workbench, session, viewer, filters)
    span = reports.span(watches)
    if span is None:
        return None
    rows = observed.frame(workbench, session, viewer, filters, edition=places.edition)
    observation = observed.observations(session, viewer, filters.gemeente, watches)
    return count_meldingen(
        rows, period=Period.of_days(*span), observation=observation, asked=filters.main_groups
    )


def _initiatieven(session: Session, viewer: Viewer, places: Places, filters: Filters) -> EventCounts | None:
    rows = initiatieven.frame(session, viewer, filters.gemeente, edition=places.edition)
    started = rows[rows["started_at"].notna()]
    if started.empty:
        return None
    days = started["started_at"].dt.date
    first: date = filters.since or days.min()
    last: date = max(filters.until or days.max(), first)
    period = Period.of_days(first, last)
    return count_initiatieven(started, period=period, observation=Observation("Wijkbeeld", period))


def _is_public(found: Indicator) -> bool:
    """Return whether the public may see this cijfer: what nobody may see part of is not shown at all.

    Numbers of the poll are made for everybody, and are of no buurt because nobody answers about one.
    """
    polled = all(isinstance(part.measure, PollCount) for part in found.parts)
    return (Level.BUURT in found.levels or polled) and not found.staff_only


def _sentence(note: str) -> str:
    """Return a note as a reader reads it: slugs of soorten become words."""
    start, separator, slugs = note.partition("niet geleverd: ")
    if not separator:
        return note
    return f"{start}Hierover zijn geen meldingen geleverd: {slugs.replace('-', ' ')}."


def _sees(viewer: Viewer, filters: Filters) -> bool:
    """Return whether this viewer sees all there is of the gemeente of a question."""
    return viewer.may(Right.FIGURES_STAFF, filters.gemeente)


def _remarks(found: Indicator, rows: pd.DataFrame, *, complete: bool) -> tuple[str, ...]:
    if counts_meldingen(found) and not complete:
        # For the public the soorten that it may not see count as not delivered: say that instead.
        lines = dict.fromkeys(line for note in rows["note"].unique() for line in note.split("; "))
        short = [_sentence(line) for line in lines if line.endswith(TOO_SHORT)]
        return (*found.caveats, *short, PUBLIC_REMARK)
    notes: Sequence[str] = [_sentence(note) for note in rows["note"].unique() if note]
    return (*found.caveats, *notes)

"""Monthly change: incidents per month of each area, with what changed in what was watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from data import marked_events
from data.marked_events import EventKind
from geo.areas import Level
from geo.breaks import edition_breaks, source_breaks
from geo.event_counts import supplies
from geo.exposure import Observation
from geo.incident_days import EPOCH, IncidentDays, Months
from geo.main_groups import MainGroup
from geo.measures import Selection
from geo.membership import FloatArray
from geo.trends import Stretch, Trend, difference, series, stretch, trend
from service.analysis import observed, towns
from service.analysis.change_choices import Followed
from service.analysis.change_view import ChangeView, Line, Mark, Point
from service.analysis.change_words import trend_words
from service.analysis.places import Place, Places
from service.analysis.records import Asking
from service.analysis.words import day_text
from service.texts import catalogue

_EPOCH: Final = EPOCH.toordinal()


def marks(session: Session, gemeente: str) -> tuple[Mark, ...]:
    """Return the events that staff of a gemeente marked, oldest first."""
    return tuple(
        Mark(one.day, one.naam, EventKind(one.kind).naam, own=True)
        for one in marked_events.events(session, gemeente)
    )


def taken_incidents(asking: Asking, followed: Followed) -> tuple[IncidentDays, list[Observation]]:
    """Return the incidents of a cijfer by day, and what was observed of it, by sources that deliver it."""
    filters, selection = asking.filters, followed.selection or Selection()
    groups = frozenset(map(MainGroup, filters.main_groups))
    every, seen = observed.days(
        asking.workbench, asking.session, asking.viewer, filters, edition=asking.places.edition
    )
    every = every.taking(Selection(groups=groups))
    observations = list(seen.values())
    delivering = [
        place
        for place, one in enumerate(observations)
        if supplies(one, every.brought(place), selection, asked=groups)
    ]
    taken = every.only(delivering, filters.since, filters.until).taking(selection)
    return taken, [observations[place] for place in delivering]


def by_month(asking: Asking, followed: Followed, chosen: Sequence[Place], *, level: Level) -> ChangeView:
    """Return the incidents of a cijfer over the months that were watched."""
    taken, observations = taken_incidents(asking, followed)
    found, days = asking.places, watched_days(taken)
    lines = tuple(
        line for place in chosen for line in _lines(found, taken, place.level, days) if line.place == place
    )
    groups = frozenset(asking.filters.main_groups)
    breaks = (*source_breaks(observations), *edition_breaks(observations, groups))
    noted = (
        *(Mark(one.day, one.naam, one.kind.value) for one in breaks),
        *marks(asking.session, asking.filters.gemeente),
    )
    shown = [point.day for line in lines for point in line.points]
    within = [one for one in noted if shown and min(shown) <= one.day <= last_day(taken)]
    return ChangeView(
        followed=followed,
        level=level,
        lines=lines,
        apart=difference(lines[0].change, lines[1].change) if len(lines) > 1 else None,
        rows=tuple(sorted(_lines(found, taken, level, days), key=lambda one: one.place.naam)),
        marks=tuple(sorted(within, key=lambda one: one.day)),
        notes=_notes(taken, found),
        example=towns.has_example(asking.workbench, asking.filters.gemeente),
        days=days,
    )


def _lines(found: Places, taken: IncidentDays, level: Level, days: int) -> list[Line]:
    """Return the line of each place of a level."""
    members = found.membership(level)
    months = taken.months(members)
    run = stretch(months)
    result = []
    for area, code in enumerate(members.codes):
        said = trend(series(months, run, area))
        points = _points(months, run, area, said)
        words = trend_words(said, days=days)
        result.append(Line(found.by_code[code], points, said.change, said.method, words))
    return result


def _points(months: Months, run: Stretch, area: int, said: Trend) -> tuple[Point, ...]:
    """Return every month that the sources of the run watched, with what the trend says of those in it."""
    sources = list(run.sources) or list(range(len(months.days)))
    found = []
    for place, first in enumerate(months.firsts):
        if not months.days[sources, place].any():
            continue
        at = place - run.start if run.start <= place < run.stop else None
        found.append(
            Point(
                first,
                float(months.counts[sources, area, place].sum()),
                part=not months.whole[sources, place].all(),
                level=_at(said.level, at),
                line=_at(said.line, at),
                lower=_at(said.lower, at),
                upper=_at(said.upper, at),
            )
        )
    return tuple(found)


def _at(values: FloatArray | None, place: int | None) -> float | None:
    return None if values is None or place is None else float(values[place])


def watched_days(taken: IncidentDays) -> int:
    """Return on how many days at least one source was watched."""
    days = {day for one in taken.watched for day in range(one.first, one.last + 1)}
    return len(days)


def last_day(taken: IncidentDays) -> date:
    """Return the last day that was watched."""
    return date.fromordinal(max(one.last for one in taken.watched) + _EPOCH)


def _notes(taken: IncidentDays, found: Places) -> tuple[str, ...]:
    """Return which sources have no part in the lines."""
    t = catalogue().text
    if not taken.watched:
        return (t("verandering.niet_geleverd"),)
    run = stretch(taken.months(found.membership(Level.GEMEENTE)))
    return tuple(
        t(
            "verandering.bron_niet_mee",
            bron=one.source,
            van=_day_words(one.first),
            tot=_day_words(one.last),
        )
        for place, one in enumerate(taken.watched)
        if run.sources and place not in run.sources
    )


def _day_words(number: int) -> str:
    return day_text(date.fromordinal(number + _EPOCH))

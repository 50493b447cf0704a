"""Meldingen as the analyses use them: one frame per question, remembered while the data stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy.orm import Session

from data import meldingen, observation, visibility
from data.meldingen import Filters
from data.observation import Watch
from data.visibility import Viewer
from geo.exposure import AMSTERDAM, Period
from service.analysis.workbench import Workbench, today


class Span(NamedTuple):
    """A period of whole days, the last one included."""

    first: date
    last: date


def settled(workbench: Workbench, session: Session, viewer: Viewer, filters: Filters) -> Filters:
    """Return the same question as all others with the same answer ask it, so that it is remembered once."""
    if filters.known_at is None:
        return filters
    moments = workbench.remember(
        session, ("moments", viewer.sees), lambda: visibility.moments(session, viewer)
    )
    known_at = visibility.settled(moments, filters.known_at)
    asked = filters.known_at.astimezone(AMSTERDAM).date()
    if asked < today() and observation.is_live(session, filters.gemeente):
        # The own meldpunt was watched until the day that was asked, also when nothing came in since.
        midnight = Period.of_days(asked, asked).start
        known_at = max(midnight, known_at or moments[-1])
    return replace(filters, known_at=known_at)


def frame(
    workbench: Workbench,
    session: Session,
    viewer: Viewer,
    filters: Filters,
    *,
    edition: int,
    columns: tuple[str, ...] = meldingen.COUNTED,
) -> pd.DataFrame:
    """Return the meldingen that the viewer may see, as `data.meldingen.frame` gives them: what is counted."""
    filters = settled(workbench, session, viewer, filters)
    key = ("meldingen", viewer.sees, filters, edition, columns)
    return workbench.remember(
        session, key, lambda: meldingen.frame(session, viewer, filters, edition=edition, columns=columns)
    )


def observed_frame(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> pd.DataFrame:
    """Return the meldingen of a question on the days that their own source was watched, with all columns.

    What was created before is known only in part: the meldingen that were still open on its first day.
    """
    filters = settled(workbench, session, viewer, filters)
    seen = watches(workbench, session, viewer, filters)
    days = span(seen)
    if days is None:
        # The columns and their types, of a question that ends before anything was reported.
        nothing = replace(filters, since=None, until=visibility.NOTHING_YET.date())
        return frame(workbench, session, viewer, nothing, edition=edition, columns=tuple(meldingen.COLUMNS))
    rows = frame(
        workbench,
        session,
        viewer,
        replace(filters, since=days.first, until=days.last),
        edition=edition,
        columns=tuple(meldingen.COLUMNS),
    )
    return rows if len(seen) == 1 else rows[_watched(rows, seen)].reset_index(drop=True)


def watches(workbench: Workbench, session: Session, viewer: Viewer, filters: Filters) -> tuple[Watch, ...]:
    """Return for each source the days that a question is about: what was asked, within what it watched."""
    filters = settled(workbench, session, viewer, filters)
    known_at = filters.known_at
    found = workbench.remember(
        session,
        ("watches", viewer.sees, filters.gemeente, known_at),
        lambda: observation.watches(session, viewer, filters.gemeente, today=today(), known_at=known_at),
    )
    asked = (one.within(filters.since, filters.until) for one in found)
    return tuple(one for one in asked if one is not None)


def span(watches: Sequence[Watch]) -> Span | None:
    """Return the first and the last day on which a source watched, None without one."""
    if not watches:
        return None
    return Span(min(one.first for one in watches), max(one.last for one in watches))


def _watched(rows: pd.DataFrame, watches: Sequence[Watch]) -> pd.Series[bool]:
    days = rows["created_at"].dt.tz_convert(AMSTERDAM).dt.date
    inside = pd.Series(False, index=rows.index)
    for one in watches:
        inside |= (rows["source_id"] == one.source_id) & (days >= one.first) & (days <= one.last)
    return inside

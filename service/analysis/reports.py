"""Meldingen as the analyses use them: one frame per question, remembered while the data stay the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy.orm import Session

from data import meldingen, visibility
from data.meldingen import Filters
from data.visibility import Viewer
from service.analysis.workbench import Workbench


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
    return replace(filters, known_at=visibility.settled(moments, filters.known_at))


def frame(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> pd.DataFrame:
    """Return the meldingen that the viewer may see, as `data.meldingen.frame` gives them."""
    filters = settled(workbench, session, viewer, filters)
    key = ("meldingen", viewer.sees, filters, edition)
    return workbench.remember(
        session, key, lambda: meldingen.frame(session, viewer, filters, edition=edition)
    )


def observed(workbench: Workbench, session: Session, viewer: Viewer, filters: Filters) -> Filters | None:
    """Return the question held to the days that the sources cover, None when it asks for no such day.

    What was created before is known only in part: the meldingen that were still open on the first day.
    """
    days = span(workbench, session, viewer, filters)
    return None if days is None else replace(filters, since=days.first, until=days.last)


def observed_frame(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> pd.DataFrame:
    """Return the meldingen of a question on the days that the sources cover; none where they cover no day."""
    within = observed(workbench, session, viewer, filters)
    if within is None:
        # The columns and their types, of a question that ends before anything was reported.
        within = replace(filters, since=None, until=visibility.NOTHING_YET.date())
    return frame(workbench, session, viewer, within, edition=edition)


def span(workbench: Workbench, session: Session, viewer: Viewer, filters: Filters) -> Span | None:
    """Return the days that a question is about: what was asked, within what the sources cover."""
    filters = settled(workbench, session, viewer, filters)
    observed = workbench.remember(
        session,
        ("observed", viewer.sees, filters.gemeente, filters.known_at),
        lambda: meldingen.observed_period(session, viewer, filters.gemeente, known_at=filters.known_at),
    )
    if observed is None:
        return None
    first = max(filters.since or observed[0], observed[0])
    last = min(filters.until or observed[1], observed[1])
    return Span(first, last) if first <= last else None

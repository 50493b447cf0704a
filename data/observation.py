"""Observation: which sources watched a town, and from which day to which day each did.

A source that states its days is held to them. The town's own meldpunt watches from its first day of service
until today. Of other sources their meldingen tell, those that the viewer may see: a day is a fact about a
melding too. See docs/decisions/0010-time-observed-per-source.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import visibility
from data.models import Melding, Source
from data.sources import own_slug
from data.visibility import Viewer
from geo.exposure import AMSTERDAM


class Watch(NamedTuple):
    """The days on which a source watched a town, the last one included."""

    source_id: int
    naam: str
    category_edition: str | None
    first: date
    last: date

    def within(self, since: date | None, until: date | None) -> Watch | None:
        """The part of it within these days, None when they do not meet."""
        first, last = max(self.first, since or self.first), min(self.last, until or self.last)
        return self._replace(first=first, last=last) if first <= last else None


def watches(
    session: Session, viewer: Viewer, gemeente: str, *, today: date, known_at: datetime | None = None
) -> list[Watch]:
    """Return the watch of every source of a gemeente that has meldingen for this viewer, oldest first.

    The own meldpunt is there from its first day, also without meldingen; `today` is its last.
    """
    end = today if known_at is None else min(today, known_at.astimezone(AMSTERDAM).date())
    found = {row.id: _watch(row, gemeente, end) for row in _counted(session, viewer, gemeente, known_at)}
    own = session.scalar(select(Source).where(Source.slug == own_slug(gemeente)))
    if own is not None and own.id not in found and own.observed_from is not None:
        found[own.id] = Watch(own.id, own.naam, own.category_edition, own.observed_from, end)
    return sorted((one for one in found.values() if one.first <= one.last), key=_by_day)


def _by_day(one: Watch) -> tuple[date, date, int]:
    return one.first, one.last, one.source_id


def is_live(session: Session, gemeente: str) -> bool:
    """Return whether a gemeente has a source whose watch grows by a day every day."""
    return session.scalar(select(Source.id).where(Source.slug == own_slug(gemeente))) is not None


class _Counted(NamedTuple):
    """A source with what it states of its days, and those of its first and last melding."""

    id: int
    slug: str
    naam: str
    category_edition: str | None
    observed_from: date | None
    observed_to: date | None
    oldest: date
    newest: date


def _counted(session: Session, viewer: Viewer, gemeente: str, known_at: datetime | None) -> list[_Counted]:
    source = (
        Source.id,
        Source.slug,
        Source.naam,
        Source.category_edition,
        Source.observed_from,
        Source.observed_to,
    )
    query = (
        visibility.meldingen(viewer, known_at=known_at)
        .join(Source, Source.id == Melding.source_id)
        .with_only_columns(
            *source, func.min(Melding.created_on), func.max(Melding.created_on), maintain_column_froms=True
        )
        .where(Melding.municipality_code == gemeente)
        .group_by(*source)
    )
    return [_Counted._make(row) for row in session.execute(query)]


def _watch(row: _Counted, gemeente: str, end: date) -> Watch:
    newest = end if row.slug == own_slug(gemeente) else row.newest
    first, last = row.observed_from or row.oldest, row.observed_to or newest
    return Watch(row.id, row.naam, row.category_edition, first, last)

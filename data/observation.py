"""Observation: which sources watched a town, and from which day to which day each did.

A source that states its days is held to them. The town's own meldpunt watches from its first day of service
until today. Of other sources the days were kept at their import. They are the same for every viewer, and tell
of no hidden melding: a day is a fact about a melding too. docs/decisions/0010-time-observed-per-source.md
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import PrivacyClass
from data.models import Category, Import, Melding, Source
from data.sources import own_slug
from data.visibility import PUBLIC, Viewer
from geo.exposure import AMSTERDAM

# Where the report of an import keeps the days of its source.
DAYS: Final = "dagen"


class Watch(NamedTuple):
    """The days on which a source watched a town, the last one included; `days` counts all of them."""

    source_id: int
    naam: str
    category_edition: str | None
    first: date
    last: date
    days: int

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
    own = session.scalar(select(Source).where(Source.slug == own_slug(gemeente)))
    rows = _sources(session, viewer, gemeente, known_at)
    kept = _kept(session, [one.source_id for one in rows], known_at)
    # What was stored without an import has no kept days: then those that everybody sees.
    bare = any(one.source_id not in kept for one in rows)
    public = {one.source_id: one for one in (_sources(session, PUBLIC, gemeente, known_at) if bare else ())}
    found = {}
    for seen in rows:
        source = session.get_one(Source, seen.source_id)
        told = public.get(source.id, seen)
        first, last = kept.get(source.id, (told.first, told.last))
        last = end if own is not None and source.id == own.id else last
        found[source.id] = _watch(source, source.observed_from or first, source.observed_to or last)
    if own is not None and own.id not in found and own.observed_from is not None:
        found[own.id] = _watch(own, own.observed_from, end)
    return sorted((one for one in found.values() if one.first <= one.last), key=_by_day)


def _by_day(one: Watch) -> tuple[date, date, int]:
    return one.first, one.last, one.source_id


def is_live(session: Session, gemeente: str) -> bool:
    """Return whether a gemeente has a source whose watch grows by a day every day."""
    return session.scalar(select(Source.id).where(Source.slug == own_slug(gemeente))) is not None


def days_of_rows(session: Session, source_id: int) -> tuple[date, date] | None:
    """Return the first and last day of the rows of a source that are public, to keep at their import.

    A source without public rows has the days of all: who sees only public ones is not told of it.
    """
    query = (
        select(func.min(Melding.created_on), func.max(Melding.created_on))
        .join(Category, Category.id == Melding.category_id)
        .where(Melding.source_id == source_id)
    )
    public = Category.privacy == PrivacyClass.EXACT, Melding.intern.is_(False)
    for conditions in (public, ()):
        first, last = session.execute(query.where(*conditions)).one()
        if first is not None:
            return first, last
    return None


def _kept(
    session: Session, sources: Collection[int], known_at: datetime | None
) -> dict[int, tuple[date, date]]:
    """Return for each source the days that were kept at its last import of that moment."""
    query = (
        select(Import.source_id, Import.report)
        .where(Import.source_id.in_(sources), Import.visible_at.is_not(None))
        .order_by(Import.visible_at, Import.id)
    )
    if known_at is not None:
        query = query.where(Import.visible_at <= known_at)
    return {
        source: (date.fromisoformat(report[DAYS][0]), date.fromisoformat(report[DAYS][1]))
        for source, report in session.execute(query)
        if report.get(DAYS)
    }


def _sources(session: Session, viewer: Viewer, gemeente: str, known_at: datetime | None) -> list[_Seen]:
    """Return the sources of which this viewer sees meldingen, with the first and last day of those."""
    query = (
        visibility.meldingen(viewer, known_at=known_at)
        .with_only_columns(
            Melding.source_id,
            func.min(Melding.created_on),
            func.max(Melding.created_on),
            maintain_column_froms=True,
        )
        .where(Melding.municipality_code == gemeente)
        .group_by(Melding.source_id)
    )
    return [_Seen._make(row) for row in session.execute(query)]


class _Seen(NamedTuple):
    """The first and the last day of the meldingen of a source that somebody sees."""

    source_id: int
    first: date
    last: date


def _watch(source: Source, first: date, last: date) -> Watch:
    days = (last - first).days + 1
    return Watch(source.id, source.naam, source.category_edition, first, last, days)

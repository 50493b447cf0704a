"""Sources: where records and figures come from, how old they are, and when the next load is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Municipality, Source
from geo.exposure import local_day


class SourceKind(StrEnum):
    """What a source delivers."""

    AREAS = "gebieden"
    FIGURES = "cijfers"
    ADDRESSES = "adressen"
    MELDINGEN = "meldingen"
    INITIATIEVEN = "initiatieven"
    PLACES = "bekende plekken"
    BACKGROUND = "achtergrond"
    SURVEY = "enquete"


@dataclass(frozen=True, kw_only=True)
class SourceCard:
    """What is known of a source before anything is loaded from it."""

    slug: str
    kind: SourceKind
    naam: str
    municipality_code: str | None = None
    licence: str = ""
    attribution: str = ""
    url: str = ""
    category_edition: str | None = None
    observed_from: date | None = None
    observed_to: date | None = None
    reference: str = ""
    every_days: int | None = None
    example: bool = False


@dataclass(frozen=True, kw_only=True)
class SourceAge:
    """A source as the page of sources shows it; `late` is None when no next load was agreed."""

    slug: str
    kind: str
    naam: str
    gemeente: str | None
    licence: str
    attribution: str
    url: str
    reference: str
    loaded_at: datetime | None
    age_days: int | None
    due_on: date | None
    late: bool | None
    example: bool


def own_slug(gemeente: str) -> str:
    """The slug of a town's own meldpunt as a source."""
    return f"meldpunt-{gemeente.lower()}"


def register_source(session: Session, card: SourceCard, *, loaded_at: datetime | None = None) -> int:
    """Add the source or bring it up to date, and return its id; `loaded_at` is kept when None."""
    row = session.scalar(select(Source).where(Source.slug == card.slug))
    if row is None:
        row = Source(slug=card.slug)
        session.add(row)
    for name, value in asdict(card).items():
        setattr(row, name, value)
    if loaded_at is not None:
        row.loaded_at = loaded_at
    session.flush()
    return row.id


def overview(session: Session, *, now: datetime | None = None) -> list[SourceAge]:
    """All sources by kind and name, each with its age and whether its next load is late."""
    rows = session.execute(
        select(Source, Municipality.naam)
        .join(Municipality, Municipality.code == Source.municipality_code, isouter=True)
        .order_by(Source.kind, Source.naam, Source.slug)
    )
    moment = now or datetime.now(UTC)
    return [_age(source, gemeente, moment) for source, gemeente in rows]


def _age(source: Source, gemeente: str | None, now: datetime) -> SourceAge:
    due_on = _due_on(source)
    return SourceAge(
        slug=source.slug,
        kind=source.kind,
        naam=source.naam,
        gemeente=gemeente,
        licence=source.licence,
        attribution=source.attribution,
        url=source.url,
        reference=source.reference,
        loaded_at=source.loaded_at,
        age_days=None if source.loaded_at is None else (now - source.loaded_at).days,
        due_on=due_on,
        late=None if source.every_days is None else due_on is None or local_day(now) > due_on,
        example=source.example,
    )


def _due_on(source: Source) -> date | None:
    if source.every_days is None or source.loaded_at is None:
        return None
    return local_day(source.loaded_at) + timedelta(days=source.every_days)


def of_kind(session: Session, kind: SourceKind, gemeente: str) -> list[Source]:
    """The sources of one kind that a gemeente has loaded something from."""
    query = select(Source).where(
        Source.kind == kind, Source.municipality_code == gemeente, Source.loaded_at.is_not(None)
    )
    return list(session.scalars(query.order_by(Source.slug)))


def names(session: Session, ids: Collection[int]) -> list[str]:
    """The names of these sources, in alphabetical order."""
    return sorted(session.scalars(select(Source.naam).where(Source.id.in_(ids))))

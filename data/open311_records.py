"""Records for Open311: public meldingen as GeoReport requests, sought by what is published of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import Status
from data.intake_models import Photo
from data.models import Category, Melding, StatusChange
from data.released import public_text
from data.visibility import PUBLIC
from geo.exposure import local_day

MOST: Final = 1_000


class Record(NamedTuple):
    """A public melding: days in Amsterdam, released words and photos only, a point in degrees or none."""

    public_id: str
    service_code: str
    service_name: str
    created_on: date
    closed_on: date | None
    is_closed: bool
    text: str | None
    lon: float | None
    lat: float | None
    note: str | None
    photo: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; ids go before all else. Days are days in Amsterdam, `until` included."""

    gemeente: str
    ids: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    is_closed: bool | None = None
    limit: int = MOST
    offset: int = 0


def records(session: Session, wanted: Wanted) -> list[Record]:
    """Return the public records, newest day first; within a day by id, so that the order tells no time."""
    columns = (
        Melding.id,
        Melding.public_id,
        Category.slug,
        Category.naam,
        Melding.created_on,
        Melding.closed_at,
        Melding.status,
        public_text(),
        Melding.lon,
        Melding.lat,
    )
    query = (
        _narrowed(visibility.meldingen(PUBLIC), wanted)
        .with_only_columns(*columns, maintain_column_froms=True)
        .order_by(Melding.created_on.desc(), Melding.public_id.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    notes, photos = _notes(session, ids), _photos(session, ids)
    return [_record(row, notes, photos) for row in rows]


def _narrowed(query: Select[Melding, Category], wanted: Wanted) -> Select[Melding, Category]:
    """Filter on published values only: days, never times."""
    asked: list[ColumnElement[bool]] = [Melding.municipality_code == wanted.gemeente]
    if wanted.ids:
        return query.where(*asked, Melding.public_id.in_(wanted.ids))
    if wanted.since is not None:
        asked.append(Melding.created_on >= wanted.since)
    if wanted.until is not None:
        asked.append(Melding.created_on <= wanted.until)
    if wanted.service_codes:
        asked.append(Category.slug.in_(wanted.service_codes))
    if wanted.is_closed is not None:
        closed = Melding.status == Status.CLOSED
        asked.append(closed if wanted.is_closed else ~closed)
    return query.where(*asked)


def _record(row: Any, notes: Mapping[int, str], photos: Mapping[int, str]) -> Record:
    is_closed = row.status == Status.CLOSED
    return Record(
        public_id=row.public_id,
        service_code=row.slug,
        service_name=row.naam,
        created_on=row.created_on,
        closed_on=local_day(row.closed_at) if is_closed and row.closed_at else None,
        is_closed=is_closed,
        text=row.text,
        lon=row.lon,
        lat=row.lat,
        note=notes.get(row.id),
        photo=photos.get(row.id),
    )


def _notes(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return what was last said to residents of each of these meldingen."""
    query = (
        select(StatusChange.melding_id, StatusChange.public_note)
        .where(StatusChange.melding_id.in_(ids), StatusChange.public_note.is_not(None))
        .order_by(StatusChange.at, StatusChange.id)
    )
    return {melding: note for melding, note in session.execute(query) if note}


def _photos(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the digest of the first released photo of each of these meldingen."""
    query = (
        select(Photo.melding_id, Photo.digest)
        .where(Photo.melding_id.in_(ids), Photo.released)
        .order_by(Photo.id.desc())
    )
    return {row.melding_id: row.digest for row in session.execute(query)}

"""Public records: one melding with all that everybody may read of it, and what was last said of several.

Days and never times; no address, no number, nothing of who sent it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import Status
from data.models import Category, Melding, MeldingArea, StatusChange
from data.photo_rows import released_photos
from data.released import text_of
from data.visibility import PUBLIC
from geo.crs import LngLat
from geo.exposure import AMSTERDAM

# A melding that was opened and closed again has a step for each time; few have more than these.
STEPS_EACH: Final = 4


class DayStep(NamedTuple):
    """The day on which a melding came to a status, with what was said of it for residents."""

    day: date
    status: Status
    note: str


class Done(NamedTuple):
    """A melding that was dealt with, with what was said of it for residents."""

    public_id: str
    soort: str
    closed_on: date
    note: str
    example: bool


class PublicPhoto(NamedTuple):
    """A photo that everybody may see."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublicMelding:
    """A melding as everybody may read it; `text` and `photos` only where they were released."""

    public_id: str
    gemeente: str
    soort: str
    main_group: str
    status: Status
    created_on: date
    point: LngLat | None
    place_quality: str
    buurt: str | None
    text: str
    steps: tuple[DayStep, ...]
    photos: tuple[PublicPhoto, ...]
    example: bool


def public_melding(session: Session, public_id: str) -> PublicMelding | None:
    """Return the melding of this public id as everybody may read it, None when not everybody may."""
    query = visibility.meldingen(PUBLIC).where(Melding.public_id == public_id)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    melding, category = found
    lon, lat = melding.lon, melding.lat
    return PublicMelding(
        public_id=melding.public_id,
        gemeente=melding.municipality_code,
        soort=category.naam,
        main_group=category.main_group,
        status=Status(melding.status),
        created_on=melding.created_on,
        point=None if lon is None or lat is None else LngLat(lon, lat),
        place_quality=melding.place_quality,
        buurt=_buurt(session, melding.id),
        text=text_of(session, melding),
        steps=_steps(session, melding),
        photos=tuple(
            PublicPhoto(one.digest, one.width, one.height)
            for one in released_photos(session, PUBLIC, public_id)
        ),
        example=melding.example,
    )


def last_notes(session: Session, public_ids: Collection[str]) -> dict[str, str]:
    """Return what was last said for residents of each of these meldingen; only of those that all may see."""
    query = (
        visibility.meldingen(PUBLIC)
        .join(StatusChange, StatusChange.melding_id == Melding.id)
        .with_only_columns(Melding.public_id, StatusChange.public_note, maintain_column_froms=True)
        .where(Melding.public_id.in_(public_ids), StatusChange.public_note.is_not(None))
        .order_by(StatusChange.at, StatusChange.id)
    )
    return {public_id: note for public_id, note in session.execute(query) if note}


def recently_done(
    session: Session, gemeente: str, buurten: Collection[str], *, edition: int, limit: int
) -> list[Done]:
    """Return the meldingen of these buurten that were last closed with a note that everybody may read."""
    query = (
        visibility.meldingen(PUBLIC)
        .join(StatusChange, StatusChange.melding_id == Melding.id)
        .join(MeldingArea, and_(MeldingArea.melding_id == Melding.id, MeldingArea.edition == edition))
        .with_only_columns(
            Melding.public_id,
            Category.naam,
            Melding.closed_at,
            StatusChange.public_note,
            Melding.example,
            maintain_column_froms=True,
        )
        .where(
            Melding.municipality_code == gemeente,
            Melding.status == Status.CLOSED,
            Melding.closed_at.is_not(None),
            MeldingArea.buurt.in_(buurten),
            StatusChange.to_status == Status.CLOSED,
            StatusChange.public_note.is_not(None),
            StatusChange.public_note != "",
        )
        .order_by(StatusChange.at.desc(), StatusChange.id.desc())
    )
    found: dict[str, Done] = {}
    for public_id, soort, closed_at, note, example in session.execute(query.limit(limit * STEPS_EACH)):
        assert closed_at is not None
        assert note is not None
        closed_on = closed_at.astimezone(AMSTERDAM).date()
        found.setdefault(public_id, Done(public_id, soort, closed_on, note, example))
    return sorted(found.values(), key=lambda one: (one.closed_on, one.public_id), reverse=True)[:limit]


def _steps(session: Session, melding: Melding) -> tuple[DayStep, ...]:
    """Return the history by day; of a melding that came without one, its begin and its end."""
    query = (
        select(StatusChange)
        .where(StatusChange.melding_id == melding.id)
        .order_by(StatusChange.at, StatusChange.id)
    )
    kept = tuple(
        DayStep(row.at.astimezone(AMSTERDAM).date(), Status(row.to_status), row.public_note or "")
        for row in session.scalars(query)
    )
    begin = () if kept and kept[0].status is Status.REPORTED else (_begin(melding),)
    if kept or melding.closed_at is None:
        return (*begin, *kept)
    return (*begin, DayStep(melding.closed_at.astimezone(AMSTERDAM).date(), Status.CLOSED, ""))


def _begin(melding: Melding) -> DayStep:
    return DayStep(melding.created_on, Status.REPORTED, "")


def _buurt(session: Session, melding_id: int) -> str | None:
    """Return the buurt of a melding in the newest division that has it."""
    return session.scalar(
        select(MeldingArea.buurt)
        .where(MeldingArea.melding_id == melding_id, MeldingArea.buurt.is_not(None))
        .order_by(MeldingArea.edition.desc())
        .limit(1)
    )

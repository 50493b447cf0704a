"""Following: what a reporter may see of the own melding, and what its number alone tells."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.choices import PrivacyClass, Status
from data.intake_models import Intake, Photo
from data.models import Category, Melding, StatusChange
from data.photo_rows import photos_of_melding
from geo.crs import LngLat


class Hidden(StrEnum):
    """Why nobody but the reporter and staff see a melding."""

    KIND = "soort"
    NEW = "nieuw"
    ASIDE = "opzij"


@dataclass(frozen=True, slots=True)
class Step:
    """A moment in the life of a melding, with what was said of it for residents."""

    at: datetime
    status: Status
    note: str


@dataclass(frozen=True, slots=True)
class OwnMelding:
    """A melding as its reporter sees it: everything that was sent, contact data apart."""

    public_id: str
    reference: str
    has_postcode: bool
    gemeente: str
    soort: str
    text: str
    address: str
    point: LngLat | None
    status: Status
    hidden: Hidden | None
    text_released: bool
    steps: tuple[Step, ...]
    photos: tuple[Photo, ...]
    answers: Mapping[str, str]


def own_melding(session: Session, public_id: str) -> OwnMelding | None:
    """Return the melding of this public id that came in by our own door; None when there is none."""
    query = (
        select(Melding, Category, Intake)
        .join(Category, Category.id == Melding.category_id)
        .join(Intake, Intake.melding_id == Melding.id)
        .where(Melding.public_id == public_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    melding, category, intake = found
    lon, lat = melding.lon, melding.lat
    return OwnMelding(
        public_id=melding.public_id,
        reference=intake.reference,
        has_postcode=intake.postcode is not None,
        gemeente=melding.municipality_code,
        soort=category.naam,
        text=melding.text or "",
        address=melding.address or "",
        point=None if lon is None or lat is None else LngLat(lon, lat),
        status=Status(melding.status),
        hidden=_hidden(melding, category, intake),
        text_released=melding.text_released,
        steps=_steps(session, melding.id),
        photos=tuple(photos_of_melding(session, melding.public_id)),
        answers=intake.answers,
    )


def status_of_number(session: Session, reference: str, postcode: str) -> Status | None:
    """Return where a melding stands for who has its number and the postcode given with it; else None."""
    query = (
        select(Melding.status, Intake.postcode)
        .join(Intake, Intake.melding_id == Melding.id)
        .where(Intake.reference == reference)
    )
    found = session.execute(query).one_or_none()
    if found is None or found.postcode is None:
        return None
    right = hmac.compare_digest(found.postcode.encode(), postcode.encode())
    return Status(found.status) if right else None


def _hidden(melding: Melding, category: Category, intake: Intake) -> Hidden | None:
    """Return the reason that lasts longest: a kind stays shielded, also after somebody has looked."""
    if category.privacy != PrivacyClass.EXACT:
        return Hidden.KIND
    if not melding.intern:
        return None
    return Hidden.NEW if intake.quarantine else Hidden.ASIDE


def _steps(session: Session, melding_id: int) -> tuple[Step, ...]:
    query = (
        select(StatusChange)
        .where(StatusChange.melding_id == melding_id)
        .order_by(StatusChange.at, StatusChange.id)
    )
    return tuple(Step(row.at, Status(row.to_status), row.public_note or "") for row in session.scalars(query))

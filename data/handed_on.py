"""Handed on: what somebody outside the desk sees of a melding that was given to them to look at or solve.

No contact data, no number, no private notes, and only photos that everybody sees; the text goes without
names, phones and the like, as it does by mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data import handling_terms
from data.intake_models import Intake
from data.models import Category, Melding
from data.photo_rows import released_photos
from data.text_masking import masked_text
from data.visibility import PUBLIC
from geo.crs import LngLat


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A melding as its reader outside the desk sees it; `due` is None when it is done."""

    soort: str
    gemeente: str
    received_on: date
    status: str
    text: str
    address: str
    point: LngLat | None
    answers: Mapping[str, str]
    photos: tuple[str, ...]
    due: date | None
    example: bool


def handed_on(session: Session, melding: Melding, kind: Category) -> HandedOn:
    """Return a melding without what tells who sent it."""
    intake = session.get(Intake, melding.id)
    answers = (intake.answers or {}) if intake is not None else {}
    here = melding.lon is not None and melding.lat is not None
    return HandedOn(
        kind.naam,
        melding.municipality_code,
        melding.created_on,
        melding.status,
        masked_text(melding.text or ""),
        masked_text(melding.address or ""),
        LngLat(melding.lon, melding.lat) if here else None,  # type: ignore[arg-type]
        {question: masked_text(str(answer)) for question, answer in answers.items()},
        tuple(one.digest for one in released_photos(session, PUBLIC, melding.public_id)),
        handling_terms.terms(session).due(melding, kind),
        melding.example,
    )

"""Entered: a melding that staff typed in for somebody, as its paper receipt shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.intake_models import Intake
from data.models import Category, Melding
from data.rights import Right
from data.visibility import Viewer


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands on a receipt; the words of the melding are not on it: paper lies about."""

    public_id: str
    reference: str
    has_postcode: bool
    gemeente: str
    soort: str
    created_at: datetime


def entered(session: Session, viewer: Viewer, public_id: str) -> Entered | None:
    """Return a melding that this viewer typed in; None for any other, for its link opens the whole of it."""
    query = (
        select(Melding, Category.naam, Intake)
        .join(Intake, Intake.melding_id == Melding.id)
        .join(Category, Category.id == Melding.category_id)
        .where(Melding.public_id == public_id, Intake.entered_by == viewer.account)
    )
    found = session.execute(query).one_or_none()
    if found is None or not viewer.may(Right.INTAKE_FOR_CALLER, found[0].municipality_code):
        return None
    melding, soort, intake = found
    return Entered(
        melding.public_id,
        intake.reference,
        intake.postcode is not None,
        melding.municipality_code,
        soort,
        melding.created_at,
    )

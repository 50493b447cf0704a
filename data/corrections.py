"""Corrections: meldingen whose soort a person changed from what was suggested, to learn from.

Nothing is copied: a correction is what the tables say now, so that it is gone as soon as the text is.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.classifier_texts import Labelled
from data.intake_models import Intake
from data.melding_words import OWN_EDITION
from data.models import Category, Melding


def corrections(session: Session) -> list[Labelled]:
    """Return the text and soort of each melding that got another soort than suggested, oldest first.

    Both reporters and staff correct. What still waits for a first look does not count: anybody could teach
    the classifier nonsense.
    """
    query = (
        select(Melding.text, Category.slug)
        .join(Intake, Intake.melding_id == Melding.id)
        .join(Category, Category.id == Melding.category_id)
        .where(
            Intake.suggested.is_not(None),
            Intake.suggested != Category.slug,
            Intake.quarantine.is_(None),
            Category.edition == OWN_EDITION,
            Melding.text.is_not(None),
        )
        .order_by(Melding.id)
    )
    return [Labelled(text, slug) for text, slug in session.execute(query) if text]

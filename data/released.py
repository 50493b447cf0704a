"""Released text: what everybody may read of the words of a melding, as somebody made it fit for that."""

from __future__ import annotations

from sqlalchemy import Label, case, delete, func, select
from sqlalchemy.orm import Session

from data.models import Melding
from data.party_models import ReleasedText


def public_text() -> Label[str | None]:
    """Return the column `text` with what everybody may read of a melding, NULL without a released text."""
    edited = select(ReleasedText.text).where(ReleasedText.melding_id == Melding.id).correlate(Melding)
    released = func.coalesce(edited.scalar_subquery(), Melding.text)
    return case((Melding.text_released, released)).label("text")


def text_of(session: Session, melding: Melding) -> str:
    """Return what everybody may read of the words of a melding; empty when nothing was released."""
    return session.scalars(select(public_text()).where(Melding.id == melding.id)).one() or ""


def edited_text(session: Session, melding: Melding) -> str | None:
    """Return the words that somebody made of the text, None when nobody did."""
    row = session.get(ReleasedText, melding.id)
    return None if row is None else row.text


def keep_text(session: Session, melding: Melding, text: str | None) -> None:
    """Keep other words for everybody than those of the reporter; None, or the same words, keeps none."""
    session.execute(delete(ReleasedText).where(ReleasedText.melding_id == melding.id))
    if text and text != melding.text:
        session.add(ReleasedText(melding_id=melding.id, text=text))

"""The mail to a party that solves a melding: what and where, and nothing of who reported it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.handling import is_set_aside
from data.intake_models import Contact
from data.models import Category, Melding, Municipality
from data.outbox import Mail
from data.party_models import Forwarding
from data.text_masking import masked_text
from service.analysis.words import day_text
from service.mail_words import Draft


def passed_on_mail(session: Session, mail: Mail) -> Draft | None:
    """Return what a party is told, None when the melding is gone or was set aside meanwhile.

    The text goes without names, phones and the like. Contact data go only where the reporter agreed to that.
    """
    passed = session.get(Forwarding, mail.payload["doorgestuurd"])
    if passed is None:
        return None
    melding = session.get_one(Melding, passed.melding_id)
    if is_set_aside(session, melding):
        return None
    kind = session.get_one(Category, melding.category_id)
    town = session.get_one(Municipality, melding.municipality_code)
    values = {
        "soort": kind.naam,
        "dag": day_text(melding.created_on),
        "plek": masked_text(melding.address or "") or "zie de kaart",
        "punt": "" if melding.lon is None or melding.lat is None else f"{melding.lat:.6f}, {melding.lon:.6f}",
    }
    return Draft(
        mail.kind,
        values=values,
        own=masked_text(melding.text or ""),
        lines=_contact(session, passed),
        gemeente=town.naam,
    )


def _contact(session: Session, passed: Forwarding) -> tuple[str, ...]:
    contact = session.get(Contact, passed.melding_id) if passed.with_contact else None
    if contact is None:
        return ()
    return tuple(value for value in (contact.naam, contact.email, contact.telefoon) if value)

"""The mail about an agreement whose day is near: to the work address of who does it, and once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import agreements
from data.agreements import State
from data.meeting_models import Agreement
from data.models import Municipality
from data.outbox import Mail
from data.reach import area_names
from service.analysis.words import day_text
from service.mail_words import Draft


def agreement_mail(session: Session, mail: Mail, site: str) -> Draft | None:
    """Return what who does it is told; None when it ended meanwhile, or for another address."""
    row = session.scalar(select(Agreement).where(Agreement.public_id == mail.payload["afspraak"]))
    if row is None or row.state != State.OPEN or agreements.mail_address(session, row) != mail.recipient:
        return None
    names = area_names(session, row.municipality_code)
    gebied = next((level[row.gebied] for level in names.values() if row.gebied in level), row.gebied)
    town = session.get_one(Municipality, row.municipality_code)
    # Who has no account has no list to look at.
    link = f"{site}/acties" if agreements.has_list(session, row) else ""
    values = {"gebied": gebied, "dag": day_text(row.due_on)}
    return Draft(mail.kind, values=values, own=row.text, link=link, gemeente=town.naam)

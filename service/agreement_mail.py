"""The mails of after a meeting: an agreement whose day is near, and how a year in a gebied was."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import agreements, evaluations
from data.agreements import State
from data.evaluations import YEAR_MAIL, YEAR_OPEN_FOR
from data.meeting_models import Agreement
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import Partner
from data.reach import Reach
from service.analysis.words import day_text
from service.mail_words import Draft

AFTER: Final = (agreements.REMINDER, YEAR_MAIL)


def after_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what a mail of either kind says; None when there is nothing to tell any more."""
    if mail.kind == YEAR_MAIL:
        return _year_mail(session, mail, site, secret)
    return _agreement_mail(session, mail, site)


def _agreement_mail(session: Session, mail: Mail, site: str) -> Draft | None:
    """Return what who does it is told; None when it ended meanwhile, or for another address."""
    row = session.scalar(select(Agreement).where(Agreement.public_id == mail.payload["afspraak"]))
    if row is None or row.state != State.OPEN or agreements.mail_address(session, row) != mail.recipient:
        return None
    gebied = Reach(session).name(row.gebied)
    town = session.get_one(Municipality, row.municipality_code)
    # Who has no account has no list to look at.
    link = f"{site}/acties" if agreements.has_list(session, row) else ""
    values = {"gebied": gebied, "dag": day_text(row.due_on)}
    return Draft(mail.kind, values=values, own=row.text, link=link, gemeente=town.naam)


def _year_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what an organisation is asked; None when it refused, left, answered, or moved its address."""
    partner = session.scalar(select(Partner).where(Partner.public_id == mail.payload["partner"]))
    if partner is None or partner.opted_out_at is not None or partner.email != mail.recipient:
        return None
    gebied, year = mail.payload["gebied"], mail.payload["jaar"]
    link = evaluations.year_token(gebied, year, partner, secret)
    row = evaluations.by_link(session, link, secret)
    if row is None or row.answers:
        return None
    values = {"gebied": Reach(session).name(gebied), "jaar": year, "dag": day_text(row.day + YEAR_OPEN_FOR)}
    town = session.get_one(Municipality, partner.municipality_code)
    return Draft(mail.kind, values=values, link=f"{site}/evaluatie/jaar/{link}", gemeente=town.naam)

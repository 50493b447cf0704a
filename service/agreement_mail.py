"""The mails of after a meeting: an agreement whose day is near, and how a year in a gebied was."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import invitations, year_evaluations
from data.agreement_reminders import MAIL_KIND, has_list, mail_addresses
from data.agreements import AgreementState
from data.letters import now
from data.meeting_models import Agreement
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import Partner
from data.reach import Reach
from geo.exposure import local_day
from service.analysis.words import day_text
from service.mail_words import Draft

AFTER: Final = (MAIL_KIND, year_evaluations.MAIL_KIND)


def after_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what a mail of either kind says; None when there is nothing to tell any more."""
    if mail.kind == year_evaluations.MAIL_KIND:
        return _year_mail(session, mail, site, secret)
    return _agreement_mail(session, mail, site, secret)


def _agreement_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what who does it is told; None when it ended, for another address, or for who refused."""
    row = session.scalar(select(Agreement).where(Agreement.public_id == mail.payload["afspraak"]))
    if row is None or row.state != AgreementState.OPEN:
        return None
    if mail.recipient not in mail_addresses(session, row, today=local_day(now())):
        return None
    partner = session.get(Partner, row.partner_id) if row.partner_id and not row.account_id else None
    if partner is not None and invitations.barred(session, partner, secret):
        return None
    gebied = Reach(session).name(row.gebied)
    town = session.get_one(Municipality, row.municipality_code)
    # Who has no account has no list to look at.
    link = f"{site}/acties" if has_list(session, row) else ""
    values = {"gebied": gebied, "dag": day_text(row.due_on)}
    return Draft(mail.kind, values=values, own=row.text, link=link, gemeente=town.naam)


def _year_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what an organisation is asked; None when it refused, left, answered, or moved its address."""
    partner = session.scalar(select(Partner).where(Partner.public_id == mail.payload["partner"]))
    if partner is None or partner.email != mail.recipient or invitations.barred(session, partner, secret):
        return None
    gebied, year = mail.payload["gebied"], mail.payload["jaar"]
    link = year_evaluations.link_of(gebied, year, partner, secret)
    row = year_evaluations.by_link(session, link, secret)
    if row is None or row.answers:
        return None
    values = {
        "gebied": Reach(session).name(gebied),
        "jaar": year,
        "dag": day_text(row.day + year_evaluations.OPEN_FOR),
    }
    town = session.get_one(Municipality, partner.municipality_code)
    return Draft(mail.kind, values=values, link=f"{site}/evaluatie/jaar/{link}", gemeente=town.naam)

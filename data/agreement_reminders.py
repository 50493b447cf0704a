"""Agreement reminders: the one mail about an agreement whose day comes near, and where it goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import accounts, outbox
from data.account_models import Account
from data.agreements import AgreementState, note
from data.meeting_models import Agreement
from data.partner_fields import RESIDENTS
from data.partner_models import Partner
from geo.exposure import local_day

MAIL_KIND: Final = "afspraak.herinnering"
ACTOR: Final = "herinnering"
REMIND_BEFORE: Final = timedelta(days=7)


def remind(session: Session, now: datetime) -> int:
    """Queue a mail about each open agreement whose day is within a week, once; returns how many mails.

    It goes to the work address of the account and of who stands in for it that day, or to the organisation;
    never to a private person.
    """
    count = 0
    for row in session.scalars(_due(now).with_for_update()):
        row.reminded_at = now
        addresses = mail_addresses(session, row, today=local_day(now))
        for address in addresses:
            payload = {"afspraak": row.public_id}
            outbox.queue(session, kind=MAIL_KIND, recipient=address, payload=payload, now=now)
        if addresses:
            note(session, row, "herinnerd", ACTOR)
        count += len(addresses)
    return count


def awaited(session: Session, now: datetime) -> bool:
    """Return whether there is an agreement to remind somebody of."""
    return session.scalar(_due(now).limit(1)) is not None


def mail_addresses(session: Session, row: Agreement, *, today: date) -> list[str]:
    """Return where mail about an agreement goes: nowhere without a work address."""
    if row.account_id is not None:
        account = session.get_one(Account, row.account_id)
        if account.disabled_at is not None:
            return []
        doing = [account, *accounts.standing_in(session, account, today=today)]
        return list(dict.fromkeys(one.email for one in doing if one.email))
    partner = session.get(Partner, row.partner_id) if row.partner_id is not None else None
    if partner is None or partner.kind in RESIDENTS or partner.opted_out_at is not None:
        return []
    return [partner.mailbox] if partner.mailbox else []


def has_list(session: Session, row: Agreement) -> bool:
    """Return whether who does it can log in and see the agreement."""
    partner = session.get(Partner, row.partner_id) if row.partner_id is not None else None
    return row.account_id is not None or (partner is not None and partner.account_id is not None)


def _due(now: datetime) -> Select[Agreement]:
    today = local_day(now)
    return select(Agreement).where(
        Agreement.state == AgreementState.OPEN,
        Agreement.reminded_at.is_(None),
        Agreement.due_on.between(today, today + REMIND_BEFORE),
        ~Agreement.example,
    )

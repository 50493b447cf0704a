"""Own agreements: what somebody finds in `mijn acties`, and which of it they may close or change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import accounts
from data.acting import acts_in
from data.agreements import AgreementState, is_late
from data.meeting_models import Agreement
from data.partner_models import Partner
from data.rights import Right
from data.visibility import Viewer, of_gemeenten

# What the own list still shows of what is done.
SHOWN_AFTER: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Mine:
    """One on somebody's own list: `own` when they do it, `plans` when they plan meetings in its gebied."""

    row: Agreement
    own: bool
    plans: bool

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is still open."""
        return is_late(self.row, today)


def mine(session: Session, viewer: Viewer, *, today: date) -> list[Mine]:
    """Return the agreements of an account, its organisation, and the gebieden that it plans meetings in.

    What is open comes first, by its day; what ended stays for ninety days.
    """
    own = accounts.working_for(session, viewer.account, today=today)
    query = (
        select(Agreement, Partner.account_id)
        .outerjoin(Partner, Partner.id == Agreement.partner_id)
        .where(
            of_gemeenten(viewer, Right.ACTIONS, Agreement.municipality_code),
            (Agreement.state == AgreementState.OPEN) | (Agreement.closed_on >= today - SHOWN_AFTER),
        )
        .order_by(Agreement.state != AgreementState.OPEN, Agreement.due_on, Agreement.id)
    )
    plans: dict[tuple[str, str], bool] = {}
    found = []
    for row, partner_account in session.execute(query):
        place = (row.municipality_code, row.gebied)
        if place not in plans:
            plans[place] = acts_in(session, viewer, Right.MEETINGS, *place)
        is_own = row.account_id in own or partner_account in own
        if is_own or plans[place]:
            found.append(Mine(row, is_own, plans[place]))
    return found


def one_of_mine(session: Session, viewer: Viewer, public_id: str, *, today: date) -> Agreement | None:
    """Return an agreement of somebody's own list, held for this transaction; None when it is not on it."""
    query = select(Agreement).where(Agreement.public_id == public_id).with_for_update()
    row = session.scalar(query)
    if row is None or not viewer.may(Right.ACTIONS, row.municipality_code):
        return None
    if acts_in(session, viewer, Right.MEETINGS, row.municipality_code, row.gebied):
        return row
    own = accounts.working_for(session, viewer.account, today=today)
    partner = session.get(Partner, row.partner_id) if row.partner_id else None
    is_own = row.account_id in own or (partner is not None and partner.account_id in own)
    return row if is_own else None


def to_change(session: Session, viewer: Viewer, public_id: str) -> Agreement | None:
    """Return an agreement of a gebied in which somebody plans meetings, held; None for any other."""
    query = select(Agreement).where(Agreement.public_id == public_id).with_for_update()
    row = session.scalar(query)
    may = row is not None and acts_in(session, viewer, Right.MEETINGS, row.municipality_code, row.gebied)
    return row if may else None

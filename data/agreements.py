"""Agreements: who does what before which day, what came of it, and whose they are.

Each is of a gebied and mostly of a meeting. It stays `open`, comes back at the next meeting of the gebied,
and ends as `nagekomen` or `vervallen`, with a line about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import accounts, audit, meetings, outbox, partners
from data.account_models import Account
from data.meeting_models import Agreement, Meeting
from data.meeting_reports import ByGebied
from data.melding_words import public_ids
from data.partner_fields import RESIDENTS
from data.partner_models import Partner
from data.rights import RIGHTS, Right
from data.visibility import Viewer, of_gemeenten
from geo.errors import WijkbeeldError
from geo.exposure import local_day

OBJECT: Final = "afspraak"
REMINDER: Final = "afspraak.herinnering"
ACTOR: Final = "herinnering"
LONGEST_TEXT: Final = 600
LONGEST_OUTCOME: Final = 300
LONGEST_OWNER: Final = 160
LONGEST_TERM: Final = timedelta(days=5 * 366)
REMIND_BEFORE: Final = timedelta(days=7)
# What the own list still shows of what is done.
SHOWN_AFTER: Final = timedelta(days=90)


class State(StrEnum):
    """How an agreement ended, or that it did not yet."""

    OPEN = "open"
    KEPT = "nagekomen"
    LAPSED = "vervallen"


class WrongAgreement(WijkbeeldError):
    """An agreement that cannot be kept or closed like this; `field` is where it is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An agreement as a coordinator gives it: the owner is a partner, an account, or in free words."""

    text: str
    due_on: date | None
    partner: str = ""
    account: str = ""
    words: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Mine:
    """An agreement on somebody's own list; `own` says whether they or their organisation do it."""

    row: Agreement
    own: bool

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is still open."""
        return is_late(self.row, today)


def is_late(row: Agreement, today: date) -> bool:
    """Return whether the day of an agreement has passed while it is open."""
    return row.state == State.OPEN and row.due_on < today


def agree(session: Session, viewer: Viewer, meeting: Meeting, given: Given, *, now: datetime) -> Agreement:
    """Keep what was agreed at a meeting; WrongAgreement without words, an owner or a day that can be."""
    today = local_day(now)
    if not given.text.strip() or len(given.text) > LONGEST_TEXT:
        raise WrongAgreement("tekst", f"schrijf in ten hoogste {LONGEST_TEXT} tekens wat is afgesproken")
    first = min(today, local_day(meeting.starts_at))
    if given.due_on is None or not first <= given.due_on <= today + LONGEST_TERM:
        raise WrongAgreement("dag", "kies een dag die na de bijeenkomst komt, binnen vijf jaar")
    partner, account = _partner(session, viewer, meeting, given), _account(session, meeting, given)
    owner = given.words or (partner.organisation if partner else "") or (account.name if account else "")
    if not owner.strip() or len(owner) > LONGEST_OWNER:
        raise WrongAgreement("wie", "kies wie dit doet, of vul het in")
    row = Agreement(
        public_id=public_ids(1)[0],
        municipality_code=meeting.municipality_code,
        gebied=meeting.gebied,
        meeting_id=meeting.id,
        text=given.text,
        partner_id=partner.id if partner else None,
        account_id=account.id if account else None,
        owner=owner,
        due_on=given.due_on,
        state=State.OPEN.value,
        public=given.public,
        created_at=now,
        created_by=str(viewer.account),
        example=meeting.example,
    )
    session.add(row)
    session.flush()
    _note(session, row, "gemaakt", str(viewer.account))
    return row


def close(session: Session, row: Agreement, state: State, outcome: str, *, actor: str, today: date) -> None:
    """End an agreement with a line of what came of it; WrongAgreement when it ended already."""
    if row.state != State.OPEN:
        raise WrongAgreement("uitkomst", f"deze afspraak is al {row.state}")
    if state is State.OPEN:
        raise WrongAgreement("uitkomst", "kies of de afspraak is nagekomen of vervallen")
    if not outcome.strip() or len(outcome) > LONGEST_OUTCOME:
        raise WrongAgreement("uitkomst", f"schrijf in ten hoogste {LONGEST_OUTCOME} tekens wat ervan kwam")
    row.state, row.outcome, row.closed_on = state.value, outcome, today
    _note(session, row, state.value, actor)


def reopen(session: Session, row: Agreement, *, actor: str) -> None:
    """Take back that an agreement ended; what came of it is then written anew."""
    if row.state != State.OPEN:
        row.state, row.outcome, row.closed_on = State.OPEN.value, None, None
        _note(session, row, "heropend", actor)


def remove(session: Session, row: Agreement, *, actor: str) -> None:
    """Take away an agreement that was a mistake."""
    _note(session, row, "verwijderd", actor)
    session.delete(row)


def of_meeting(session: Session, meeting: Meeting) -> Sequence[Agreement]:
    """Return what was agreed at a meeting, the first day first."""
    return session.scalars(_in_order(select(Agreement).where(Agreement.meeting_id == meeting.id))).all()


def returning(session: Session, meeting: Meeting) -> Sequence[Agreement]:
    """Return what earlier meetings of the gebied agreed and is still open: it comes back at this one."""
    query = (
        select(Agreement)
        .outerjoin(Meeting, Meeting.id == Agreement.meeting_id)
        .where(
            Agreement.municipality_code == meeting.municipality_code,
            Agreement.gebied == meeting.gebied,
            Agreement.state == State.OPEN,
            Meeting.id.is_(None) | (Meeting.starts_at < meeting.starts_at),
            Meeting.id.is_(None) | (Meeting.id != meeting.id),
        )
    )
    return session.scalars(_in_order(query)).all()


def of_gebied(session: Session, viewer: Viewer, gemeente: str, gebied: str) -> Sequence[Agreement]:
    """Return all agreements of a gebied for who plans meetings in its gemeente: what is open first."""
    query = select(Agreement).where(
        Agreement.municipality_code == gemeente,
        Agreement.gebied == gebied,
        of_gemeenten(viewer, Right.MEETINGS, Agreement.municipality_code),
    )
    return session.scalars(
        query.order_by(Agreement.state != State.OPEN, Agreement.due_on, Agreement.id)
    ).all()


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
            (Agreement.state == State.OPEN) | (Agreement.closed_on >= today - SHOWN_AFTER),
        )
        .order_by(Agreement.state != State.OPEN, Agreement.due_on, Agreement.id)
    )
    plans: dict[tuple[str, str], bool] = {}
    found = []
    for row, partner_account in session.execute(query):
        place = (row.municipality_code, row.gebied)
        if place not in plans:
            plans[place] = meetings.may_plan(session, viewer, *place)
        is_own = row.account_id in own or partner_account in own
        if is_own or plans[place]:
            found.append(Mine(row, is_own))
    return found


def one_of_mine(session: Session, viewer: Viewer, public_id: str, *, today: date) -> Agreement | None:
    """Return an agreement of somebody's own list, held for this transaction; None when it is not on it."""
    query = select(Agreement).where(Agreement.public_id == public_id).with_for_update()
    row = session.scalar(query)
    if row is None or not viewer.may(Right.ACTIONS, row.municipality_code):
        return None
    if meetings.may_plan(session, viewer, row.municipality_code, row.gebied):
        return row
    own = accounts.working_for(session, viewer.account, today=today)
    partner = session.get(Partner, row.partner_id) if row.partner_id else None
    is_own = row.account_id in own or (partner is not None and partner.account_id in own)
    return row if is_own else None


def agreement_at(session: Session, meeting: Meeting, public_id: str) -> Agreement | None:
    """Return an agreement that the page of a meeting shows: of it, or of its gebied before."""
    query = select(Agreement).where(
        Agreement.public_id == public_id,
        Agreement.municipality_code == meeting.municipality_code,
        Agreement.gebied == meeting.gebied,
    )
    return session.scalar(query.with_for_update())


def in_time(session: Session, gemeente: str, since: date, until: date) -> dict[str, ByGebied]:
    """Return by gebied how many agreements had their day after a day and until another, and were done by it.

    One that lapsed was not done; one whose day is still to come counts nowhere.
    """
    query = select(Agreement).where(
        Agreement.municipality_code == gemeente, Agreement.due_on > since, Agreement.due_on <= until
    )
    found: dict[str, ByGebied] = {}
    for row in session.scalars(query):
        one = found.setdefault(row.gebied, ByGebied())
        done = row.state == State.KEPT and row.closed_on is not None and row.closed_on <= row.due_on
        one.over, one.under, one.example = one.over + done, one.under + 1, one.example or row.example
    return found


def owners(session: Session, gemeente: str) -> list[str]:
    """Return the names of the accounts of a gemeente that have a list of their own, and work."""
    return [
        one.name
        for one in accounts.of_gemeente(session, gemeente)
        if not one.disabled and any(Right.ACTIONS in RIGHTS[given.role] for given in one.roles)
    ]


def remind(session: Session, now: datetime) -> int:
    """Queue a mail about each open agreement whose day is within a week, once; returns how many left.

    It goes to the work address of the account, or to the organisation; never to a private person.
    """
    today = local_day(now)
    due = select(Agreement).where(
        Agreement.state == State.OPEN,
        Agreement.reminded_at.is_(None),
        Agreement.due_on <= today + REMIND_BEFORE,
        Agreement.due_on >= today,
        ~Agreement.example,
    )
    count = 0
    for row in session.scalars(due.with_for_update()):
        row.reminded_at = now
        address = mail_address(session, row)
        if address:
            payload = {"afspraak": row.public_id}
            outbox.queue(session, kind=REMINDER, recipient=address, payload=payload, now=now)
            _note(session, row, "herinnerd", ACTOR)
            count += 1
    return count


def awaits_reminder(session: Session, now: datetime) -> bool:
    """Return whether there is an agreement to remind somebody of."""
    today = local_day(now)
    query = select(Agreement.id).where(
        Agreement.state == State.OPEN,
        Agreement.reminded_at.is_(None),
        Agreement.due_on.between(today, today + REMIND_BEFORE),
        ~Agreement.example,
    )
    return session.scalar(query.limit(1)) is not None


def mail_address(session: Session, row: Agreement) -> str:
    """Return where mail about an agreement goes; empty without a work address."""
    if row.account_id is not None:
        account = session.get_one(Account, row.account_id)
        return "" if account.disabled_at is not None else account.email or ""
    partner = session.get(Partner, row.partner_id) if row.partner_id is not None else None
    if partner is None or partner.kind in RESIDENTS or partner.opted_out_at is not None:
        return ""
    return partner.email


def has_list(session: Session, row: Agreement) -> bool:
    """Return whether who does it can log in and see the agreement."""
    partner = session.get(Partner, row.partner_id) if row.partner_id is not None else None
    return row.account_id is not None or (partner is not None and partner.account_id is not None)


def _partner(session: Session, viewer: Viewer, meeting: Meeting, given: Given) -> Partner | None:
    if not given.partner:
        return None
    found = partners.partner_for(session, viewer, given.partner)
    if found is None or found.municipality_code != meeting.municipality_code:
        raise WrongAgreement("wie", "kies een partner uit de lijst")
    return found


def _account(session: Session, meeting: Meeting, given: Given) -> Account | None:
    if not given.account:
        return None
    if given.account not in owners(session, meeting.municipality_code):
        raise WrongAgreement("wie", "kies een account uit de lijst")
    return accounts.find(session, given.account)


def _in_order(query: Select[Agreement]) -> Select[Agreement]:
    return query.order_by(Agreement.due_on, Agreement.id)


def _note(session: Session, row: Agreement, act: str, actor: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{act}",
        object_kind=OBJECT,
        object_id=row.public_id,
        detail={"gebied": row.gebied},
        at=datetime.now(UTC),
    )

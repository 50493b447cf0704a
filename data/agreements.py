"""Agreements: who does what before which day, and what came of it.

Each is of a gebied and mostly of a meeting. It stays `open`, comes back at the next meeting of the gebied,
and ends as `nagekomen` or `vervallen`, with a line about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import accounts, audit, partners
from data.account_models import Account
from data.meeting_models import Agreement, Meeting
from data.meeting_reports import ByGebied
from data.melding_words import public_ids
from data.partner_fields import RESIDENTS, Kind
from data.partner_models import Partner
from data.rights import RIGHTS, Right, Role
from data.visibility import Viewer, of_gemeenten
from geo.errors import WijkbeeldError
from geo.exposure import local_day

OBJECT: Final = "afspraak"
LONGEST_TEXT: Final = 600
LONGEST_OUTCOME: Final = 300
LONGEST_OWNER: Final = 160
LONGEST_TERM: Final = timedelta(days=5 * 366)
# Whose accounts are of no staff of the gemeente.
OUTSIDE: Final = frozenset({Role.PARTNER, Role.BEWONERSORGANISATIE})


class AgreementState(StrEnum):
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
class GivenAgreement:
    """An agreement as a coordinator gives it: the owner is a partner, an account, or in free words."""

    text: str
    due_on: date | None
    partner: str = ""
    account: str = ""
    words: str = ""
    public: bool = False


def is_late(row: Agreement, today: date) -> bool:
    """Return whether the day of an agreement has passed while it is open."""
    return row.state == AgreementState.OPEN and row.due_on < today


def agree(
    session: Session, viewer: Viewer, meeting: Meeting, given: GivenAgreement, *, now: datetime
) -> Agreement:
    """Keep what was agreed at a meeting; WrongAgreement without words, an owner or a day that can be.

    The same words, owner and day are one agreement: a form that is sent twice is kept once.
    """
    gemeente = meeting.municipality_code
    owner = _checked(session, viewer, gemeente, given, first=local_day(meeting.starts_at), now=now)
    # Held: of a form that is sent twice at once, the second has to see what the first brought.
    session.refresh(meeting, with_for_update=True)
    said = {
        "meeting_id": meeting.id,
        "text": given.text,
        "partner_id": owner.partner,
        "account_id": owner.account,
        "owner": owner.naam,
        "due_on": owner.due_on,
        "state": AgreementState.OPEN.value,
        "public": given.public,
    }
    if known := session.scalar(select(Agreement).filter_by(**said).limit(1)):
        return known
    row = Agreement(
        public_id=public_ids(1)[0],
        municipality_code=gemeente,
        gebied=meeting.gebied,
        created_at=now,
        created_by=str(viewer.account),
        example=meeting.example,
        **said,
    )
    session.add(row)
    session.flush()
    note(session, row, "gemaakt", str(viewer.account))
    return row


def change(session: Session, viewer: Viewer, row: Agreement, given: GivenAgreement, *, now: datetime) -> bool:
    """Give an open agreement other words, another day or somebody else, of which the audit keeps what.

    Returns whether anything changed. Somebody else, or who has a later day, is reminded anew.
    """
    if row.state != AgreementState.OPEN:
        raise WrongAgreement("tekst", f"deze afspraak is al {row.state}")
    gemeente, first = row.municipality_code, local_day(row.created_at)
    owner = _checked(session, viewer, gemeente, given, first=first, now=now)
    before = _facts(row)
    row.text, row.public, row.due_on = given.text, given.public, owner.due_on
    row.partner_id, row.account_id, row.owner = owner.partner, owner.account, owner.naam
    after = _facts(row)
    changed = [name for name, value in after.items() if value != before[name]]
    if not changed:
        return False
    if before["wie"] != after["wie"] or after["dag"] > before["dag"]:
        row.reminded_at = None
    moved = {}
    if "dag" in changed:
        moved = {"dagWas": before["dag"], "dagWordt": after["dag"]}
        row.first_due_on = row.first_due_on or date.fromisoformat(before["dag"])
        row.moves += 1
    note(session, row, "gewijzigd", str(viewer.account), velden=changed, **moved)
    return True


def _facts(row: Agreement) -> dict[str, Any]:
    """Return what of an agreement can change; days as text keep their order."""
    return {
        "tekst": row.text,
        "dag": row.due_on.isoformat(),
        "wie": (row.partner_id, row.account_id, row.owner),
        "openbaar": row.public,
    }


def close(
    session: Session, row: Agreement, state: AgreementState, outcome: str, *, actor: str, today: date
) -> None:
    """End an agreement with a line of what came of it; WrongAgreement when it ended already."""
    if row.state != AgreementState.OPEN:
        raise WrongAgreement("uitkomst", f"deze afspraak is al {row.state}")
    if state is AgreementState.OPEN:
        raise WrongAgreement("uitkomst", "kies of de afspraak is nagekomen of vervallen")
    if not outcome.strip() or len(outcome) > LONGEST_OUTCOME:
        raise WrongAgreement("uitkomst", f"schrijf in ten hoogste {LONGEST_OUTCOME} tekens wat ervan kwam")
    row.state, row.outcome, row.closed_on = state.value, outcome, today
    note(session, row, state.value, actor)


def reopen(session: Session, row: Agreement, *, actor: str) -> None:
    """Take back that an agreement ended; what came of it is then written anew."""
    if row.state != AgreementState.OPEN:
        row.state, row.outcome, row.closed_on = AgreementState.OPEN.value, None, None
        note(session, row, "heropend", actor)


def remove(session: Session, row: Agreement, *, actor: str) -> None:
    """Take away an agreement that was a mistake."""
    note(session, row, "verwijderd", actor)
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
            Agreement.state == AgreementState.OPEN,
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
        query.order_by(Agreement.state != AgreementState.OPEN, Agreement.due_on, Agreement.id)
    ).all()


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
        done = row.state == AgreementState.KEPT and row.closed_on is not None and row.closed_on <= row.due_on
        one.over, one.under, one.example = one.over + done, one.under + 1, one.example or row.example
    return found


def is_promise(session: Session, row: Agreement) -> bool:
    """Return whether the gemeente does it itself: an account of its staff, or an official of the register."""
    if row.account_id is not None:
        held = accounts.roles(session, session.get_one(Account, row.account_id))
        return any(one.role not in OUTSIDE for one in held)
    found = session.get(Partner, row.partner_id) if row.partner_id is not None else None
    return found is not None and found.kind == Kind.AMBTENAAR


def organisation(session: Session, row: Agreement) -> Partner | None:
    """Return the organisation that does it, by the register or by its account; None for a person."""
    query = select(Partner).where(Partner.kind.not_in(RESIDENTS))
    if row.partner_id is not None:
        return session.scalar(query.where(Partner.id == row.partner_id))
    if row.account_id is None:
        return None
    return session.scalar(query.where(Partner.account_id == row.account_id).order_by(Partner.id).limit(1))


def owners(session: Session, gemeente: str) -> list[str]:
    """Return the names of the accounts of a gemeente that have a list of their own, and work."""
    acting = {role for role, rights in RIGHTS.items() if Right.ACTIONS in rights}
    return [one.name for one in accounts.with_role(session, gemeente, acting)]


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who does it, as it is kept, and before which day."""

    partner: int | None
    account: int | None
    naam: str
    due_on: date


def _checked(
    session: Session, viewer: Viewer, gemeente: str, given: GivenAgreement, *, first: date, now: datetime
) -> _Owner:
    """Return who does what was given and when; WrongAgreement at the field that cannot be kept."""
    today = local_day(now)
    if not given.text.strip() or len(given.text) > LONGEST_TEXT:
        raise WrongAgreement("tekst", f"schrijf in ten hoogste {LONGEST_TEXT} tekens wat is afgesproken")
    if given.due_on is None or not min(today, first) <= given.due_on <= today + LONGEST_TERM:
        raise WrongAgreement("dag", "kies een dag die na de bijeenkomst komt, binnen vijf jaar")
    partner, account = _partner(session, viewer, gemeente, given), _account(session, gemeente, given)
    naam = given.words or (partner.organisation if partner else "") or (account.name if account else "")
    if not naam.strip() or len(naam) > LONGEST_OWNER:
        raise WrongAgreement("wie", "kies wie dit doet, of vul het in")
    return _Owner(partner.id if partner else None, account.id if account else None, naam, given.due_on)


def _partner(session: Session, viewer: Viewer, gemeente: str, given: GivenAgreement) -> Partner | None:
    if not given.partner:
        return None
    found = partners.partner_for(session, viewer, given.partner)
    if found is None or found.municipality_code != gemeente:
        raise WrongAgreement("wie", "kies een partner uit de lijst")
    return found


def _account(session: Session, gemeente: str, given: GivenAgreement) -> Account | None:
    if not given.account:
        return None
    if given.account not in owners(session, gemeente):
        raise WrongAgreement("wie", "kies een account uit de lijst")
    return accounts.find(session, given.account)


def _in_order(query: Select[Agreement]) -> Select[Agreement]:
    return query.order_by(Agreement.due_on, Agreement.id)


def note(session: Session, row: Agreement, act: str, actor: str, **more: Any) -> None:
    """Write down in the audit what was done with an agreement, without its words."""
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{act}",
        object_kind=OBJECT,
        object_id=row.public_id,
        detail={"gebied": row.gebied, **more},
        at=datetime.now(UTC),
    )

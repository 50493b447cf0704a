"""Party work: what was passed on to the party of an account, and what it reports back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from data import accounts, audit, desk, handling, visibility
from data.account_models import Account
from data.choices import Status
from data.handed_on import HandedOn, handed_on
from data.handling import NotAllowed
from data.models import Category, Melding, StatusChange
from data.party_models import Forwarding, Party
from data.rights import Right
from data.visibility import Viewer
from data.work_along_models import PartyAccount

PER_PAGE: Final = 100
BACK_AT_THE_DESK: Final = (Status.REPORTED, Status.IN_PROGRESS)
ACCEPTED_NOTE: Final = "{partij} heeft uw melding aangenomen en gaat ermee aan het werk."
DONE_NOTE: Final = "{partij} heeft uw melding afgehandeld."


class Said(StrEnum):
    """What a party can say of what was passed on to it."""

    ACCEPTED = "aangenomen"
    DONE = "afgehandeld"


@dataclass(frozen=True, slots=True)
class Job:
    """A melding that was passed on to a party."""

    row: Forwarding
    party: Party
    seen: HandedOn

    @property
    def can(self) -> tuple[Said, ...]:
        """What the party can report now."""
        return _can(self.row, self.seen.status)

    def is_late(self, today: date) -> bool:
        """Whether the term of the melding is over while it is not done."""
        return self.seen.due is not None and self.seen.due < today


def link(session: Session, account: Account, slug: str, *, actor: str) -> bool:
    """Let an account work for a party of its gemeente, or for none with an empty slug.

    Returns whether there is such a party; if not, nothing changes.
    """
    query = select(Party).where(Party.municipality_code == account.municipality_code, Party.slug == slug)
    party = session.scalars(query).one_or_none()
    if slug and party is None:
        return False
    session.execute(delete(PartyAccount).where(PartyAccount.account_id == account.id))
    if party is not None:
        session.add(PartyAccount(account_id=account.id, party_id=party.id))
    audit.record(
        session,
        actor=actor,
        action="account.partij",
        object_kind="account",
        object_id=account.name,
        detail={"partij": slug},
    )
    return True


def parties_by_account(session: Session, gemeente: str) -> dict[str, str]:
    """Return the slug of the party of each account of a gemeente that works for one."""
    query = (
        select(Account.name, Party.slug)
        .join(PartyAccount, PartyAccount.account_id == Account.id)
        .join(Party, Party.id == PartyAccount.party_id)
        .where(Account.municipality_code == gemeente)
    )
    return {name: slug for name, slug in session.execute(query)}  # noqa: C416 (rows are no pairs for mypy)


def jobs(session: Session, viewer: Viewer, *, today: date, page: int = 1) -> tuple[list[Job], bool]:
    """Return a page of what was passed on to the party of this viewer, and whether there is a next one.

    What is not done comes first, the oldest first.
    """
    order = (Melding.status == Status.CLOSED, Melding.created_on, Forwarding.id)
    query = _own(session, viewer, today).order_by(*order).offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)
    found = session.execute(query).all()
    seen = [
        Job(row, party, handed_on(session, melding, kind))
        for row, party, melding, kind in found[:PER_PAGE]
        if not handling.is_set_aside(session, melding)
    ]
    return seen, len(found) > PER_PAGE


def job(session: Session, viewer: Viewer, number: int, *, today: date) -> Job | None:
    """Return one that was passed on to the party of this viewer; None when there is none to see."""
    found = session.execute(_own(session, viewer, today).where(Forwarding.id == number)).one_or_none()
    if found is None or handling.is_set_aside(session, found[2]):
        return None
    return Job(found[0], found[1], handed_on(session, found[2], found[3]))


def report(
    session: Session, viewer: Viewer, number: int, said: Said, note: str, *, today: date
) -> Job | None:
    """Take back what a party reports: the status moves, the note is for staff; None when not its own.

    Raises NotAllowed when the melding cannot take this step any more.
    """
    found = job(session, viewer, number, today=today)
    if found is None:
        return None
    melding = session.get_one(Melding, found.row.melding_id)
    desk.lock(session, melding.public_id)
    session.refresh(melding)
    session.refresh(found.row)
    if said not in _can(found.row, melding.status):
        raise NotAllowed("dit is al gemeld, of de melding is al afgehandeld")
    actor = str(viewer.account)
    to, line = {
        Said.ACCEPTED: (Status.IN_PROGRESS, ACCEPTED_NOTE),
        Said.DONE: (Status.CLOSED, DONE_NOTE),
    }[said]
    handling.change_status(session, melding, to, actor=actor, note=line.format(partij=found.party.naam))
    # After its step in the history: what comes later is of the desk.
    now = datetime.now(UTC)
    if said is Said.ACCEPTED:
        found.row.accepted_at = now
    else:
        found.row.done_at = now
    if note:
        handling.add_note(session, melding, actor=actor, text=f"{found.party.naam}: {note}")
    return found


def _can(row: Forwarding, status: str) -> tuple[Said, ...]:
    """Return what a party can say of what the desk did not take back."""
    if status == Status.FORWARDED:
        return tuple(Said)
    working = row.accepted_at is not None and row.done_at is None and status == Status.IN_PROGRESS
    return (Said.DONE,) if working else ()


def _own(session: Session, viewer: Viewer, today: date) -> Select[Forwarding, Party, Melding, Category]:
    """Select what was passed on to the party of a viewer, and not to another or taken back since."""
    later = aliased(Forwarding)
    newest = select(func.max(later.id)).where(later.melding_id == Forwarding.melding_id).scalar_subquery()
    taken_back = select(StatusChange.id).where(
        StatusChange.melding_id == Forwarding.melding_id,
        StatusChange.to_status.in_(BACK_AT_THE_DESK),
        StatusChange.at > func.coalesce(Forwarding.done_at, Forwarding.accepted_at, Forwarding.at),
        # Its own step is none of the desk; in older rows it stands just after the moment that was kept.
        StatusChange.public_note.is_distinct_from(Party.naam + ACCEPTED_NOTE.removeprefix("{partij}")),
    )
    return (
        select(Forwarding, Party, Melding, Category)
        .join(Party, Party.id == Forwarding.party_id)
        .join(PartyAccount, PartyAccount.party_id == Party.id)
        .join(Melding, Melding.id == Forwarding.melding_id)
        .join(Category, Category.id == Melding.category_id)
        .where(
            PartyAccount.account_id.in_(accounts.working_for(session, viewer.account, today=today)),
            visibility.of_gemeenten(viewer, Right.PARTNER_TASKS, Melding.municipality_code),
            Forwarding.id == newest,
            or_(
                Melding.status == Status.FORWARDED,
                Forwarding.accepted_at.is_not(None),
                Forwarding.done_at.is_not(None),
            ),
            ~taken_back.exists(),
        )
        .distinct()
    )

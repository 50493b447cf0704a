"""Erasing of what one row tells of a person: a registration, mail that was asked for, who keeps an agreement.

Each has a name that no other row ever gets, so that an old copy of the database is erased by it too: of a
registration that is the digest of its link, as rows are numbered anew after a copy was put back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from data import followers, registrations, subscriptions
from data.following_models import Follower, Subscription
from data.letters import now
from data.meeting_models import Agreement, Meeting, Registration
from data.models import Melding, Outbox
from data.retention import GONE_TITLE

REGISTRATION, FOLLOWER, SUBSCRIPTION, AGREEMENT = "aanmelding", "volger", "abonnement", "afspraak"


class PersonalRow(NamedTuple):
    """A row that tells of a person, its gemeente, and in numbers what there is."""

    row: Any
    gemeente: str
    counts: dict[str, int]


def find(session: Session, kind: str, name: str) -> PersonalRow | None:
    """Return the row of one of these kinds; None when it is gone."""
    return _FIND[kind](session, name)


def erase(session: Session, kind: str, name: str, *, actor: str) -> dict[str, int]:
    """Take away what the row tells of a person, with the mail about it; returns what went, in numbers."""
    if kind == REGISTRATION:
        # Held before its registrations, as by who registers: the seats of both stay right.
        meeting = select(Meeting).join(Registration, Registration.meeting_id == Meeting.id)
        session.scalar(meeting.where(Registration.token_hash == name).with_for_update(of=Meeting))
    told = find(session, kind, name)
    return {} if told is None else told.counts | _ERASE[kind](session, told.row, actor)


def _registration(session: Session, name: str) -> PersonalRow | None:
    query = select(Registration, Meeting).join(Meeting, Meeting.id == Registration.meeting_id)
    query = query.where(Registration.token_hash == name).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, meeting = found
    frees = row.cancelled_at is None and meeting.starts_at > now()
    counts = {
        "contact": int(bool(row.naam or row.email)),
        "tekst": int(bool(row.needs)),
        "plaatsen": row.seats if frees else 0,
    }
    return PersonalRow(row, meeting.municipality_code, counts)


def _follower(session: Session, name: str) -> PersonalRow | None:
    query = select(Follower, Melding.municipality_code).join(Melding, Melding.id == Follower.melding_id)
    found = session.execute(query.where(Follower.public_id == name)).one_or_none()
    return None if found is None else PersonalRow(found[0], found[1], {"contact": 1})


def _subscription(session: Session, name: str) -> PersonalRow | None:
    row = subscriptions.find(session, name)
    return None if row is None else PersonalRow(row, row.municipality_code, {"contact": 1})


def _agreement(session: Session, name: str) -> PersonalRow | None:
    row = session.scalar(select(Agreement).where(Agreement.public_id == name))
    if row is None:
        return None
    return PersonalRow(row, row.municipality_code, {"contact": int(row.owner != GONE_TITLE)})


def _erase_registration(session: Session, row: Registration, actor: str) -> dict[str, int]:
    meeting = session.get_one(Meeting, row.meeting_id)
    moment = now()
    if meeting.starts_at > moment:
        registrations.cancel(session, row, actor=actor, now=moment)
    # Of a meeting that was, how many came stays.
    registrations.wipe(session, [row.id])
    return forget_mail(session, Outbox.payload["aanmelding"].as_integer() == row.id)


def _erase_follower(session: Session, row: Follower, actor: str) -> dict[str, int]:
    followers.stop(session, row.public_id)
    return forget_mail(session, Outbox.payload["volger"].as_string() == row.public_id)


def _erase_subscription(session: Session, row: Subscription, actor: str) -> dict[str, int]:
    name = row.public_id
    subscriptions.stop(session, name)
    return forget_mail(session, Outbox.payload["abonnement"].as_string() == name)


def _erase_agreement(session: Session, row: Agreement, actor: str) -> dict[str, int]:
    """Take away who would do it; what was agreed stays."""
    row.owner = GONE_TITLE
    return {}


def forget_mail(session: Session, *conditions: ColumnElement[bool]) -> dict[str, int]:
    """Take away this mail alone: nobody proved that an address is theirs, so all else to it stays."""
    return {"mail": len(session.scalars(delete(Outbox).where(*conditions).returning(Outbox.id)).all())}


_FIND: Final[Mapping[str, Callable[[Session, str], PersonalRow | None]]] = MappingProxyType(
    {
        REGISTRATION: _registration,
        FOLLOWER: _follower,
        SUBSCRIPTION: _subscription,
        AGREEMENT: _agreement,
    }
)
_ERASE: Final[Mapping[str, Callable[[Session, Any, str], dict[str, int]]]] = MappingProxyType(
    {
        REGISTRATION: _erase_registration,
        FOLLOWER: _erase_follower,
        SUBSCRIPTION: _erase_subscription,
        AGREEMENT: _erase_agreement,
    }
)
KINDS: Final = tuple(_FIND)

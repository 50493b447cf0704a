"""Meeting conflicts: what else is on when a meeting is planned, per gebied, per person and per day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from data.meeting_models import Meeting
from data.meetings import STANDING
from data.partner_models import Invitation, Partner
from data.reach import Reach
from data.theme_models import TownDays
from geo.exposure import local_day

# Of who said no to another meeting, or was taken off its list, nothing is in the way.
_STANDS: Final = and_(Invitation.state != "komt_niet", Invitation.left_out == "")
_DAY: Final = timedelta(days=1)


class Kind(StrEnum):
    """What is in the way."""

    GEBIED = "gebied"
    OWN = "eigen"
    PERSON = "persoon"
    DAYS = "dagen"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that is on at the same time: a meeting, for whom, or days of the gemeente by their name."""

    kind: Kind
    naam: str
    day: date
    who: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a meeting would be, and for whom; `number` is that of a meeting that is there already."""

    gemeente: str
    gebied: str
    theme: str | None
    starts_at: datetime
    ends_at: datetime
    planner: str
    number: int | None = None


def conflicts(session: Session, asked: Asked) -> list[Conflict]:
    """Return everything that is in the way of a meeting; none of it keeps anybody from planning it."""
    around = _around(session, asked)
    day = local_day(asked.starts_at)
    here = [
        Conflict(Kind.GEBIED, one.titel, day)
        for one in around
        if one.gebied == asked.gebied and local_day(one.starts_at) == day
    ]
    overlapping = [one for one in around if one.starts_at < asked.ends_at and one.ends_at > asked.starts_at]
    own = [
        Conflict(Kind.OWN, one.titel, day)
        for one in overlapping
        if one.created_by == asked.planner and one.gebied != asked.gebied
    ]
    return here + own + _people(session, asked, overlapping, day) + _days(session, asked, day)


def _around(session: Session, asked: Asked) -> Sequence[Meeting]:
    """Return the other meetings of the gemeente that stand, of that day and the nights around it."""
    query = select(Meeting).where(
        Meeting.municipality_code == asked.gemeente,
        Meeting.state.in_(STANDING),
        Meeting.starts_at > asked.starts_at - _DAY,
        Meeting.starts_at < asked.ends_at + _DAY,
    )
    if asked.number is not None:
        query = query.where(Meeting.id != asked.number)
    return session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()


def _people(session: Session, asked: Asked, others: Sequence[Meeting], day: date) -> list[Conflict]:
    """Return who is invited to another meeting then: of those invited here, else of whom the theme asks."""
    invited = _invited(session, asked.number) if asked.number is not None else frozenset()
    reach = Reach(session)
    return [
        Conflict(Kind.PERSON, other.titel, day, who=_who(partner))
        for other, partner in _invited_to(session, others)
        if (partner.id in invited if invited else _would_come(partner, asked, reach))
    ]


def _would_come(partner: Partner, asked: Asked, reach: Reach) -> bool:
    here = reach.overlap([asked.gebied], partner.gebieden)
    return here and asked.theme is not None and asked.theme in partner.themes


def _invited(session: Session, meeting_id: int) -> frozenset[int]:
    query = select(Invitation.partner_id).where(Invitation.meeting_id == meeting_id, _STANDS)
    return frozenset(session.scalars(query))


def _invited_to(session: Session, others: Sequence[Meeting]) -> list[tuple[Meeting, Partner]]:
    by_id = {one.id: one for one in others}
    query = (
        select(Invitation.meeting_id, Partner)
        .join(Partner, Partner.id == Invitation.partner_id)
        .where(Invitation.meeting_id.in_(by_id), _STANDS)
        .order_by(Partner.organisation, Partner.id)
    )
    return [(by_id[number], partner) for number, partner in session.execute(query)]


def _who(partner: Partner) -> str:
    one = ", ".join(filter(None, (partner.role, partner.naam)))
    return f"{partner.organisation} ({one})" if one else partner.organisation


def _days(session: Session, asked: Asked, day: date) -> list[Conflict]:
    query = select(TownDays).where(
        TownDays.municipality_code == asked.gemeente, TownDays.first <= day, TownDays.last >= day
    )
    rows = session.scalars(query.order_by(TownDays.first, TownDays.naam))
    return [Conflict(Kind.DAYS, row.naam, row.first, until=row.last) for row in rows]

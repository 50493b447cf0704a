"""Retention of choices, meetings and partners: which rows have had their time, and what goes of them.

Counts, the advice of a choice, what everybody was told and a report that was released stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from data import partners
from data.meeting_models import Agreement, Meeting
from data.partner_models import Invitation, Partner
from data.retention_terms import ACTOR, Kept
from data.theme_models import ChoiceReaction, ThemeChoice, ThemeVersion
from geo.exposure import local_day

Before = Mapping[Kept, datetime]
Ids = Sequence[int]


def choices(before: Before) -> Select[int]:
    """Select choices of long ago of which words or names are left."""
    reacted = select(ChoiceReaction.choice_id).where(
        or_(ChoiceReaction.facts.is_not(None), ChoiceReaction.opinion.is_not(None))
    )
    left = or_(
        ThemeChoice.facts.is_not(None),
        ThemeChoice.opinion.is_not(None),
        ThemeChoice.withdrawn_why.is_not(None),
        ThemeChoice.created_by != ACTOR,
        ThemeChoice.id.in_(reacted),
    )
    return select(ThemeChoice.id).where(
        ~ThemeChoice.example, left, ThemeChoice.created_at < before[Kept.CHOICE]
    )


def wipe_choices(session: Session, ids: Ids) -> None:
    """Take away who chose and what was written; the advice, the theme and what everybody read stay."""
    by = {"created_by": ACTOR, "chosen_by": None, "withdrawn_by": None}
    words = {"facts": None, "opinion": None, "withdrawn_why": None}
    session.execute(update(ThemeChoice).where(ThemeChoice.id.in_(ids)).values(**by, **words))
    reactions = update(ChoiceReaction).where(ChoiceReaction.choice_id.in_(ids))
    session.execute(reactions.values(facts=None, opinion=None))


def versions(before: Before) -> Select[int]:
    """Select changes of themes and forms that somebody made long ago."""
    return select(ThemeVersion.id).where(ThemeVersion.by != ACTOR, ThemeVersion.at < before[Kept.CHOICE])


def wipe_versions(session: Session, ids: Ids) -> None:
    """Take away who changed a theme or form; what it became stays, as advice rests on it."""
    session.execute(update(ThemeVersion).where(ThemeVersion.id.in_(ids)).values(by=ACTOR))


def meetings(before: Before) -> Select[int]:
    """Select meetings of long ago with who planned them, or a report that nobody released."""
    hidden = and_(Meeting.report.is_not(None), ~Meeting.report_released)
    left = or_(Meeting.created_by != ACTOR, hidden)
    return select(Meeting.id).where(~Meeting.example, left, Meeting.ends_at < before[Kept.MEETING])


def wipe_meetings(session: Session, ids: Ids) -> None:
    """Take away who planned a meeting, and a report that nobody released."""
    known = update(Meeting).where(Meeting.id.in_(ids))
    session.execute(known.values(created_by=ACTOR))
    session.execute(known.where(~Meeting.report_released).values(report=None))


def invitations(before: Before) -> Select[int]:
    """Select the lists of who was invited to meetings that were."""
    query = select(Invitation.id).join(Meeting, Meeting.id == Invitation.meeting_id)
    return query.where(~Meeting.example, Meeting.ends_at < before[Kept.INVITATION])


def agreements(before: Before) -> Select[int]:
    """Select agreements that ended, or whose day is so long ago that nobody closes them any more."""
    ended = Agreement.closed_on < local_day(before[Kept.AGREEMENT])
    old = or_(ended, Agreement.due_on < local_day(before[Kept.MEETING]))
    return select(Agreement.id).where(~Agreement.example, old)


def register(before: Before) -> Select[int]:
    """Select partners that nobody looked over or invited for long; not one with an account or a promise."""
    moment = before[Kept.PARTNER]
    never = and_(Partner.confirmed_on.is_(None), Partner.created_at < moment)
    met = select(Invitation.partner_id).join(Meeting, Meeting.id == Invitation.meeting_id)
    promised = select(Agreement.partner_id).where(
        Agreement.partner_id.is_not(None), Agreement.state == "open"
    )
    return select(Partner.id).where(
        ~Partner.example,
        Partner.account_id.is_(None),
        or_(Partner.confirmed_on < local_day(moment), never),
        Partner.id.not_in(met.where(Meeting.ends_at >= moment)),
        Partner.id.not_in(promised),
    )


def forget(session: Session, ids: Ids) -> None:
    """Take partners away as a coordinator does: with their invitations, links and waiting mail."""
    for row in session.scalars(select(Partner).where(Partner.id.in_(ids))):
        partners.forget(session, row)

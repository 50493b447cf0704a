"""Aftercare: whether a reporter is content with how a melding was closed, and opening it again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import desk, handling
from data.choices import Status
from data.following_models import Contentment
from data.handling import NotAllowed
from data.incident_members import lead_of, leave
from data.intake import REPORTER
from data.models import Category, Melding
from data.rights import EVERYWHERE, Right
from data.visibility import Viewer
from geo.exposure import AMSTERDAM

REOPEN_WITHIN: Final = timedelta(days=28)


class Answer(StrEnum):
    """How content a reporter is."""

    YES = "ja"
    PARTLY = "deels"
    NO = "nee"


class Count(NamedTuple):
    """How often an answer was given in a gemeente about meldingen of a main group."""

    gemeente: str
    main_group: str
    answer: Answer
    n: int


def until(melding: Melding) -> datetime | None:
    """Return until when its reporter can open a melding again; None when it is not closed."""
    if melding.status != Status.CLOSED or melding.closed_at is None:
        return None
    return melding.closed_at + REOPEN_WITHIN


def reopen(session: Session, public_id: str, reason: str, *, now: datetime) -> None:
    """Open a closed melding again for its reporter; the reason is for staff, nobody else reads it.

    One that follows another goes its own way from here: for this reporter it is not solved, whatever was
    done about the other. NotAllowed when it is not closed, or was closed too long ago.
    """
    desk.lock(session, public_id)
    melding = session.scalar(select(Melding).where(Melding.public_id == public_id))
    last = None if melding is None else until(melding)
    if melding is None or last is None or now > last:
        raise NotAllowed("deze melding kunt u niet meer openen")
    lead = lead_of(session, melding)
    if lead is not None and lead.id != melding.id:
        leave(session, melding, actor=REPORTER)
    handling.change_status(session, melding, Status.REPORTED, actor=REPORTER)
    handling.add_note(session, melding, actor=REPORTER, text=reason)


def give(session: Session, public_id: str, answer: Answer, *, secret: bytes, now: datetime) -> None:
    """Keep the answer of a reporter, in the place of an earlier one; NotAllowed when it is not closed."""
    found = session.execute(
        select(Melding, Category.main_group)
        .join(Category, Category.id == Melding.category_id)
        .where(Melding.public_id == public_id)
    ).one_or_none()
    if found is None or found[0].status != Status.CLOSED:
        raise NotAllowed("deze melding is nog niet klaar")
    day = now.astimezone(AMSTERDAM).date()
    kept = _kept(session, public_id, secret)
    if kept is not None:
        kept.answer, kept.answered_on = answer, day
        return
    melding, main_group = found
    session.add(
        Contentment(
            key_hash=_key(public_id, secret),
            municipality_code=melding.municipality_code,
            main_group=main_group,
            answer=answer,
            answered_on=day,
        )
    )


def given(session: Session, public_id: str, *, secret: bytes) -> Answer | None:
    """Return what a reporter answered; None before that."""
    kept = _kept(session, public_id, secret)
    return None if kept is None else Answer(kept.answer)


def counts(session: Session, viewer: Viewer, *, since: date, until: date | None = None) -> Sequence[Count]:
    """Return how often each answer was given since a day, in the gemeenten whose figures this viewer sees.

    The last day counts too; None is until today.
    """
    columns = (Contentment.municipality_code, Contentment.main_group, Contentment.answer)
    query = (
        select(*columns, func.count())
        .where(Contentment.answered_on >= since)
        .group_by(*columns)
        .order_by(*columns)
    )
    if until is not None:
        query = query.where(Contentment.answered_on <= until)
    seen = viewer.gemeenten(Right.FIGURES_STAFF)
    if EVERYWHERE not in seen:
        query = query.where(Contentment.municipality_code.in_(seen))
    return [Count(gemeente, group, Answer(word), n) for gemeente, group, word, n in session.execute(query)]


def _kept(session: Session, public_id: str, secret: bytes) -> Contentment | None:
    return session.scalar(select(Contentment).where(Contentment.key_hash == _key(public_id, secret)))


def _key(public_id: str, secret: bytes) -> str:
    return hmac.new(secret, f"tevreden:{public_id}".encode(), hashlib.sha256).hexdigest()

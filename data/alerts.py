"""Alerts: which public meldingen a subscriber was not told of yet.

Only what everybody may see is looked at, and of it only what is published: the day, never the time. What a
subscriber is told depends on nothing else, so an alert says nothing that the public list does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import hypot
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import Status
from data.following_models import Subscription, Told
from data.models import Melding, MeldingArea
from data.visibility import PUBLIC
from geo.exposure import AMSTERDAM

WINDOW: Final = timedelta(days=60)


class What(StrEnum):
    """What is told of a melding."""

    NEW = "nieuw"
    CLOSED = "afgehandeld"


class News(NamedTuple):
    """A public melding with what is to be told of it."""

    melding_id: int
    public_id: str
    what: What


class _Near(NamedTuple):
    id: int
    public_id: str
    status: str
    x: float | None
    y: float | None
    buurt: str | None


def news(session: Session, subscription: Subscription, now: datetime) -> list[News]:
    """Return what this subscriber was not told yet, newest day first."""
    known = select(Told.melding_id, Told.what).where(Told.subscription_id == subscription.id)
    told = {(melding_id, what) for melding_id, what in session.execute(known)}
    return [one for one in _all(session, subscription, now) if (one.melding_id, one.what) not in told]


def mark(session: Session, subscription: Subscription, news: Sequence[News]) -> None:
    """Note that a subscriber was told of these; closed includes new."""
    known = select(Told.melding_id, Told.what).where(Told.subscription_id == subscription.id)
    fresh = set(_marks(news)) - {(melding_id, what) for melding_id, what in session.execute(known)}
    rows = [
        {"subscription_id": subscription.id, "melding_id": melding_id, "what": what}
        for melding_id, what in sorted(fresh)
    ]
    if rows:
        session.execute(insert(Told), rows)


def _marks(news: Iterable[News]) -> Iterable[tuple[int, str]]:
    for one in news:
        yield one.melding_id, What.NEW.value
        if one.what is What.CLOSED:
            yield one.melding_id, What.CLOSED.value


def _all(session: Session, subscription: Subscription, now: datetime) -> list[News]:
    near = [row for row in _public(session, subscription, now) if _lies_in(row, subscription)]
    return [
        News(row.id, row.public_id, What.CLOSED if row.status == Status.CLOSED else What.NEW) for row in near
    ]


def _public(session: Session, subscription: Subscription, now: datetime) -> list[_Near]:
    first = now.astimezone(AMSTERDAM).date() - WINDOW
    area = and_(MeldingArea.melding_id == Melding.id, MeldingArea.edition == subscription.edition)
    query = (
        visibility.meldingen(PUBLIC)
        .outerjoin(MeldingArea, area)
        .with_only_columns(
            Melding.id,
            Melding.public_id,
            Melding.status,
            Melding.x,
            Melding.y,
            MeldingArea.buurt,
            maintain_column_froms=True,
        )
        .where(
            _ground(subscription),
            Melding.example.is_(False),
            or_(Melding.created_on >= first, Melding.closed_at >= _midnight(first)),
        )
        .order_by(Melding.created_on.desc(), Melding.public_id)
    )
    return [_Near._make(row) for row in session.execute(query)]


def _ground(subscription: Subscription) -> ColumnElement[bool]:
    """Return the buurten of a subscription, or the square around its circle, whatever gemeente it lies in."""
    x, y, radius_m = subscription.x, subscription.y, subscription.radius_m
    if x is None or y is None or radius_m is None:
        return MeldingArea.buurt.in_(subscription.buurten)
    return and_(Melding.x.between(x - radius_m, x + radius_m), Melding.y.between(y - radius_m, y + radius_m))


def _lies_in(row: _Near, subscription: Subscription) -> bool:
    """Return whether a melding lies within the circle of a subscription; one of buurten was asked so."""
    if subscription.radius_m is None:
        return True
    if row.x is None or row.y is None or subscription.x is None or subscription.y is None:
        return False
    return hypot(row.x - subscription.x, row.y - subscription.y) <= subscription.radius_m


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, AMSTERDAM).astimezone(UTC)

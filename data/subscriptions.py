"""Subscriptions: mail about the public meldingen of a place, confirmed, for a term, ended with one click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data import alerts, outbox
from data.followers import CONFIRM_WITHIN, may_ask
from data.following_models import Subscription
from data.melding_words import public_ids
from data.terms import after_months
from geo.exposure import AMSTERDAM

CONFIRM: Final = "abonnement.bevestigen"
ALREADY: Final = "abonnement.al"
NEWS: Final = "abonnement.nieuws"
ENDING: Final = "abonnement.einde"
MONTHS: Final = (3, 6, 12)
RADII_M: Final = (250, 500, 1_000)
MOST_PER_ADDRESS: Final = 20
REMIND_BEFORE: Final = timedelta(days=14)
# A daily mail leaves in the morning; what is told at once leaves on the hour, so that no mail tells the
# minute in which somebody stood in the street.
DAILY_FROM_HOUR: Final = 7


class Rhythm(StrEnum):
    """How often somebody wants mail."""

    DAILY = "dag"
    HOURLY = "uur"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for; `place` names it, a second time the same place gives no second subscription."""

    email: str
    gemeente: str
    place: str
    label: str
    edition: int
    buurten: tuple[str, ...] = ()
    x: float | None = None
    y: float | None = None
    radius_m: int | None = None
    rhythm: Rhythm = Rhythm.DAILY
    months: int = MONTHS[1]


def ask(session: Session, wanted: Wanted, now: datetime) -> None:
    """Ask an address whether it wants this; nothing comes back, so nobody learns who follows what.

    Who follows it already gets a mail that says so, as seldom as others are asked again.
    """
    wanted = replace(wanted, email=wanted.email.lower())
    query = select(Subscription).where(Subscription.email == wanted.email, Subscription.place == wanted.place)
    found = session.scalar(query)
    if found is None:
        if _of_address(session, wanted.email) >= MOST_PER_ADDRESS:
            return
        found = Subscription(public_id=public_ids(1)[0], asked_at=now, asks=0)
        session.add(found)
    if found.confirmed_at is None:
        _fill(found, wanted)
    if may_ask(found.asks, found.asked_at, now):
        found.asks += 1
        found.asked_at = now
        kind = CONFIRM if found.confirmed_at is None else ALREADY
        payload = {"abonnement": found.public_id}
        outbox.queue(session, kind=kind, recipient=found.email, payload=payload, now=now)


def confirm(session: Session, public_id: str, now: datetime) -> Subscription | None:
    """Return the subscription that begins now; None when unknown or asked more than seven days ago.

    What everybody could see already is not told any more.
    """
    found = find(session, public_id)
    if found is None or (found.confirmed_at is None and now - found.asked_at > CONFIRM_WITHIN):
        return None
    if found.confirmed_at is None:
        found.confirmed_at = now
        found.checked_at = now
        found.asks = 0
        found.ends_on = after_months(_today(now), found.months)
        alerts.mark(session, found, alerts.news(session, found, now))
    return found


def renew(session: Session, public_id: str, months: int, now: datetime) -> Subscription | None:
    """Let a subscription end so many months from now; None when it is not there or not confirmed."""
    found = find(session, public_id)
    if found is None or found.confirmed_at is None:
        return None
    found.months = months
    found.ends_on = after_months(_today(now), months)
    found.reminded_at = None
    return found


def find(session: Session, public_id: str) -> Subscription | None:
    """Return a subscription by the name in its links."""
    return session.scalar(select(Subscription).where(Subscription.public_id == public_id))


def stop(session: Session, public_id: str) -> bool:
    """End a subscription for good; False when there was none."""
    gone = delete(Subscription).where(Subscription.public_id == public_id).returning(Subscription.id)
    return bool(session.execute(gone).all())


def due(session: Session, now: datetime) -> list[str]:
    """Return the names of the subscriptions whose turn it is to be told of news."""
    query = select(Subscription).where(
        Subscription.confirmed_at.is_not(None), Subscription.ends_on >= _today(now)
    )
    return [one.public_id for one in session.scalars(query.order_by(Subscription.id)) if _its_turn(one, now)]


def tell(session: Session, public_id: str, now: datetime) -> None:
    """Queue a mail with the news of one subscription, and note what was told, both or neither."""
    query = select(Subscription).where(Subscription.public_id == public_id).with_for_update()
    found = session.scalar(query)
    if found is None or not _its_turn(found, now):
        return
    fresh = alerts.news(session, found, now)
    found.checked_at = now
    if fresh:
        alerts.mark(session, found, fresh)
        payload = {"abonnement": public_id, "meldingen": [one.public_id for one in fresh]}
        outbox.queue(session, kind=NEWS, recipient=found.email, payload=payload, now=now)


def remind(session: Session, now: datetime) -> None:
    """Queue a mail to everybody whose subscription ends within two weeks, once."""
    soon = _today(now) + REMIND_BEFORE
    query = select(Subscription).where(
        Subscription.confirmed_at.is_not(None),
        Subscription.ends_on <= soon,
        Subscription.reminded_at.is_(None),
    )
    for found in session.scalars(query):
        found.reminded_at = now
        payload = {"abonnement": found.public_id}
        outbox.queue(session, kind=ENDING, recipient=found.email, payload=payload, now=now)


def tidy(session: Session, now: datetime) -> None:
    """Remove what was never confirmed, and what has ended."""
    session.execute(
        delete(Subscription).where(
            Subscription.confirmed_at.is_(None), Subscription.asked_at < now - CONFIRM_WITHIN
        )
    )
    session.execute(delete(Subscription).where(Subscription.ends_on < _today(now)))


def _its_turn(found: Subscription, now: datetime) -> bool:
    if found.checked_at is None:
        return found.confirmed_at is not None
    if found.rhythm == Rhythm.HOURLY:
        # By the clock of the world: when the clock goes back, one hour of ours comes twice.
        return _whole_hours(now) > _whole_hours(found.checked_at)
    here = now.astimezone(AMSTERDAM)
    return here.date() > _today(found.checked_at) and here.hour >= DAILY_FROM_HOUR


def _whole_hours(moment: datetime) -> int:
    return int(moment.timestamp() // 3600)


def _fill(found: Subscription, wanted: Wanted) -> None:
    found.email = wanted.email
    found.municipality_code = wanted.gemeente
    found.place = wanted.place
    found.label = wanted.label
    found.edition = wanted.edition
    found.buurten = list(wanted.buurten)
    found.x, found.y, found.radius_m = wanted.x, wanted.y, wanted.radius_m
    found.rhythm = wanted.rhythm
    found.months = wanted.months


def _of_address(session: Session, email: str) -> int:
    query = select(func.count()).select_from(Subscription).where(Subscription.email == email)
    return session.scalar(query) or 0


def _today(now: datetime) -> date:
    return now.astimezone(AMSTERDAM).date()

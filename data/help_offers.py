"""Help offers: residents who want to do something for an area, until a day that they chose themselves.

An offer counts once its address was confirmed. When its term is over, or when it is taken back, it is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from data import audit, outbox
from data.followers import CONFIRM_WITHIN
from data.intake import KeyReused
from data.letters import keyed
from data.melding_words import public_ids
from data.models import Municipality, Outbox
from data.partner_models import HelpOffer, Introduction
from data.reach import Reach
from data.rights import Right
from data.terms import after_months
from data.visibility import Viewer
from geo.exposure import local_day

CONFIRM: Final = "ik_help_mee.bevestigen"
OBJECT: Final = "hulpaanbod"
MONTHS: Final = (3, 6, 12)
LONGEST_TEXT: Final = 300
LONGEST_NAME: Final = 120
MOST_THEMES: Final = 5
# Anybody can type anybody's address.
MOST_OPEN: Final = 3
OPEN_WITHIN: Final = timedelta(days=1)
ACTOR: Final = "bewoner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody offers: where, on what, and how to reach them."""

    gemeente: str
    area: str
    themes: tuple[str, ...]
    naam: str
    email: str
    text: str = ""
    months: int = MONTHS[1]
    example: bool = False


def offer(session: Session, wanted: Offer, *, key: str, secret: bytes, now: datetime) -> HelpOffer:
    """Keep an offer once and ask whether the address is theirs; the same key gives the same offer.

    KeyReused when the key came with another offer. An address that does not answer is asked thrice a day.
    """
    # One box has one count, however its address is written.
    wanted = replace(wanted, email=wanted.email.lower())
    # Held: of what is sent at the same moment, each has to see what came before.
    session.get_one(Municipality, wanted.gemeente, with_for_update=True)
    hashed = keyed(f"sleutel:{OBJECT}:{key}", secret)
    known = session.scalar(select(HelpOffer).where(HelpOffer.key_hash == hashed))
    if known is not None:
        if (known.email, known.area, known.naam) != (wanted.email, wanted.area, wanted.naam):
            raise KeyReused("deze sleutel hoort bij een ander bericht")
        return known
    row = HelpOffer(
        public_id=public_ids(1)[0],
        municipality_code=wanted.gemeente,
        area=wanted.area,
        themes=list(wanted.themes),
        naam=wanted.naam,
        email=wanted.email,
        text=wanted.text,
        key_hash=hashed,
        offered_at=now,
        until=after_months(local_day(now), wanted.months),
        example=wanted.example,
    )
    asked = _asked(session, wanted.email, now)
    session.add(row)
    session.flush()
    if asked < MOST_OPEN and row.mailbox:
        outbox.queue(session, kind=CONFIRM, recipient=row.mailbox, payload={"hulp": row.public_id}, now=now)
    return row


def find(session: Session, public_id: str) -> HelpOffer | None:
    """Return an offer by the name in its link, confirmed or not; None when it is gone."""
    return session.scalar(select(HelpOffer).where(HelpOffer.public_id == public_id))


def confirm(session: Session, public_id: str, now: datetime) -> HelpOffer | None:
    """Return the offer whose address was confirmed; None when it is gone or was asked a week ago."""
    row = find(session, public_id)
    if row is None or (row.confirmed_at is None and now - row.offered_at > CONFIRM_WITHIN):
        return None
    if row.confirmed_at is None:
        row.confirmed_at = now
        _note(session, row, "bevestigd", ACTOR)
    return row


def withdraw(session: Session, row: HelpOffer, *, actor: str = ACTOR) -> dict[str, int]:
    """Take an offer away for good, with its introductions and the mail that waits; returns the counts."""
    _note(session, row, "weg", actor)
    return forget(session, [row.id])


def forget(session: Session, ids: Sequence[int]) -> dict[str, int]:
    """Delete offers, with their introductions and the mail that waits for them; returns how many went."""
    names = list(session.scalars(select(HelpOffer.public_id).where(HelpOffer.id.in_(ids))))
    mine = or_(Introduction.one_id.in_(ids), Introduction.other_id.in_(ids))
    meetings = list(session.scalars(select(Introduction.public_id).where(mine)))
    mail = delete(Outbox).where(
        or_(
            Outbox.payload["hulp"].as_string().in_(names),
            Outbox.payload["kennismaking"].as_string().in_(meetings),
        )
    )
    mails = session.scalars(mail.returning(Outbox.id)).all()
    session.execute(delete(Introduction).where(mine))
    session.execute(delete(HelpOffer).where(HelpOffer.id.in_(ids)))
    return {"kennismakingen": len(meetings), "mail": len(mails)}


def tidy(session: Session, now: datetime) -> int:
    """Delete the offers that have had their time; returns how many went."""
    rows = session.scalars(select(HelpOffer).where(over(now))).all()
    for gemeente, number in Counter(row.municipality_code for row in rows).items():
        audit.record(
            session,
            actor="bewaartermijnen",
            action=f"{OBJECT}.voorbij",
            object_kind="gemeente",
            object_id=gemeente,
            detail={"aantal": number},
        )
    if rows:
        forget(session, [row.id for row in rows])
    return len(rows)


def over(now: datetime) -> ColumnElement[bool]:
    """Return whether an offer has had its time: its term is over, or nobody confirmed it for a week."""
    never = HelpOffer.confirmed_at.is_(None) & (HelpOffer.offered_at < now - CONFIRM_WITHIN)
    return or_(HelpOffer.until < local_day(now), never)


def running(
    session: Session, viewer: Viewer, gemeente: str, *, area: str = "", theme: str = "", today: date
) -> list[HelpOffer]:
    """Return the offers that count now, for coordinators of the areas in which they are."""
    if not viewer.may(Right.PARTNERS, gemeente):
        return []
    query = select(HelpOffer).where(
        HelpOffer.municipality_code == gemeente,
        HelpOffer.confirmed_at.is_not(None),
        HelpOffer.withdrawn_at.is_(None),
        HelpOffer.until >= today,
    )
    reach = Reach(session)
    return [
        one
        for one in session.scalars(query.order_by(HelpOffer.area, HelpOffer.offered_at))
        if (not theme or theme in one.themes)
        and (not area or reach.overlap([area], [one.area]))
        and reach.covers(viewer, Right.PARTNERS, gemeente, [one.area])
    ]


def counts_now(row: HelpOffer, today: date) -> bool:
    """Return whether an offer is confirmed and its term is not over."""
    return row.confirmed_at is not None and row.withdrawn_at is None and row.until >= today


def _asked(session: Session, email: str, now: datetime) -> int:
    open_ones = (HelpOffer.confirmed_at.is_(None), HelpOffer.offered_at > now - OPEN_WITHIN)
    query = select(func.count()).select_from(HelpOffer).where(HelpOffer.email == email, *open_ones)
    return session.scalar(query) or 0


def _note(session: Session, row: HelpOffer, act: str, actor: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{act}",
        object_kind=OBJECT,
        object_id=row.public_id,
    )

"""Introductions: a coordinator proposes that two residents meet; names leave only when both said yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from data import audit, outbox
from data.help_offers import counts_now
from data.melding_words import public_ids
from data.partner_models import HelpOffer, Introduction
from geo.errors import WijkbeeldError
from geo.exposure import local_day

ASK: Final = "kennismaken.vraag"
TOGETHER: Final = "kennismaken.samen"
OBJECT: Final = "kennismaking"
LONGEST_REASON: Final = 300
ONE, OTHER = "1", "2"
ACTOR: Final = "bewoner"


class WrongIntroduction(WijkbeeldError):
    """Two people who cannot be introduced; the message says why."""


class Side(NamedTuple):
    """An introduction as one of both sees it."""

    row: Introduction
    own: HelpOffer
    other: HelpOffer
    agreed: bool | None


def propose(
    session: Session,
    one: HelpOffer,
    other: HelpOffer,
    reason: str,
    *,
    actor: str,
    now: datetime,
) -> Introduction:
    """Ask two residents whether they want to meet; neither hears who the other is.

    WrongIntroduction for one and the same person, two towns, an offer that is over, or two who were asked
    before.
    """
    _check(session, one, other, reason, local_day(now))
    row = Introduction(
        public_id=public_ids(1)[0],
        municipality_code=one.municipality_code,
        one_id=one.id,
        other_id=other.id,
        reason=reason,
        proposed_at=now,
        proposed_by=actor,
    )
    session.add(row)
    session.flush()
    for side, offer in ((ONE, one), (OTHER, other)):
        _mail(session, ASK, row, side, to=offer, now=now)
    _note(session, row, "voorgesteld", actor)
    return row


def find(session: Session, name: str, *, hold: bool = False) -> Side | None:
    """Return an introduction by the name in the link of one side, held for this transaction when asked."""
    side, public_id = name[:1], name[1:]
    query = select(Introduction).where(Introduction.public_id == public_id)
    row = session.scalar(query.with_for_update() if hold else query)
    if row is None or side not in {ONE, OTHER}:
        return None
    one, other = session.get_one(HelpOffer, row.one_id), session.get_one(HelpOffer, row.other_id)
    if side == ONE:
        return Side(row, one, other, row.one_agreed)
    return Side(row, other, one, row.other_agreed)


def answer(session: Session, name: str, *, agreed: bool, now: datetime) -> Side | None:
    """Keep what one of both said; when both said yes each gets the name and address of the other.

    A yes can become a no until then. None when the introduction is gone, or one of both stopped.
    """
    # Held: of two who say yes at once, the second has to see the yes of the first.
    found = find(session, name, hold=True)
    if found is None or not _both_there(found, local_day(now)):
        return None
    row = found.row
    if row.introduced_at is None:
        if name[:1] == ONE:
            row.one_agreed = agreed
        else:
            row.other_agreed = agreed
        _note(session, row, "ja" if agreed else "nee", ACTOR)
        if row.one_agreed and row.other_agreed:
            row.introduced_at = now
            for side, offer in zip((name[:1], _opposite(name)), (found.own, found.other), strict=True):
                _mail(session, TOGETHER, row, side, to=offer, now=now)
            _note(session, row, "samen", ACTOR)
        session.flush()
    return find(session, name)


def of_town(session: Session, gemeente: str) -> Sequence[Introduction]:
    """Return the introductions of a gemeente, the last first."""
    query = select(Introduction).where(Introduction.municipality_code == gemeente)
    return session.scalars(query.order_by(Introduction.id.desc()).limit(200)).all()


def _check(session: Session, one: HelpOffer, other: HelpOffer, reason: str, today: date) -> None:
    if one.id == other.id or one.email.casefold() == other.email.casefold():
        raise WrongIntroduction("kies twee verschillende bewoners")
    if one.municipality_code != other.municipality_code:
        raise WrongIntroduction("deze bewoners wonen in twee gemeenten")
    if not (counts_now(one, today) and counts_now(other, today)):
        raise WrongIntroduction("een van beiden doet niet meer mee")
    if not reason or len(reason) > LONGEST_REASON:
        raise WrongIntroduction(f"vul in waarom u hen aan elkaar voorstelt, in {LONGEST_REASON} tekens")
    both = or_(
        and_(Introduction.one_id == one.id, Introduction.other_id == other.id),
        and_(Introduction.one_id == other.id, Introduction.other_id == one.id),
    )
    if session.scalar(select(Introduction.id).where(both).limit(1)) is not None:
        raise WrongIntroduction("u hebt hen al eerder aan elkaar voorgesteld")


def _both_there(found: Side, today: date) -> bool:
    return counts_now(found.own, today) and counts_now(found.other, today)


def _mail(session: Session, kind: str, row: Introduction, side: str, *, to: HelpOffer, now: datetime) -> None:
    if to.mailbox:
        payload = {"kennismaking": row.public_id, "kant": side}
        outbox.queue(session, kind=kind, recipient=to.mailbox, payload=payload, now=now)


def _opposite(name: str) -> str:
    return OTHER if name[:1] == ONE else ONE


def _note(session: Session, row: Introduction, act: str, actor: str) -> None:
    audit.record(session, actor=actor, action=f"{OBJECT}.{act}", object_kind=OBJECT, object_id=row.public_id)

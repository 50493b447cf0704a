"""Followers: who gets mail about the steps of one melding, after the address was confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from data import outbox
from data.following_models import Follower
from data.melding_words import public_ids
from data.models import Melding, StatusChange, core_table

CONFIRM: Final = "adres.bevestigen"
RECEIPT: Final = "melding.ontvangen"
STEP: Final = "melding.status"
CONFIRM_WITHIN: Final = timedelta(days=7)
ASK_AGAIN_AFTER: Final = timedelta(hours=1)
MOST_ASKS: Final = 3
MOST_REPORTERS: Final = 3
# Anybody can type anybody's address under many meldingen, without having to prove anything.
MOST_OPEN: Final = 5
OPEN_WITHIN: Final = timedelta(days=1)
_ADD: Final = insert(core_table(Follower)).inline()


def ask(session: Session, melding: Melding, email: str, *, reporter: bool, now: datetime) -> None:
    """Ask an address whether it wants mail about a melding; who follows already is not asked again.

    An address that does not answer is asked three times at most about one melding and five times a day about
    all of them, and what cannot be an address never. A reporter has at most three addresses: whoever has the
    link cannot mail the whole town.

    An address that somebody else typed first becomes that of the reporter when the reporter asks for it and
    it says yes again. Nobody else has an address asked that the reporter gave: yes opens the whole melding.
    """
    if not outbox.is_address(email):
        return
    # Mail servers read both as one: in other letters it is the same mailbox.
    email = email.lower()
    query = select(Follower).where(Follower.melding_id == melding.id, Follower.email == email)
    follower = session.scalar(query)
    if follower is None:
        if reporter and _reporters(session, melding.id) >= MOST_REPORTERS:
            return
        follower = Follower(
            public_id=public_ids(1)[0], melding_id=melding.id, email=email, reporter=reporter, asked_at=now
        )
        follower.asks = 0
        session.add(follower)
    elif reporter and not follower.reporter and _reporters(session, melding.id) < MOST_REPORTERS:
        follower.reporter, follower.confirmed_at, follower.asks = True, None, 0
    elif follower.reporter and not reporter:
        return
    may = follower.confirmed_at is None and may_ask(follower.asks, follower.asked_at, now)
    if may and _open(session, email, now) < MOST_OPEN:
        follower.asks += 1
        follower.asked_at = now
        outbox.queue(session, kind=CONFIRM, recipient=email, payload={"volger": follower.public_id}, now=now)


def ask_first(session: Session, melding_id: int, email: str, *, now: datetime) -> None:
    """Ask the reporter of a melding that was stored just now, whom nobody can have asked before."""
    if not outbox.is_address(email):
        return
    name, email = public_ids(1)[0], email.lower()
    may = _open(session, email, now) < MOST_OPEN
    values = {"public_id": name, "melding_id": melding_id, "email": email, "reporter": True}
    session.execute(_ADD, {**values, "asked_at": now, "asks": int(may)})
    if may:
        outbox.queue(session, kind=CONFIRM, recipient=email, payload={"volger": name}, now=now)


def may_ask(asks: int, asked_at: datetime, now: datetime) -> bool:
    """Return whether an address may be asked (again) to confirm."""
    return asks == 0 or (asks < MOST_ASKS and now - asked_at >= ASK_AGAIN_AFTER)


def confirm(session: Session, public_id: str, now: datetime) -> Follower | None:
    """Return the follower who confirmed; None when unknown or asked more than seven days ago.

    A reporter gets the receipt with the secret link now: an address that nobody confirmed never does.
    """
    follower = find(session, public_id)
    if follower is None or (follower.confirmed_at is None and now - follower.asked_at > CONFIRM_WITHIN):
        return None
    if follower.confirmed_at is None:
        follower.confirmed_at = now
        if follower.reporter:
            payload = {"volger": public_id}
            outbox.queue(session, kind=RECEIPT, recipient=follower.email, payload=payload, now=now)
    return follower


def find(session: Session, public_id: str) -> Follower | None:
    """Return a follower by the name in its links."""
    return session.scalar(select(Follower).where(Follower.public_id == public_id))


def stop(session: Session, public_id: str) -> bool:
    """Send no more mail to this follower; False when there was none."""
    gone = session.execute(delete(Follower).where(Follower.public_id == public_id).returning(Follower.id))
    return bool(gone.all())


def tell(session: Session, step: StatusChange) -> None:
    """Queue a mail about a step for everybody who follows the melding, in the transaction of the step."""
    session.flush()
    query = select(Follower).where(Follower.melding_id == step.melding_id, Follower.confirmed_at.is_not(None))
    for follower in session.scalars(query.order_by(Follower.id)):
        payload = {"volger": follower.public_id, "stap": step.id}
        outbox.queue(session, kind=STEP, recipient=follower.email, payload=payload, now=step.at)


def own_addresses(session: Session, melding_id: int) -> list[tuple[str, bool]]:
    """Return the addresses of the reporter of a melding, and whether each is confirmed."""
    query = select(Follower).where(Follower.melding_id == melding_id, Follower.reporter)
    return [(row.email, row.confirmed_at is not None) for row in session.scalars(query.order_by(Follower.id))]


def tidy(session: Session, now: datetime) -> None:
    """Remove addresses that were asked and never answered."""
    session.execute(
        delete(Follower).where(Follower.confirmed_at.is_(None), Follower.asked_at < now - CONFIRM_WITHIN)
    )


def _reporters(session: Session, melding_id: int) -> int:
    query = select(func.count()).select_from(Follower)
    return session.scalar(query.where(Follower.melding_id == melding_id, Follower.reporter)) or 0


def _open(session: Session, email: str, now: datetime) -> int:
    """Return how often an address was asked lately, about any melding, without an answer."""
    query = select(func.sum(Follower.asks)).where(
        Follower.email == email, Follower.confirmed_at.is_(None), Follower.asked_at > now - OPEN_WITHIN
    )
    return session.scalar(query) or 0

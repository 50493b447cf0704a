"""The outbox: mail waits in the database until a server took it; at least once, in order per address.

A mail is put here in the transaction of the act that it tells of, so there is never one without the other.
Its payload holds names of rows, not their contents or links: what leaves is looked up when it leaves, and
what was withdrawn meanwhile does not leave. Once sent, address and payload are wiped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from data import audit
from data.models import Outbox, core_table
from data.retention_terms import TERMS, Kept
from geo.errors import WijkbeeldError

ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]{2,}")
ENCODED: Final = "=?"
LONGEST_ADDRESS: Final = 254
# Longer than a server may take over one mail: after it a mail that nobody finished is taken up again.
LEASE: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
PATIENCE: Final = timedelta(days=3)
LATE: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=TERMS[Kept.CONTACT])
RECENT: Final = timedelta(days=7)
ALARM: Final = "mail.alarm"
ACTOR: Final = "post"
_ADD: Final = insert(core_table(Outbox)).inline()
log = structlog.get_logger()


class BadAddress(WijkbeeldError):
    """This is not one mail address."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that waits: what it is about, whom it is for, and how often it was tried."""

    id: int
    kind: str
    recipient: str
    payload: dict[str, Any]
    created_at: datetime
    next_try_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many mails wait, whether one waits for too long, and how many were given up lately."""

    waiting: int
    late: bool
    given_up: int


def is_address(text: str) -> bool:
    """Return whether this is one mail address, without a name and without signs that a header reads."""
    # A header takes an encoded word (RFC 2047) for what it stands for: that may be several addresses.
    plain = text.isprintable() and len(text) <= LONGEST_ADDRESS and ENCODED not in text
    return plain and ADDRESS.fullmatch(text) is not None


def queue(session: Session, *, kind: str, recipient: str, payload: dict[str, Any], now: datetime) -> None:
    """Put one mail in the outbox in the caller's transaction; BadAddress when it has no single address."""
    if not is_address(recipient):
        raise BadAddress("dit is geen e-mailadres")
    values = {"created_at": now, "kind": kind, "recipient": recipient, "payload": payload, "next_try_at": now}
    session.execute(_ADD, values)


def due(session: Session, now: datetime, *, limit: int) -> list[Mail]:
    """Return the mails to send now, oldest first.

    A mail waits while an earlier one to the same address does: steps are not told in the wrong order.
    """
    before = aliased(Outbox)
    earlier_waits = select(before.id).where(
        before.recipient == Outbox.recipient, before.id < Outbox.id, _waits(before), before.next_try_at > now
    )
    query = select(Outbox).where(_waits(Outbox), Outbox.next_try_at <= now, ~earlier_waits.exists())
    return [_mail(row) for row in session.scalars(query.order_by(Outbox.id).limit(limit))]


def claim(session: Session, mail: Mail, now: datetime) -> Mail | None:
    """Take a mail for sending and return it; None when somebody else has it or it has gone.

    Who stops halfway loses it after the lease; it is then sent again, under the same Message-ID.
    """
    taken = session.execute(
        update(Outbox)
        .where(Outbox.id == mail.id, _waits(Outbox), Outbox.next_try_at == mail.next_try_at)
        .values(next_try_at=now + LEASE, attempts=Outbox.attempts + 1)
        .returning(Outbox.id)
    ).one_or_none()
    return None if taken is None else _mail(session.get_one(Outbox, mail.id, populate_existing=True))


def mark_sent(session: Session, mail: Mail, now: datetime) -> None:
    """Note that a server took this mail, and wipe whom it went to and what it was about."""
    _set(session, mail, sent_at=now, recipient="", payload={})


def put_back(session: Session, mail: Mail, now: datetime) -> None:
    """Let a mail wait that no server looked at: that it was tried does not count."""
    _set(session, mail, next_try_at=now + FIRST_WAIT, attempts=max(0, mail.attempts - 1))


def postpone(session: Session, mail: Mail, now: datetime, *, reason: str, alarm_to: str) -> None:
    """Try a mail that was refused for now later, each time twice as late; after three days it is given up."""
    if now - mail.created_at > PATIENCE:
        give_up(session, mail, now, reason=reason, alarm_to=alarm_to)
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(mail.attempts - 1, 12))
    _set(session, mail, next_try_at=now + wait)


def give_up(session: Session, mail: Mail, now: datetime, *, reason: str, alarm_to: str) -> None:
    """Stop trying a mail, and let somebody know: in the audit, in the log, and by mail once a day.

    `reason` says why in a few words without an address.
    """
    _set(session, mail, given_up_at=now)
    detail = {"soort": mail.kind, "reden": reason}
    log.error("een mail is niet bezorgd", nummer=mail.id, **detail)
    audit.record(
        session,
        actor=ACTOR,
        action="mail.opgegeven",
        object_kind="mail",
        object_id=str(mail.id),
        detail=detail,
        at=now,
    )
    told = select(Outbox.id).where(Outbox.kind == ALARM, Outbox.created_at > now - timedelta(days=1))
    if mail.kind != ALARM and session.scalars(told.limit(1)).first() is None and is_address(alarm_to):
        queue(session, kind=ALARM, recipient=alarm_to, payload=detail, now=now)


def state(session: Session, now: datetime) -> OutboxState:
    """Return how the outbox does."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(Outbox.created_at)).where(_waits(Outbox))
    ).one()
    gone = select(func.count()).select_from(Outbox).where(Outbox.given_up_at > now - RECENT)
    late = oldest is not None and oldest < now - LATE
    return OutboxState(waiting, late, session.scalar(gone) or 0)


def tidy(session: Session, now: datetime) -> None:
    """Remove every mail that has had its time: also one that waits because no server was ever there."""
    session.execute(delete(Outbox).where(Outbox.created_at < now - KEPT))


def _waits(table: Any) -> ColumnElement[bool]:
    waits: ColumnElement[bool] = table.sent_at.is_(None) & table.given_up_at.is_(None)
    return waits


def _set(session: Session, mail: Mail, **values: object) -> None:
    session.execute(update(Outbox).where(Outbox.id == mail.id).values(**values))


def _mail(row: Outbox) -> Mail:
    return Mail(row.id, row.kind, row.recipient, row.payload, row.created_at, row.next_try_at, row.attempts)

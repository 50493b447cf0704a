"""Requests about somebody's own data (AVG, articles 15 to 21): stored once, and how far they are."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.database import Database
from data.intake import REPORTER
from data.letters import Receipt, Sent, Settle, keyed, now, replay, store_once
from data.melding_words import public_ids
from data.outbox import is_address, queue
from data.privacy_models import PrivacyRequest
from data.terms import after_months
from data.text_masking import without_bsn
from geo.exposure import local_day

KIND: Final = "verzoek"
MONTHS: Final = 1
NEW: Final = f"{KIND}.nieuw"
RECEIVED: Final = f"{KIND}.ontvangen"
EXTENDED: Final = f"{KIND}.verlengd"
ANSWERED: Final = f"{KIND}.beantwoord"
TO_ASKER: Final = (RECEIVED, EXTENDED, ANSWERED)


class Wish(StrEnum):
    """What somebody asks of their own data: articles 15, 16, 17, 18 and 21 of the AVG."""

    ACCESS = "inzage"
    CORRECTION = "verbetering"
    ERASURE = "wissen"
    RESTRICTION = "beperking"
    OBJECTION = "bezwaar"


@dataclass(frozen=True, slots=True)
class About:
    """What a request is about: what a secret link led to, and the number of a melding; both may be empty."""

    kind: str = ""
    public_id: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as somebody sends it; `desk` is the address of the officer, empty where none was set."""

    gemeente: str
    wish: Wish
    text: str
    email: str
    naam: str = ""
    about: About = About()
    desk: str = ""

    @property
    def kind(self) -> str:
        """What it is, beside questions and ideas."""
        return KIND

    def fingerprint(self, secret: bytes) -> str:
        """Return a keyed hash of what was sent: a retry says the same, another request does not."""
        plain = {name: value for name, value in asdict(self).items() if name != "desk"}
        return keyed(f"inhoud:{KIND}:{json.dumps(plain, sort_keys=True)}", secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a request is, as who asked sees it: nothing that they wrote, and no contact data."""

    reference: str
    gemeente: str
    wish: Wish
    received_on: date
    due_on: date
    checked: bool
    extension: str | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self.answered_at is None and self.closed_at is None

    def is_late(self, today: date) -> bool:
        """Whether the term has passed without an answer."""
        return self.is_open and today > self.due_on

    def may_take_longer(self, today: date) -> bool:
        """Whether the term can still be extended."""
        return self.is_open and self.extension is None and today <= self.due_on


def ask(database: Database, asked: Asked, *, settle: Settle, key: str, secret: bytes) -> Receipt:
    """Store a request with its term; once this returns it is durable.

    The same key with the same content gives the first receipt again; with another content KeyReused. A BSN is
    left out.
    """
    asked = replace(asked, text=without_bsn(asked.text))

    def find(session: Session, sent: Sent) -> Receipt:
        row = session.scalar(select(PrivacyRequest).where(PrivacyRequest.key_hash == sent.key_hash))
        return replay(row, row.public_id if row else "", sent)

    def keep(session: Session, sent: Sent) -> Receipt:
        return _keep(session, asked, sent, checked=settle(session) is None)

    return store_once(database, asked, key=key, secret=secret, find=find, keep=keep)


def progress(session: Session, public_id: str) -> Progress | None:
    """Return how far a request is, for who has its secret link; None when it is not there."""
    row = session.scalar(select(PrivacyRequest).where(PrivacyRequest.public_id == public_id))
    return None if row is None else Progress(**progress_of(row))


def answer_of(session: Session, public_id: str) -> str | None:
    """Return the answer, to mail it; None when there is none, or it was erased."""
    query = select(PrivacyRequest.answer).where(PrivacyRequest.public_id == public_id)
    return session.scalar(query) or None


def written(reference: str) -> str:
    """Return the number of a request in the groups in which it is read aloud: `V 123 456 789`."""
    digits = reference[1:]
    return f"{reference[:1]} {digits[:3]} {digits[3:6]} {digits[6:]}"


def _keep(session: Session, asked: Asked, sent: Sent, *, checked: bool) -> Receipt:
    moment = now()
    row = PrivacyRequest(
        public_id=public_ids(1)[0],
        # A letter in front, so that nobody takes it for the number of a melding.
        reference=f"V{secrets.randbelow(10**9):09d}",
        municipality_code=asked.gemeente,
        key_hash=sent.key_hash,
        fingerprint=sent.fingerprint,
        wish=asked.wish,
        about_kind=asked.about.kind,
        about_id=asked.about.public_id,
        number=asked.about.number,
        naam=asked.naam,
        email=asked.email,
        checked=checked,
        text=asked.text,
        received_at=moment,
        due_on=after_months(local_day(moment), MONTHS),
    )
    session.add(row)
    session.flush()
    if is_address(asked.desk):
        queue(session, kind=NEW, recipient=asked.desk, payload={KIND: row.public_id}, now=moment)
    # Nobody who did not prove to be a person makes us mail an address that they typed.
    if checked:
        tell(session, row, RECEIVED, moment)
    record(session, REPORTER, row, f"{KIND}.ontvangen", {"soort": asked.wish.value})
    return Receipt(row.public_id, row.due_on)


def tell(session: Session, row: PrivacyRequest, kind: str, moment: datetime) -> None:
    """Queue a mail to who asked, as long as their address is there."""
    if row.email:
        queue(session, kind=kind, recipient=row.email, payload={KIND: row.public_id}, now=moment)


def record(session: Session, actor: str, row: PrivacyRequest, action: str, detail: dict[str, Any]) -> None:
    """Add an act on a request to the audit."""
    audit.record(
        session, actor=actor, action=action, object_kind=KIND, object_id=row.public_id, detail=detail
    )


def progress_of(row: PrivacyRequest) -> dict[str, Any]:
    """Return the fields of `Progress` for a row."""
    return {
        "reference": row.reference,
        "gemeente": row.municipality_code,
        "wish": Wish(row.wish),
        "received_on": local_day(row.received_at),
        "due_on": row.due_on,
        "checked": row.checked,
        "extension": row.extension,
        "answered_at": row.answered_at,
        "closed_at": row.closed_at,
    }

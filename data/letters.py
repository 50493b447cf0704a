"""Letters: what a question and an idea of a resident have in common - a key, a term, a link, an answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import Database
from data.intake import NEW_TRIES, KeyReused, NotStored
from data.intake_models import Idea, Question
from data.outbox import is_address, queue
from data.privacy_models import PrivacyRequest
from data.terms import add_working_days
from data.text_masking import without_bsn
from geo.crs import LngLat
from geo.exposure import AMSTERDAM

LONGEST_TEXT: Final = 4_000
LONGEST_TITLE: Final = 120


class Kind(StrEnum):
    """What a letter is."""

    QUESTION = "vraag"
    IDEA = "idee"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an idea is about: the point, its words and how precise it is."""

    point: LngLat
    address: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A question or an idea as a resident sends it; `days` is the term in working days that was promised.

    An address to mail to comes with the consent to mail, or not at all. `desk` is the address of who is to
    answer; empty where none was set.
    """

    kind: Kind
    gemeente: str
    wijk: str | None
    text: str
    days: int
    title: str = ""
    place: Place | None = None
    naam: str = ""
    email: str = ""
    may_publish: bool = False
    theme: str = ""
    needs_help: bool = False
    desk: str = ""

    def without_bsn(self) -> Letter:
        """The same letter without numbers that are a BSN: we may not keep one."""
        return replace(self, text=without_bsn(self.text), title=without_bsn(self.title))

    def fingerprint(self, secret: bytes) -> str:
        """Return a hash of what was sent: a retry says the same, another letter does not.

        Keyed, as a bare hash lets somebody with a copy of the database try names and addresses.
        """
        plain = {name: value for name, value in asdict(self).items() if name not in {"days", "desk"}}
        content = json.dumps(plain, sort_keys=True, default=str)
        return keyed(f"inhoud:{self.kind}:{content}", secret)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The secret name of a letter, until when an answer may take, and whether it had come before."""

    public_id: str
    due_on: date
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """A letter as its sender and staff see it, with the answer; contact data apart.

    `has_mail` says whether an answer is mailed too.
    """

    kind: Kind
    public_id: str
    gemeente: str
    wijk: str | None
    title: str
    text: str
    address: str
    received_at: datetime
    due_on: date
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    has_mail: bool
    checked: bool
    may_publish: bool = False
    released: bool = False
    theme: str | None = None
    needs_help: bool = False

    @property
    def received_on(self) -> date:
        """The day in Amsterdam on which it came."""
        return self.received_at.astimezone(AMSTERDAM).date()

    def is_late(self, today: date) -> bool:
        """Whether the term has passed without an answer."""
        return self.answer is None and today > self.due_on


class Sent(NamedTuple):
    """What is kept to know the same letter again: its key and its content, both keyed."""

    key_hash: str
    fingerprint: str


class Sendable(Protocol):
    """What is stored once: a kind, and a keyed hash of its content."""

    @property
    def kind(self) -> str:
        """What it is."""

    def fingerprint(self, secret: bytes) -> str:
        """Return what tells a retry from something else."""


Keep = Callable[[Session, Sent], Receipt]
# Gives, in the transaction that stores, why a person looks first; None for who proved to be a person.
Settle = Callable[[Session], str | None]


def store_once(
    database: Database, letter: Sendable, *, key: str, secret: bytes, find: Keep, keep: Keep
) -> Receipt:
    """Store a letter in one transaction and return its receipt; the same key again gives the first receipt.

    `find` gives the receipt of a key that is there, raising KeyReused for another content, and LookupError
    when it is not there; `keep` stores. NotStored when others were in the way each time.
    """
    # Who sends a letter chooses its key: without a word of its own it could sign a link.
    sent = Sent(keyed(f"sleutel:{letter.kind}:{key}", secret), letter.fingerprint(secret))
    for _ in range(NEW_TRIES):
        try:
            with database.write() as session:
                try:
                    return find(session, sent)
                except LookupError:
                    return keep(session, sent)
        except IntegrityError:
            # Another worker stored the same key between our look and our insert.
            continue
    raise NotStored("uw bericht kon niet worden opgeslagen; probeer het nog eens")


def replay(row: Question | Idea | PrivacyRequest | None, public_id: str, sent: Sent) -> Receipt:
    """Return the receipt of a letter that is there; LookupError without one, KeyReused for another."""
    if row is None:
        raise LookupError
    if row.fingerprint != sent.fingerprint:
        raise KeyReused("deze sleutel hoort bij een ander bericht")
    return Receipt(public_id, row.due_on, replayed=True)


def term(letter: Letter, now: datetime) -> date:
    """Return the last day for an answer, counted from the day in Amsterdam."""
    return add_working_days(now.astimezone(AMSTERDAM).date(), letter.days)


def contact_of(letter: Letter, *, checked: bool) -> dict[str, Any]:
    """Return the columns about the sender; `checked` says that they proved to be a person."""
    return {
        "naam": letter.naam,
        "email": letter.email,
        "may_mail": bool(letter.email),
        "checked": checked,
    }


def tell_of_arrival(session: Session, letter: Letter, public_id: str, *, checked: bool, at: datetime) -> None:
    """Queue the mails of a letter that came in: to the desk, and a receipt to its sender.

    Nobody who did not prove to be a person makes us mail an address that they typed.
    """
    payload = {"brief": public_id}
    if is_address(letter.desk):
        queue(session, kind=f"{letter.kind}.nieuw", recipient=letter.desk, payload=payload, now=at)
    if checked and letter.email:
        queue(session, kind=f"{letter.kind}.ontvangen", recipient=letter.email, payload=payload, now=at)


def tell_of_answer(session: Session, row: Question | Idea, kind: Kind, public_id: str, at: datetime) -> None:
    """Queue the mail with the answer to a letter, where its sender wanted that."""
    if row.may_mail and row.email:
        payload = {"brief": public_id}
        queue(session, kind=f"{kind}.beantwoord", recipient=row.email, payload=payload, now=at)


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def letter_token(kind: Kind, public_id: str, secret: bytes) -> str:
    """Return the secret link of a letter: derived, so that it need not be stored."""
    return f"{public_id}.{_sign(kind, public_id, secret)}"


def letter_of_token(kind: Kind, token: str, secret: bytes) -> str | None:
    """Return the public id that a secret link stands for; None when the link is not ours."""
    public_id, _, signature = token.partition(".")
    right = hmac.compare_digest(_sign(kind, public_id, secret).encode(), signature.encode())
    return public_id if right and public_id else None


def _sign(kind: Kind, public_id: str, secret: bytes) -> str:
    return keyed(f"{kind}:{public_id}", secret)[:32]


def keyed(words: str, secret: bytes) -> str:
    """Return a hash of these words that nobody without the secret can make."""
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()

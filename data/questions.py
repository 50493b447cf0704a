"""Questions to the wijkcoördinator: stored once, answered once, seen by who asked and by who answers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from data import audit, visibility
from data.database import Database
from data.intake import REPORTER
from data.intake_models import Question
from data.letters import (
    Kind,
    Letter,
    Receipt,
    Sent,
    Settle,
    StoredLetter,
    contact_of,
    now,
    replay,
    store_once,
    tell_of_answer,
    tell_of_arrival,
    term,
)
from data.melding_words import public_ids
from data.visibility import Viewer


def ask(database: Database, letter: Letter, *, settle: Settle, key: str, secret: bytes) -> Receipt:
    """Store a question with its term; once this returns it is durable.

    The same key with the same content gives the first receipt again; with another content KeyReused.
    A BSN is left out.
    """
    letter = letter.without_bsn()

    def find(session: Session, sent: Sent) -> Receipt:
        row = session.scalar(select(Question).where(Question.key_hash == sent.key_hash))
        return replay(row, row.public_id if row else "", sent)

    def keep(session: Session, sent: Sent) -> Receipt:
        return _keep(session, letter, sent, checked=settle(session) is None)

    return store_once(database, letter, key=key, secret=secret, find=find, keep=keep)


def own_question(session: Session, public_id: str) -> StoredLetter | None:
    """Return a question for who has its secret link."""
    row = session.scalar(select(Question).where(Question.public_id == public_id))
    return None if row is None else _stored(row)


def waiting(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[StoredLetter]:
    """Return a page of the questions that this viewer can still answer, the first term first."""
    query = _seen_by(viewer).where(_pile(answered=False)).order_by(Question.due_on, Question.id)
    return [_stored(row) for row in session.scalars(query.offset(offset).limit(limit))]


def answered(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[StoredLetter]:
    """Return a page of the questions that were answered and that this viewer may see, the last first."""
    query = _seen_by(viewer).where(_pile(answered=True)).order_by(Question.answered_at.desc(), Question.id)
    return [_stored(row) for row in session.scalars(query.offset(offset).limit(limit))]


def count(session: Session, viewer: Viewer, *, answered: bool) -> int:
    """Return how many questions this viewer can still answer, or sees with their answer."""
    query = _seen_by(viewer).where(_pile(answered))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def question_for(session: Session, viewer: Viewer, public_id: str) -> StoredLetter | None:
    """Return a question for staff; None when there is none that this viewer may see."""
    row = session.scalar(_seen_by(viewer).where(Question.public_id == public_id))
    return None if row is None else _stored(row)


def answer(session: Session, viewer: Viewer, public_id: str, text: str) -> StoredLetter | None:
    """Answer a question and return it; one that has an answer keeps that one.

    None when there is no such question for this viewer. Who comes second sees that the text is not theirs.
    """
    row = session.scalar(_seen_by(viewer).where(Question.public_id == public_id).with_for_update())
    if row is None:
        return None
    if row.answer is None:
        moment = now()
        row.answer, row.answered_at, row.answered_by = text, moment, viewer.account
        tell_of_answer(session, row, Kind.QUESTION, public_id, moment)
        audit.record(
            session,
            actor=viewer.account or "",
            action="vraag.beantwoord",
            object_kind=Kind.QUESTION,
            object_id=public_id,
        )
    return _stored(row)


def _pile(answered: bool) -> ColumnElement[bool]:
    return Question.answer.is_not(None) if answered else Question.answer.is_(None)


def _seen_by(viewer: Viewer) -> Select[Question]:
    return select(Question).where(visibility.letters(viewer, Question.municipality_code, Question.wijk))


def _keep(session: Session, letter: Letter, sent: Sent, *, checked: bool) -> Receipt:
    moment = now()
    row = Question(
        public_id=public_ids(1)[0],
        municipality_code=letter.gemeente,
        wijk=letter.wijk,
        key_hash=sent.key_hash,
        fingerprint=sent.fingerprint,
        text=letter.text,
        received_at=moment,
        due_on=term(letter, moment),
        **contact_of(letter, checked=checked),
    )
    session.add(row)
    session.flush()
    tell_of_arrival(session, letter, row.public_id, checked=checked, at=moment)
    audit.record(
        session,
        actor=REPORTER,
        action="vraag.ontvangen",
        object_kind=Kind.QUESTION,
        object_id=row.public_id,
    )
    return Receipt(row.public_id, row.due_on)


def _stored(row: Question) -> StoredLetter:
    return StoredLetter(
        kind=Kind.QUESTION,
        public_id=row.public_id,
        gemeente=row.municipality_code,
        wijk=row.wijk,
        title="",
        text=row.text,
        address="",
        received_at=row.received_at,
        due_on=row.due_on,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        has_mail=row.may_mail and bool(row.email),
        checked=row.checked,
    )

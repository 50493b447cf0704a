"""Handling of requests about somebody's own data, by the privacy officer of their gemeente alone.

An answer comes within a month of receipt; the officer may take two months more, once, and says why before
that month is over (AVG, article 12, third paragraph). Nothing is told before it was found out who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from data import visibility
from data.desk import MASKS, ContactField
from data.handling import NotAllowed
from data.letters import now
from data.privacy_models import PrivacyRequest, RequestNote
from data.privacy_requests import (
    ANSWERED,
    EXTENDED,
    KIND,
    About,
    Progress,
    progress_of,
    record,
    tell,
)
from data.rights import Right
from data.terms import after_months
from data.visibility import Viewer
from geo.exposure import local_day

MONTHS_EXTENDED: Final = 3


class Identity(StrEnum):
    """What came of finding out who asks."""

    SURE = "zeker"
    UNKNOWN = "onbekend"


@dataclass(frozen=True, slots=True)
class Noted:
    """A note of the officer."""

    at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled(Progress):
    """A request as the officer sees it; contact data masked."""

    public_id: str
    about: About
    contact: Mapping[ContactField, str]
    text: str
    received_at: datetime
    identity: Identity | None
    identity_at: datetime | None
    extended_at: datetime | None
    answer: str | None
    answered_by: str | None
    notes: tuple[Noted, ...]


def waiting(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[Handled]:
    """Return a page of the requests that are open for this viewer, the oldest first."""
    query = _pile(viewer, closed=False).order_by(PrivacyRequest.received_at, PrivacyRequest.id)
    return [_handled(session, row) for row in session.scalars(query.offset(offset).limit(limit))]


def closed(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[Handled]:
    """Return a page of the requests that were closed, the last first."""
    query = _pile(viewer, closed=True).order_by(PrivacyRequest.closed_at.desc(), PrivacyRequest.id)
    return [_handled(session, row) for row in session.scalars(query.offset(offset).limit(limit))]


def count(session: Session, viewer: Viewer, *, closed: bool) -> int:
    """Return how many requests are open, or were closed, for this viewer."""
    return session.scalar(select(func.count()).select_from(_pile(viewer, closed=closed).subquery())) or 0


def request_for(session: Session, viewer: Viewer, public_id: str) -> Handled | None:
    """Return a request; None when there is none that this viewer handles."""
    row = session.scalar(_handled_by(viewer).where(PrivacyRequest.public_id == public_id))
    return None if row is None else _handled(session, row)


def settle_identity(session: Session, viewer: Viewer, public_id: str, found: Identity) -> Handled | None:
    """Keep what came of finding out who asks; NotAllowed once there is an answer."""
    row = _row(session, viewer, public_id)
    if row is None:
        return None
    _need_open(row)
    row.identity, row.identity_at = found, now()
    _note(session, viewer, row, "identiteit", {"uitkomst": found.value})
    return _handled(session, row)


def extend(session: Session, viewer: Viewer, public_id: str, reason: str) -> Handled | None:
    """Take two months more, once, and tell who asked why; NotAllowed when the month is over."""
    row = _row(session, viewer, public_id)
    if row is None:
        return None
    _need_open(row)
    if row.extension is not None:
        raise NotAllowed("de termijn is al één keer verlengd")
    moment = now()
    if local_day(moment) > row.due_on:
        raise NotAllowed("verlengen kan alleen voordat de termijn voorbij is")
    row.extension, row.extended_at = reason, moment
    row.due_on = after_months(local_day(row.received_at), MONTHS_EXTENDED)
    tell(session, row, EXTENDED, moment)
    _note(session, viewer, row, "verlengd", {"uiterlijk": row.due_on.isoformat()})
    return _handled(session, row)


def add_note(session: Session, viewer: Viewer, public_id: str, text: str) -> Handled | None:
    """Keep a private note beside a request."""
    row = _row(session, viewer, public_id)
    if row is None:
        return None
    _write_down(session, viewer, row, text)
    _note(session, viewer, row, "notitie")
    return _handled(session, row)


def answer(session: Session, viewer: Viewer, public_id: str, text: str) -> Handled | None:
    """Answer a request by mail, once; NotAllowed before it was found out who asks."""
    row = _row(session, viewer, public_id)
    if row is None:
        return None
    _need_open(row)
    if not row.identity:
        raise NotAllowed("ga eerst na wie het vraagt")
    if not row.email:
        raise NotAllowed("het mailadres is verwijderd, omdat de bewaartermijn voorbij is")
    moment = now()
    row.answer, row.answered_at, row.answered_by = text, moment, viewer.account
    tell(session, row, ANSWERED, moment)
    _note(session, viewer, row, "beantwoord")
    return _handled(session, row)


def close(session: Session, viewer: Viewer, public_id: str, reason: str) -> Handled | None:
    """Close a request; without an answer NotAllowed, unless the reason is written down in a note."""
    row = _row(session, viewer, public_id)
    if row is None:
        return None
    if row.closed_at is not None:
        raise NotAllowed("dit verzoek is al gesloten")
    if row.answered_at is None and not reason:
        raise NotAllowed("schrijf op waarom u sluit zonder antwoord")
    if reason:
        _write_down(session, viewer, row, reason)
    row.closed_at = now()
    _note(session, viewer, row, "gesloten")
    return _handled(session, row)


def show_contact(
    session: Session, viewer: Viewer, public_id: str, field: ContactField, *, reason: str
) -> str | None:
    """Return one contact datum, None when there is none; that it was shown is kept."""
    row = _row(session, viewer, public_id)
    shown = "" if row is None else _contact(row).get(field, "")
    if row is None or not shown:
        return None
    detail = {"veld": field.value, "reden": reason}
    record(session, str(viewer.account), row, "contact.getoond", detail)
    return shown


def _handled_by(viewer: Viewer) -> Select[PrivacyRequest]:
    own = visibility.of_gemeenten(viewer, Right.REQUESTS, PrivacyRequest.municipality_code)
    return select(PrivacyRequest).where(own)


def _pile(viewer: Viewer, *, closed: bool) -> Select[PrivacyRequest]:
    at = PrivacyRequest.closed_at
    there: ColumnElement[bool] = at.is_not(None) if closed else at.is_(None)
    return _handled_by(viewer).where(there)


def _row(session: Session, viewer: Viewer, public_id: str) -> PrivacyRequest | None:
    query = _handled_by(viewer).where(PrivacyRequest.public_id == public_id)
    return session.scalar(query.with_for_update())


def _need_open(row: PrivacyRequest) -> None:
    if row.closed_at is not None:
        raise NotAllowed("dit verzoek is al gesloten")
    if row.answered_at is not None:
        raise NotAllowed("dit verzoek is al beantwoord")


def _write_down(session: Session, viewer: Viewer, row: PrivacyRequest, text: str) -> None:
    session.add(RequestNote(request_id=row.id, at=now(), actor=str(viewer.account), text=text))
    session.flush()


def _note(
    session: Session, viewer: Viewer, row: PrivacyRequest, act: str, detail: dict[str, Any] | None = None
) -> None:
    record(session, str(viewer.account), row, f"{KIND}.{act}", detail or {})


def _about(row: PrivacyRequest) -> About:
    return About(row.about_kind, row.about_id, row.number)


def _contact(row: PrivacyRequest) -> dict[ContactField, str]:
    given = {ContactField.NAAM: row.naam, ContactField.EMAIL: row.email}
    return {field: value for field, value in given.items() if value}


def _handled(session: Session, row: PrivacyRequest) -> Handled:
    notes = select(RequestNote).where(RequestNote.request_id == row.id).order_by(RequestNote.id)
    return Handled(
        **progress_of(row),
        public_id=row.public_id,
        about=_about(row),
        contact={field: MASKS[field](value) for field, value in _contact(row).items()},
        text=row.text,
        received_at=row.received_at,
        identity=Identity(row.identity) if row.identity else None,
        identity_at=row.identity_at,
        extended_at=row.extended_at,
        answer=row.answer,
        answered_by=row.answered_by,
        notes=tuple(Noted(one.at, one.actor, one.text) for one in session.scalars(notes)),
    )

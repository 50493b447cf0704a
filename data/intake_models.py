"""The tables of what residents send in: intake, contact, photos, private notes, questions and ideas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeDetail, FreeLine, FreeText, RowId
from data.models import Table


class Intake(Table):
    """How a melding came in through our own door; it never leaves the service.

    `reference` is the number to write down; with `postcode` it tells the status and nothing else. `key_hash`
    and `fingerprint` make a retry harmless for the life of the melding. `quarantine` says why a person
    looks first.
    """

    __tablename__ = "intake"

    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    reference: Mapped[str] = mapped_column(String(10), unique=True)
    postcode: Mapped[str | None] = mapped_column(String(6))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    quarantine: Mapped[str | None] = mapped_column(String(40), index=True)
    suggested: Mapped[str | None] = mapped_column(String(120))
    confidence: Mapped[float | None]
    answers: Mapped[dict[str, Any]] = mapped_column(FreeDetail)
    entered_by: Mapped[str | None] = mapped_column(String(120))


class Contact(Table):
    """How to reach a reporter, apart from the melding so that it can go first."""

    __tablename__ = "contact"

    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    telefoon: Mapped[str] = mapped_column(String(20), default="")
    may_contact: Mapped[bool]
    may_publish_text: Mapped[bool]
    created_at: Mapped[datetime]


class Photo(Table):
    """A photo of a melding: re-encoded, without metadata, in a file named after its content."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    released: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("melding_id", "digest"),)


class Note(Table):
    """A private note of staff beside a melding."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(FreeText)


class Question(Table):
    """A question to the wijkcoördinator, with its term and its answer.

    `checked` says that its sender proved to be a person; without it nothing is mailed to `email` until a
    person has looked. `may_mail` is the consent to answer by mail.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    wijk: Mapped[str | None] = mapped_column(String(10))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    may_mail: Mapped[bool] = mapped_column(default=False)
    checked: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(FreeText)
    received_at: Mapped[datetime]
    due_on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(FreeText)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(120))


class Idea(Table):
    """How an initiatief came in as an idea of a resident; it never leaves the service.

    `may_publish` is the consent to let others read the idea, without a name. `theme` is what it is about and
    `needs_help` that its sender does not know how to organise it.
    """

    __tablename__ = "idea"

    initiatief_id: Mapped[int] = mapped_column(
        ForeignKey("initiatief.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    wijk: Mapped[str | None] = mapped_column(String(10))
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    may_mail: Mapped[bool] = mapped_column(default=False)
    may_publish: Mapped[bool] = mapped_column(default=False)
    theme: Mapped[str | None] = mapped_column(String(60))
    needs_help: Mapped[bool] = mapped_column(default=False)
    checked: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    due_on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(FreeText)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(120))

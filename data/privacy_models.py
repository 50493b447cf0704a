"""The tables of what people ask about their own data (AVG), with notes of who handles it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, FreeText, RowId
from data.models import Table


class PrivacyRequest(Table):
    """A request about somebody's own data, with its term and its answer; no page but the officer's shows it.

    `about_kind` and `about_id` name what a secret link of the asker led to, `number` is the number of a
    melding that they typed. `checked` says that they proved to be a person. `identity` is what came of
    finding out who asks, empty until somebody did.
    """

    __tablename__ = "privacy_request"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    reference: Mapped[str] = mapped_column(String(10), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    wish: Mapped[str] = mapped_column(String(20))
    about_kind: Mapped[str] = mapped_column(String(10), default="")
    about_id: Mapped[str] = mapped_column(String(22), default="")
    number: Mapped[str] = mapped_column(String(10), default="")
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    checked: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(FreeText)
    received_at: Mapped[datetime]
    due_on: Mapped[date]
    identity: Mapped[str] = mapped_column(String(20), default="")
    identity_at: Mapped[datetime | None]
    extension: Mapped[str | None] = mapped_column(FreeText)
    extended_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(FreeText)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]


class RequestNote(Table):
    """A private note of the privacy officer beside a request."""

    __tablename__ = "request_note"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_request.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(FreeText)

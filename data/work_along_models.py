"""The tables of who works along: colleagues who are asked, parties that log in, organisations, API keys."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, FreeText, RowId
from data.models import Table


class ColleagueTask(Table):
    """A melding about which a colleague of another department was asked something, and what came back."""

    __tablename__ = "colleague_task"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    question: Mapped[str] = mapped_column(FreeText)
    due_on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(FreeText)
    answered_at: Mapped[datetime | None]


class PartyAccount(Table):
    """The party for which an account works: it sees what was passed on to that one alone."""

    __tablename__ = "party_account"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), index=True)


class OrganisationText(Table):
    """What a bewonersorganisatie says of itself: as it last wrote it, and as a coordinator `released` it."""

    __tablename__ = "organisation_text"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    released: Mapped[bool] = mapped_column(primary_key=True)
    naam: Mapped[str] = mapped_column(FreeLine(120))
    wat: Mapped[str] = mapped_column(FreeText)
    samenkomst: Mapped[str] = mapped_column(FreeText)
    written_at: Mapped[datetime]


class ApiKey(Table):
    """A key of Open311 for a gemeente: only its digest is kept, and it counts until it is revoked."""

    __tablename__ = "api_key"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

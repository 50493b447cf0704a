"""The tables of accounts: who may log in for a gemeente, with which roles, and who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import RowId
from data.models import Table


class Account(Table):
    """Somebody who may log in; `totp_salt` and the service's secret together give the secret of the app.

    `email` is where mail about the work goes, None for nowhere.
    `totp_asked` is the salt of an app that still has to prove itself; `totp_step` is the last code that
    counted, so that it counts once.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    totp_salt: Mapped[str | None] = mapped_column(String(43))
    totp_asked: Mapped[str | None] = mapped_column(String(43))
    totp_step: Mapped[int] = mapped_column(default=0)


class AccountRole(Table):
    """A role of an account in its gemeente; `gebieden` are codes of areas, none of them for all."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    gebieden: Mapped[list[str]] = mapped_column(JSON)


class Substitute(Table):
    """Somebody who has the rights of an account from one day to another, both included."""

    __tablename__ = "account_substitute"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]

    __table_args__ = (UniqueConstraint("account_id", "substitute_id"),)


class RecoveryCode(Table):
    """A code for who lost the app: it counts once, and only its digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class HalfLogin(Table):
    """A login whose password was right and whose code is still to come: no session yet."""

    __tablename__ = "half_login"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class AccountIdentity(Table):
    """Who an account is at the provider of its gemeente: a number, or an address until somebody comes."""

    __tablename__ = "account_identity"

    account_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    issuer: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str | None] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(254))
    linked_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("issuer", "email"))

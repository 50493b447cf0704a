"""The table of seals on the audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from data.models import Table


class AuditSeal(Table):
    """A segment of the audit that was closed: what its rows were, and the head that all before it lead to.

    The rows name it in `audit.seal`. Once its rows have had their time they go and the seal stays, with
    `dropped_mac` to show that the service itself removed them.
    """

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    last_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    dropped_at: Mapped[datetime | None]
    dropped_mac: Mapped[str | None] = mapped_column(String(64))

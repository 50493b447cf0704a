"""The table of solved challenges that have counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from data.models import Table


class SpentChallenge(Table):
    """A challenge whose solution has counted; kept until the challenge is no longer taken anyway."""

    __tablename__ = "spent_challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)

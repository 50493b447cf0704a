"""The table of what is sent on to the system that a town has already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine
from data.models import Table


class SentOn(Table):
    """A melding on its way to, or known in, the town's own system.

    Until `sent_at` it waits for its next try. `remote_id` is its number there, or `remote_token` while that
    system still has to give a number; `remote_status` is what was last heard of it. `reference` is what we
    call it there: a repeat carries the same one.
    """

    __tablename__ = "sent_on"

    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    reference: Mapped[str] = mapped_column(String(22), unique=True)
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    remote_id: Mapped[str | None] = mapped_column(String(200))
    remote_token: Mapped[str | None] = mapped_column(String(200))
    remote_status: Mapped[str | None] = mapped_column(String(10))
    last_fault: Mapped[str | None] = mapped_column(FreeLine(200))

    __table_args__ = (Index(None, "municipality_code", "next_at"),)

"""The table of marked events: what staff say changed on a day, for the lines in every series."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, RowId
from data.models import Table


class MarkedEvent(Table):
    """Something that changed on a day and may move a line: a new app, other collection days, a storm."""

    __tablename__ = "marked_event"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    naam: Mapped[str] = mapped_column(FreeLine(80))

    __table_args__ = (UniqueConstraint("municipality_code", "day", "naam"),)

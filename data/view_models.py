"""The table of saved views."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, RowId
from data.models import Table


class SavedView(Table):
    """A view of the analysis page under the name that an account gave it; `query` is its address."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    account: Mapped[str] = mapped_column(String(120))
    naam: Mapped[str] = mapped_column(FreeLine(80))
    query: Mapped[str] = mapped_column(String(4000))

    __table_args__ = (UniqueConstraint("municipality_code", "account", "naam"),)

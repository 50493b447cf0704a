"""The tables of gebieden: dated unions of buurten, and the bijzondere plekken beside them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, FreeText, RowId
from data.models import Table


class Gebied(Table):
    """A named, dated union of buurten that a gemeente works with."""

    __tablename__ = "gebied"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    naam: Mapped[str] = mapped_column(String(120))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(FreeLine(200), default="")

    __table_args__ = (UniqueConstraint("code", "valid_from"),)


class GebiedBuurt(Table):
    """One buurt of a gebied."""

    __tablename__ = "gebied_buurt"

    gebied_id: Mapped[int] = mapped_column(ForeignKey("gebied.id", ondelete="CASCADE"), primary_key=True)
    buurt: Mapped[str] = mapped_column(String(10), primary_key=True)


class SpecialPlace(Table):
    """A bijzondere plek, a buurt or a point (RD metres), that can be left out of a gebied's figures."""

    __tablename__ = "special_place"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    naam: Mapped[str] = mapped_column(String(120))
    buurt: Mapped[str | None] = mapped_column(String(10))
    x: Mapped[float | None]
    y: Mapped[float | None]
    kind: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(FreeText)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (UniqueConstraint("municipality_code", "naam", "valid_from"),)

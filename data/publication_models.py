"""The tables of published statistics: numbered batches that never change, and which records are in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import RowId
from data.models import Table


class Publication(Table):
    """A batch: quarters of one year of a gemeente. It is never changed and never taken back.

    `layout` holds the areas as they were then, with name, level and buurten; `turns` how often the noise of
    a set of records was drawn anew, by a digest that says nothing without the key.
    """

    __tablename__ = "publication"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    year: Mapped[str] = mapped_column(String(4))
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"))
    made_at: Mapped[datetime]
    layout: Mapped[dict[str, Any]]
    quarters: Mapped[dict[str, Any]]
    turns: Mapped[dict[str, Any]]
    example: Mapped[bool]


class PublishedCell(Table):
    """One number of a batch: a multiple of 5, of which 0 reads `minder dan 5`."""

    __tablename__ = "published_cell"

    number: Mapped[int] = mapped_column(ForeignKey("publication.number"), primary_key=True)
    area: Mapped[str] = mapped_column(String(60), primary_key=True)
    main_group: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    value: Mapped[int]


class PublishedRecord(Table):
    """That a melding was counted, once and for good, in a buurt and a quarter, under a mark of its own.

    When the melding goes, what is left is a count of one: a year has to hold the same as its quarters.
    """

    __tablename__ = "published_record"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("publication.number"))
    melding_id: Mapped[int | None] = mapped_column(ForeignKey("melding.id", ondelete="SET NULL"))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    mark: Mapped[str] = mapped_column(String(22))
    buurt: Mapped[str] = mapped_column(String(10))
    main_group: Mapped[str] = mapped_column(String(60))
    quarter: Mapped[str] = mapped_column(String(7), index=True)

    __table_args__ = (UniqueConstraint("melding_id"),)

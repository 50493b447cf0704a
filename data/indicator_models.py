"""The tables of cijfers that a gemeente brings itself: answers of surveys, and its own definitions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, FreeText, RowId
from data.models import Table


class SurveyFigure(Table):
    """An answer of a survey for one area, with the margin and the number of respondents that came with it.

    `code` is that of a buurt, wijk, gebied or gemeente; margins that a table leaves out are not known.
    """

    __tablename__ = "survey_figure"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None]
    lower: Mapped[float | None]
    upper: Mapped[float | None]
    respondents: Mapped[int | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)


class OwnIndicator(Table):
    """A cijfer that an adviser defined for a gemeente, under its own name; its versions say what it means."""

    __tablename__ = "own_indicator"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    slug: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("municipality_code", "slug"),)


class OwnVersion(Table):
    """What an own cijfer means from a moment on, until the next version; none is ever changed."""

    __tablename__ = "own_version"

    indicator_id: Mapped[int] = mapped_column(
        ForeignKey("own_indicator.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    naam: Mapped[str] = mapped_column(FreeLine(120))
    formula: Mapped[str] = mapped_column(FreeLine(500))
    uitleg: Mapped[str] = mapped_column(FreeText)
    direction: Mapped[str] = mapped_column(String(1))
    author: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("direction IN ('+', '-', '0')", name="direction"),
        Index(None, "created_at"),
    )

"""The tables of themes: their definitions over time, what residents say, and choosing one together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeDetail, FreeLine, FreeText, RowId
from data.models import Table


class ThemeVersion(Table):
    """What a gemeente made of a theme or form of the registry from a moment on; the newest row counts."""

    __tablename__ = "theme_version"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    # A form has no name that a theme has.
    slug: Mapped[str] = mapped_column("theme", String(60))
    content: Mapped[dict[str, Any]] = mapped_column(FreeDetail)
    reason: Mapped[str] = mapped_column(FreeLine(300))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "municipality_code", "theme"),)


class PollAnswer(Table):
    """What one person answered to the short poll about a gebied or wijk; nobody knows who.

    `themes` are at most three; `words` holds what was typed, by theme, for staff alone. One that is not
    `checked` counts nowhere: nobody showed to be a person. `day` is the day from which it counts.
    """

    __tablename__ = "poll_answer"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    area: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(20))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    themes: Mapped[list[str]] = mapped_column(JSON)
    wants_activity: Mapped[bool] = mapped_column(default=False)
    knows_not_how: Mapped[bool] = mapped_column(default=False)
    wants_to_help: Mapped[bool] = mapped_column(default=False)
    words: Mapped[dict[str, Any]] = mapped_column(FreeDetail)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    entered_by: Mapped[str | None] = mapped_column(String(120))
    checked: Mapped[bool] = mapped_column(default=False)
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "area", "day"),)


class Signal(Table):
    """What a coordinator, partner or organisation heard in an area about a theme, in a line."""

    __tablename__ = "signal"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    area: Mapped[str] = mapped_column(String(10))
    theme: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(FreeText)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "area"),)


class ThemeChoice(Table):
    """The choice of a theme for a gebied: what the advice was, who was asked, what was chosen and why.

    `snapshot` holds the advice of that day, so that it opens unchanged years later; `digest` is its SHA-256.
    `facts` are what everybody could check, `opinion` is what the chooser thinks, `told` is what everybody
    reads. A choice is `voorgelegd`, `gekozen` or `ingetrokken`.
    """

    __tablename__ = "theme_choice"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    gebied: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    proposed: Mapped[list[str]] = mapped_column(JSON)
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date | None]
    theme: Mapped[str | None] = mapped_column(String(60))
    form: Mapped[str | None] = mapped_column(String(40))
    against_advice: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[str | None] = mapped_column(FreeText)
    opinion: Mapped[str | None] = mapped_column(FreeText)
    told: Mapped[str | None] = mapped_column(FreeText)
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[str | None] = mapped_column(String(120))
    told_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(120))
    withdrawn_why: Mapped[str | None] = mapped_column(FreeText)
    example: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (Index(None, "municipality_code", "gebied", "created_at"),)


class ChoiceReaction(Table):
    """Somebody who was asked to react to the three themes that the advice put first, and what came back.

    It is a partner of the register, reached by a secret link of which the digest is kept; facts and
    opinion are apart.
    """

    __tablename__ = "choice_reaction"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    choice_id: Mapped[int] = mapped_column(ForeignKey("theme_choice.id", ondelete="CASCADE"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="SET NULL"), index=True)
    naam: Mapped[str] = mapped_column(FreeLine(160))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    preferred: Mapped[str | None] = mapped_column(String(60))
    facts: Mapped[str | None] = mapped_column(FreeText)
    opinion: Mapped[str | None] = mapped_column(FreeText)
    reacted_at: Mapped[datetime | None]


class TownDays(Table):
    """Days on which a gemeente plans no meeting: a school holiday, an evening of the council, another."""

    __tablename__ = "town_days"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    first: Mapped[date]
    last: Mapped[date]
    naam: Mapped[str] = mapped_column(FreeLine(80))

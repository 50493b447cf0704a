"""The tables of meetings: when and where, who comes, what was agreed and how it was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeDetail, FreeLine, FreeText, RowId
from data.models import Table


class Meeting(Table):
    """A meeting in a gebied: of a chosen theme, or of another rhythm (overleg, spreekuur, schouw).

    It is `concept`, `aangekondigd`, `afgelast` or `geweest`; one that is not `public` is for who is invited.
    `sequence` counts its changes since it was announced, for calendars. `route` holds the places of a schouw
    in their order; `series` is the same for meetings that were planned as one. Nobody but staff reads the
    report before it is released.
    """

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    gebied: Mapped[str] = mapped_column(String(10))
    choice_id: Mapped[int | None] = mapped_column(
        ForeignKey("theme_choice.id", ondelete="SET NULL"), index=True
    )
    theme: Mapped[str | None] = mapped_column(String(60))
    form: Mapped[str] = mapped_column(String(40))
    titel: Mapped[str] = mapped_column(FreeLine(160))
    intro: Mapped[str] = mapped_column(FreeText, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(FreeLine(160), default="")
    address: Mapped[str] = mapped_column(FreeLine(200), default="")
    accessible: Mapped[str] = mapped_column(FreeLine(300), default="")
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    x: Mapped[float | None]
    y: Mapped[float | None]
    capacity: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20))
    public: Mapped[bool] = mapped_column(default=True, server_default=true())
    series: Mapped[str | None] = mapped_column(String(22))
    sequence: Mapped[int] = mapped_column(default=0)
    route: Mapped[list[dict[str, Any]] | None] = mapped_column(FreeDetail)
    announced_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    report: Mapped[str | None] = mapped_column(FreeText)
    report_released: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "gebied", "starts_at"),)


class AgendaItem(Table):
    """One item of an agenda, in its order."""

    __tablename__ = "agenda_item"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    minutes: Mapped[int]
    titel: Mapped[str] = mapped_column(FreeLine(160))
    text: Mapped[str] = mapped_column(FreeText, default="")


class Registration(Table):
    """Somebody who comes to a meeting, with how many; the link to change it is kept as a digest."""

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seats: Mapped[int]
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    may_mail: Mapped[bool] = mapped_column(default=False)
    checked: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[str] = mapped_column(FreeLine(300), default="")
    registered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Attendance(Table):
    """How many people of a kind were at a meeting; no names."""

    __tablename__ = "attendance"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int]


class Agreement(Table):
    """What somebody will do before a day: `open`, `nagekomen` or `vervallen`.

    `moves` counts how often that day was moved, and `first_due_on` is what it was before the first time.
    """

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    gebied: Mapped[str] = mapped_column(String(10))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(FreeText)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="SET NULL"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    owner: Mapped[str] = mapped_column(FreeLine(160))
    due_on: Mapped[date]
    first_due_on: Mapped[date | None]
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(FreeText)
    closed_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "gebied", "due_on"),)


class Evaluation(Table):
    """What one person thought of a meeting, or one organisation of a year in a gebied; `answers` by question.

    `kind` is `bijeenkomst` or `jaar`; only the second names who answers, as it speaks for an organisation:
    its row is there from when it was asked, with no `answers` until they come. What is not `checked` waits
    until a person looked.
    """

    __tablename__ = "evaluation"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    gebied: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="SET NULL"), index=True)
    year: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(FreeDetail)
    day: Mapped[date]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    checked: Mapped[bool] = mapped_column(default=True, server_default=true())
    entered_by: Mapped[str | None] = mapped_column(String(120))
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "gebied", "year"),)

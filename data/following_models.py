"""The tables of following: who follows a melding or a place by mail, and whether reporters are content."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import RowId
from data.models import Table


class Follower(Table):
    """Somebody who wants mail about the steps of one melding: its reporter, or another.

    Until `confirmed_at` the address gets nothing but the question whether this is right.
    """

    __tablename__ = "follower"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    reporter: Mapped[bool]
    asked_at: Mapped[datetime]
    asks: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("melding_id", "email"), Index(None, "email"))


class Subscription(Table):
    """Somebody who wants mail about the public meldingen of a place, until `ends_on`.

    The place is a list of buurten of one edition, or the ground within `radius_m` of a point (RD metres).
    """

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    place: Mapped[str] = mapped_column(String(120))
    label: Mapped[str] = mapped_column(String(200))
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"))
    buurten: Mapped[list[str]] = mapped_column(JSON)
    x: Mapped[float | None]
    y: Mapped[float | None]
    radius_m: Mapped[int | None]
    rhythm: Mapped[str] = mapped_column(String(10))
    months: Mapped[int]
    asked_at: Mapped[datetime]
    asks: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    checked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("email", "place"),)


class Told(Table):
    """What a subscriber was told of a melding already, so that nothing is told twice."""

    __tablename__ = "told"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    what: Mapped[str] = mapped_column(String(12), primary_key=True)


class Contentment(Table):
    """Whether a reporter is content with how a melding was closed.

    It stands apart from the melding: `key_hash` is keyed, so that only the reporter's own link finds it.
    """

    __tablename__ = "contentment"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    main_group: Mapped[str] = mapped_column(String(60))
    answer: Mapped[str] = mapped_column(String(10))
    answered_on: Mapped[date]

    __table_args__ = (Index(None, "municipality_code", "answered_on"),)

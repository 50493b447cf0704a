"""The tables of handling: who is responsible for what and where, terms, answers, and what was passed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, FreeText, RowId
from data.models import Table


class Party(Table):
    """Somebody who solves meldingen: the gemeente itself, a corporatie, a waste collector, a waterschap."""

    __tablename__ = "party"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    slug: Mapped[str] = mapped_column(String(80))
    naam: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254), default="")

    __table_args__ = (UniqueConstraint("municipality_code", "slug"),)


class PartyTask(Table):
    """What a party does: a soort or main group, in an area; an empty word means all of them."""

    __tablename__ = "party_task"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(String(120), default="")
    area: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (UniqueConstraint("party_id", "category", "area"),)


class HandlingTerm(Table):
    """How many working days a gemeente gives itself for a soort or main group; an empty word means all."""

    __tablename__ = "handling_term"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), primary_key=True)
    category: Mapped[str] = mapped_column(String(120), primary_key=True)
    working_days: Mapped[int]


class StandardAnswer(Table):
    """A line for residents that staff use often, for a soort or main group; an empty word means all."""

    __tablename__ = "standard_answer"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    category: Mapped[str] = mapped_column(String(120), default="")
    titel: Mapped[str] = mapped_column(FreeLine(80))
    text: Mapped[str] = mapped_column(FreeText)

    __table_args__ = (UniqueConstraint("municipality_code", "titel"),)


class Forwarding(Table):
    """A melding that was passed on to a party; `with_contact` says that the reporter agreed to that.

    `accepted_at` and `done_at` are when the party itself said so.
    """

    __tablename__ = "forwarding"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id", ondelete="SET NULL"))
    party_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    with_contact: Mapped[bool] = mapped_column(default=False)
    accepted_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class ReleasedText(Table):
    """The text of a melding as somebody made it fit for everybody: without names, phones and the like."""

    __tablename__ = "released_text"

    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(FreeText)

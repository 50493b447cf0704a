"""The tables of reports that belong together: the lead of an incident, its history, and who sees it too."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import RowId
from data.models import Table


class IncidentLead(Table):
    """The melding whose status the others of an incident follow."""

    __tablename__ = "incident_lead"

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), unique=True)


class IncidentChange(Table):
    """A melding that was joined to an incident, or taken out of it again."""

    __tablename__ = "incident_change"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    joined: Mapped[bool]


class AlsoSeen(Table):
    """Somebody who sees the same as a melding; the key is a hash that fits this melding alone.

    Only those who proved to be a person are `checked`, and counted for everybody.
    """

    __tablename__ = "also_seen"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(64))
    on: Mapped[date]
    checked: Mapped[bool]

    __table_args__ = (UniqueConstraint("melding_id", "key_hash"),)

"""Members of an incident: the meldingen that are about one thing, and the one that leads them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.incident_models import IncidentLead
from data.models import Melding


def members(session: Session, incident_id: int) -> Sequence[Melding]:
    """Return the meldingen of an incident, oldest first."""
    query = select(Melding).where(Melding.incident_id == incident_id)
    return session.scalars(query.order_by(Melding.created_at, Melding.id)).all()


def lead_of(session: Session, melding: Melding) -> Melding | None:
    """Return the melding whose status this one and the others of its incident follow; None when alone.

    Where nobody joined anything by hand, as in an import, there is no lead and nothing follows.
    """
    if melding.incident_id is None:
        return None
    row = session.get(IncidentLead, melding.incident_id)
    return None if row is None else session.get_one(Melding, row.melding_id)


def led_by(session: Session, melding: Melding) -> Sequence[Melding]:
    """Return the other meldingen of the incident that this one leads; none when it does not lead."""
    lead = lead_of(session, melding)
    if lead is None or lead.id != melding.id or melding.incident_id is None:
        return ()
    return [one for one in members(session, melding.incident_id) if one.id != melding.id]

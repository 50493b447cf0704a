"""Members of an incident: the meldingen that are about one thing, and the one that leads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data import audit
from data.incident_models import IncidentChange, IncidentLead
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


def leave(session: Session, melding: Melding, *, actor: str) -> None:
    """Take a melding out of its incident; when one is left, that one is on its own again too.

    It keeps its status. When it led, the oldest of the others leads. Without an incident nothing happens.
    """
    incident_id = melding.incident_id
    if incident_id is None:
        return
    rest = [one for one in members(session, incident_id) if one.id != melding.id]
    gone = [melding, *rest] if len(rest) == 1 else [melding]
    for one in gone:
        one.incident_id = None
        record(session, incident_id, one, actor=actor, joined=False)
    row = session.get(IncidentLead, incident_id)
    if row is not None and len(rest) < 2:
        session.delete(row)
    elif row is not None and row.melding_id == melding.id:
        # A melding leads once: the row is changed in place.
        session.execute(
            update(IncidentLead).where(IncidentLead.incident_id == incident_id).values(melding_id=rest[0].id)
        )


def record(session: Session, incident_id: int, melding: Melding, *, actor: str, joined: bool) -> None:
    """Keep that a melding was joined to an incident or taken out, in its history and in the audit."""
    now = datetime.now(UTC)
    session.add(
        IncidentChange(incident_id=incident_id, melding_id=melding.id, at=now, actor=actor, joined=joined)
    )
    audit.record(
        session,
        actor=actor,
        action="melding.samen" if joined else "melding.los",
        object_kind="melding",
        object_id=melding.public_id,
        detail={"incident": incident_id},
        at=now,
    )

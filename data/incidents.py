"""Incidents: staff join meldingen about one thing, and take one out again; both stay on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import hypot
from typing import NamedTuple

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from data import desk, handling
from data.choices import Status
from data.handling import NotAllowed
from data.incident_members import lead_of, leave, members, record
from data.incident_models import IncidentChange, IncidentLead
from data.likeness import likeness
from data.models import Category, Incident, Melding
from data.visibility import Viewer
from geo.exposure import AMSTERDAM


class Alike(NamedTuple):
    """A melding that is, or may be, about the same as another; `distance_m` is a whole step."""

    public_id: str
    kind: str
    created_on: date
    status: str
    address: str | None
    distance_m: int | None
    leads: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A melding that was joined or taken out; `public_id` names it."""

    at: datetime
    actor: str
    public_id: str
    kind: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Together:
    """What belongs to a melding at the desk: the others of its incident, and likely ones to join.

    `leads` says that the others follow this one, `follows` that it follows another; `size` counts it, and
    those that this viewer may not see too.
    """

    others: tuple[Alike, ...]
    size: int
    leads: bool
    follows: bool
    likely: tuple[Alike, ...]
    history: tuple[Change, ...]


def together(session: Session, viewer: Viewer, melding: Melding) -> Together:
    """Return what belongs to a melding and what may; only meldingen that this viewer may read."""
    lead = lead_of(session, melding)
    joined = [] if melding.incident_id is None else members(session, melding.incident_id)
    ids = [one.id for one in joined if one.id != melding.id]
    rows = session.execute(desk.readable(viewer).where(Melding.id.in_(ids)).order_by(Melding.created_on))
    others = tuple(_alike(melding, other, kind, lead) for other, kind in rows)
    is_lead = lead is not None and lead.id == melding.id
    likely = tuple(candidates(session, viewer, melding))
    follows = lead is not None and not is_lead
    return Together(others, max(1, len(joined)), is_lead, follows, likely, _history(session, viewer, melding))


def candidates(session: Session, viewer: Viewer, melding: Melding) -> list[Alike]:
    """Return the meldingen that may be about the same thing, nearest first; those joined already are not.

    By the same rules as what residents are shown, counted from the day of this melding, and of the same
    privacy class: what is told of one must not tell of a shielded other.
    """
    rules, kind = likeness(), session.get_one(Category, melding.category_id)
    if melding.x is None or melding.y is None:
        return []
    reach = rules.reach(kind.slug)
    found = []
    for other, its_kind in session.execute(_around(viewer, melding, max(reach.values()), kind)):
        metres = _metres(melding, other)
        near = metres is not None and metres <= reach.get(its_kind.slug, 0)
        if near and _in_time(melding, other):
            found.append(_alike(melding, other, its_kind, None))
    found.sort(key=lambda one: (one.distance_m or 0, -one.created_on.toordinal(), one.public_id))
    return found[: rules.most]


def other_of(session: Session, viewer: Viewer, public_id: str) -> Melding | None:
    """Return the melding to join with; None when this viewer may not read it."""
    found = session.execute(desk.readable(viewer).where(Melding.public_id == public_id)).one_or_none()
    return None if found is None else found[0]


def join(
    session: Session, melding: Melding, other: Melding, *, actor: str, note: str | None = None
) -> Melding:
    """Join two meldingen into one incident and return its lead: the oldest, or the one it had.

    The other takes over its status, with `note` for its reporter. Of a shielded soort no reporter is told
    that there is another: without another status nothing is said. Raises NotAllowed when they differ in
    gemeente or privacy class, or when both belong to an incident.
    """
    _may_join(session, melding, other)
    first, second = sorted((melding, other), key=lambda one: (one.created_at, one.id))
    if second.incident_id is not None:
        first, second = second, first
    lead = lead_of(session, first) or first
    incident_id = first.incident_id or _new_incident(session, first, actor)
    if session.get(IncidentLead, incident_id) is None:
        session.add(IncidentLead(incident_id=incident_id, melding_id=lead.id))
    second.incident_id = incident_id
    record(session, incident_id, second, actor=actor, joined=True)
    to, shielded = Status(lead.status), handling.is_shielded(session, second)
    if not (shielded and to == second.status):
        told = None if shielded else note
        handling.follow(session, second, to, actor=actor, note=told, closed=lead.closed_at)
    return lead


def take_out(session: Session, melding: Melding, *, actor: str) -> None:
    """Take a melding out of its incident; it keeps its status and goes its own way from here.

    When it led, the oldest of the others leads; when one is left, that one is on its own again too. Raises
    NotAllowed for a melding without an incident.
    """
    if melding.incident_id is None:
        raise NotAllowed("deze melding staat al op zichzelf")
    leave(session, melding, actor=actor)


def _may_join(session: Session, melding: Melding, other: Melding) -> None:
    if melding.id == other.id:
        raise NotAllowed("kies een andere melding dan deze zelf")
    if melding.municipality_code != other.municipality_code:
        raise NotAllowed("deze meldingen zijn van verschillende gemeenten")
    kinds = [session.get_one(Category, one.category_id).privacy for one in (melding, other)]
    if kinds[0] != kinds[1]:
        raise NotAllowed("een afgeschermde melding kan niet samen met een openbare")
    if melding.incident_id is not None and other.incident_id is not None:
        raise NotAllowed("beide meldingen horen al bij andere; neem er eerst een los")


def _new_incident(session: Session, first: Melding, actor: str) -> int:
    incident = Incident(municipality_code=first.municipality_code, created_at=datetime.now(UTC))
    session.add(incident)
    session.flush()
    first.incident_id = incident.id
    record(session, incident.id, first, actor=actor, joined=True)
    return incident.id


def _history(session: Session, viewer: Viewer, melding: Melding) -> tuple[Change, ...]:
    """Return what was joined to and taken out of the incidents that this melding was ever in."""
    own = select(IncidentChange.incident_id).where(IncidentChange.melding_id == melding.id)
    query = (
        desk.readable(viewer)
        .join(IncidentChange, IncidentChange.melding_id == Melding.id)
        .where(IncidentChange.incident_id.in_(own))
        .with_only_columns(IncidentChange, Melding.public_id, Category.naam, maintain_column_froms=True)
        .order_by(IncidentChange.id)
    )
    return tuple(
        Change(row.at, row.actor, name, kind, row.joined) for row, name, kind in session.execute(query)
    )


def _around(viewer: Viewer, melding: Melding, metres: int, kind: Category) -> Select[Melding, Category]:
    x, y, rules = melding.x or 0.0, melding.y or 0.0, likeness()
    # A melding on its own can join any; one that belongs to others takes those on their own.
    fits = true() if melding.incident_id is None else Melding.incident_id.is_(None)
    return desk.readable(viewer).where(
        Melding.municipality_code == melding.municipality_code,
        Melding.created_on >= melding.created_on - timedelta(days=rules.open_days),
        Melding.created_on <= melding.created_on + timedelta(days=rules.open_days),
        Melding.x.between(x - metres, x + metres),
        Melding.y.between(y - metres, y + metres),
        Melding.id != melding.id,
        Category.privacy == kind.privacy,
        fits,
    )


def _in_time(melding: Melding, other: Melding) -> bool:
    """Return whether the earlier of two was open, or done only lately, when the later came."""
    first, second = sorted((melding, other), key=lambda one: one.created_at)
    if first.closed_at is None:
        return True
    closed = first.closed_at.astimezone(AMSTERDAM).date()
    return closed >= second.created_on - timedelta(days=likeness().closed_days)


def _metres(one: Melding, other: Melding) -> float | None:
    if one.x is None or one.y is None or other.x is None or other.y is None:
        return None
    return hypot(one.x - other.x, one.y - other.y)


def _alike(melding: Melding, other: Melding, kind: Category, lead: Melding | None) -> Alike:
    metres = _metres(melding, other)
    return Alike(
        other.public_id,
        kind.naam,
        other.created_on,
        other.status,
        other.address,
        None if metres is None else likeness().told_m(metres),
        lead is not None and lead.id == other.id,
    )

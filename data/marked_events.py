"""Marked events: what changed on a day in a gemeente, kept by its staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.event_models import MarkedEvent
from data.text_masking import without_bsn
from geo.errors import WijkbeeldError

LONGEST_NAME: Final = 80
MOST: Final = 200
YEARS: Final = range(1990, 2101)


class EventKind(StrEnum):
    """What kind of thing changed."""

    APP = "app"
    OPHALEN = "ophalen"
    STORM = "storm"
    JAARWISSELING = "jaarwisseling"
    ANDERS = "anders"

    @property
    def naam(self) -> str:
        """The name for readers."""
        return _NAMES[self]


_NAMES: Final = {
    EventKind.APP: "nieuwe app",
    EventKind.OPHALEN: "andere ophaaldagen",
    EventKind.STORM: "storm",
    EventKind.JAARWISSELING: "oud en nieuw",
    EventKind.ANDERS: "iets anders",
}


class WrongEvent(WijkbeeldError):
    """A marked event that cannot be kept; the message says why."""


def events(session: Session, gemeente: str) -> Sequence[MarkedEvent]:
    """Return the marked events of a gemeente, oldest first."""
    query = select(MarkedEvent).where(MarkedEvent.municipality_code == gemeente)
    return session.scalars(query.order_by(MarkedEvent.day, MarkedEvent.naam)).all()


def mark(
    session: Session, gemeente: str, kind: EventKind, day: date | None, naam: str, *, actor: str
) -> MarkedEvent:
    """Mark an event; without a name it has that of its kind.

    Raises WrongEvent without a day, when the name is too long, when it is there already, or when there are
    too many.
    """
    naam = without_bsn(naam.strip()) or kind.naam
    _check(session, gemeente, day, naam)
    row = MarkedEvent(municipality_code=gemeente, kind=kind.value, day=day, naam=naam)
    session.add(row)
    session.flush()
    _note(session, actor, "gebeurtenis.gemarkeerd", row)
    return row


def unmark(session: Session, gemeente: str, number: int, *, actor: str) -> None:
    """Take a marked event of a gemeente away; one that is gone already stays gone."""
    row = session.get(MarkedEvent, number)
    if row is None or row.municipality_code != gemeente:
        return
    session.delete(row)
    _note(session, actor, "gebeurtenis.weggehaald", row)


def _check(session: Session, gemeente: str, day: date | None, naam: str) -> None:
    if day is None or day.year not in YEARS:
        raise WrongEvent("kies de dag waarop het veranderde")
    if len(naam) > LONGEST_NAME:
        raise WrongEvent(f"een naam is tot {LONGEST_NAME} tekens")
    known = events(session, gemeente)
    if any((one.day, one.naam) == (day, naam) for one in known):
        raise WrongEvent("deze gebeurtenis staat er al")
    if len(known) >= MOST:
        raise WrongEvent(f"een gemeente heeft tot {MOST} gebeurtenissen")


def _note(session: Session, actor: str, action: str, row: MarkedEvent) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="gemeente",
        object_id=row.municipality_code,
        detail={"dag": row.day.isoformat(), "soort": row.kind},
    )

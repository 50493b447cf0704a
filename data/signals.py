"""Signals: what a coordinator, partner or organisation heard in an area about a theme, in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import audit, themes
from data.models import Municipality
from data.theme_models import Signal
from geo.errors import WijkbeeldError
from geo.exposure import AMSTERDAM, local_day

LONGEST_TEXT: Final = 300
OBJECT: Final = "signaal"


class SignalKind(StrEnum):
    """What kind of thing was heard."""

    CONCERN = "zorg"
    WISH = "wens"
    STRENGTH = "kracht"


class WrongSignal(WijkbeeldError):
    """A signal that cannot be kept; the message says why."""


def hear(
    session: Session, gemeente: str, area: str, *, theme: str, kind: SignalKind, text: str, actor: str
) -> Signal:
    """Keep what was heard. Raises UnknownTheme, and WrongSignal for an empty or a long text.

    The same line of the same person on one day is one signal: a form that is sent twice counts once.
    """
    themes.registry(session, gemeente).theme(theme)
    line = " ".join(text.split())
    if not line:
        raise WrongSignal("schrijf in een zin wat u hoorde")
    if len(line) > LONGEST_TEXT:
        raise WrongSignal(f"schrijf hoogstens {LONGEST_TEXT} tekens")
    # Held: of a form that is sent twice at once, the second has to see what the first brought.
    session.get_one(Municipality, gemeente, with_for_update=True)
    now = datetime.now(UTC)
    said = {"area": area, "theme": theme, "kind": kind.value, "text": line, "by": actor}
    if known := session.scalar(_signals(gemeente, local_day(now)).filter_by(**said).limit(1)):
        return known
    row = Signal(municipality_code=gemeente, at=now, **said)
    session.add(row)
    session.flush()
    _note(session, actor, "signaal.genoteerd", row)
    return row


def take_back(session: Session, number: int, *, actor: str) -> str | None:
    """Take away a signal that somebody noted and return its gemeente; None when it is not theirs."""
    row = session.get(Signal, number)
    if row is None or row.by != actor:
        return None
    _note(session, actor, "signaal.weggehaald", row)
    session.delete(row)
    return row.municipality_code


def signals(
    session: Session, gemeente: str, *, area: str | None = None, by: str | None = None, newest: int
) -> Sequence[Signal]:
    """Return what was heard in a gemeente, or an area of it, the newest first; `by` gives those of one."""
    query = _signals(gemeente, None)
    if area is not None:
        query = query.where(Signal.area == area)
    if by is not None:
        query = query.where(Signal.by == by)
    return session.scalars(query.order_by(Signal.at.desc(), Signal.id.desc()).limit(newest)).all()


def tally(session: Session, gemeente: str, *, since: date | None = None) -> Mapping[tuple[str, str], int]:
    """Return how often each theme was heard in each area as a concern or a wish; what goes well is apart."""
    return Counter(
        (row.area, row.theme)
        for row in session.scalars(_signals(gemeente, since))
        if row.kind != SignalKind.STRENGTH
    )


def _signals(gemeente: str, since: date | None) -> Select[Signal]:
    query = select(Signal).where(Signal.municipality_code == gemeente)
    if since is None:
        return query
    return query.where(Signal.at >= datetime.combine(since, time(), AMSTERDAM))


def _note(session: Session, actor: str, action: str, row: Signal) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind=OBJECT,
        object_id=str(row.id),
        detail={"gebied": row.area, "thema": row.theme},
    )

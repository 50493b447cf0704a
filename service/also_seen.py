"""What a page of a melding says of who sees it too, and the form to say so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from data.seeing_too import Said, seen_too
from service.melding_form import fresh_key


@dataclass(frozen=True, slots=True)
class AlsoSeen:
    """How many people see the same; `said` is what became of a press just now, `key` that of a new form."""

    count: int
    said: Said | None
    key: str


def also_seen(session: Session, public_id: str, said: str | None) -> AlsoSeen:
    """Return what `ook.html` shows; what an address says of an earlier press may be anything."""
    known = Said(said) if said in set(Said) else None
    return AlsoSeen(seen_too(session, [public_id])[public_id], known, fresh_key())

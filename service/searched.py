"""Searched: that somebody looked for people is kept in the audit; never for whom, or who was found."""

from __future__ import annotations

from typing import Final

from data import audit
from service.own_form import Visit

ACTION: Final = "persoon.gezocht"


def note_search(visit: Visit, gemeente: str, *, page: str, hits: int) -> None:
    """Keep that this visitor searched a page with names of a gemeente, and how much came up."""
    with visit.database.write() as session:
        audit.record(
            session,
            actor=visit.actor,
            action=ACTION,
            object_kind="gemeente",
            object_id=gemeente,
            detail={"waar": page, "treffers": hits},
        )

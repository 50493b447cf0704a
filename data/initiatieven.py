"""Initiatieven as readers get them, seen through `data.visibility`."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, exists, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import visibility
from data.intake_models import Idea
from data.models import Initiatief, InitiatiefArea
from data.visibility import Viewer

# What a resident wrote, until somebody released it; other titles are from staff.
NOT_YET_PUBLIC: Final = "Idee dat nog niet openbaar is"

COLUMNS: dict[str, InstrumentedAttribute[Any] | ColumnElement[Any]] = {
    "id": Initiatief.id,
    "public_id": Initiatief.public_id,
    "titel": case(
        (or_(Initiatief.released, ~exists().where(Idea.initiatief_id == Initiatief.id)), Initiatief.titel),
        else_=NOT_YET_PUBLIC,
    ),
    "category": Initiatief.category,
    "status": Initiatief.status,
    "started_at": Initiatief.started_on,
    "finished_at": Initiatief.finished_on,
    "lon": Initiatief.lon,
    "lat": Initiatief.lat,
    "x": Initiatief.x,
    "y": Initiatief.y,
    "buurt": InitiatiefArea.buurt,
    "source_id": Initiatief.source_id,
    "example": Initiatief.example,
}


def frame(session: Session, viewer: Viewer, gemeente: str, *, edition: int) -> pd.DataFrame:
    """Return the initiatieven of a gemeente with the columns of `COLUMNS`, by title.

    `buurt` is the owner in this edition, None when `buiten gebied`; days are midnight UTC. The title of an
    idea that nobody released is free text: who answers ideas reads it in `data.ideas`, others count it.
    """
    query = (
        visibility.initiatieven(viewer)
        .outerjoin(
            InitiatiefArea,
            and_(InitiatiefArea.initiatief_id == Initiatief.id, InitiatiefArea.edition == edition),
        )
        .where(Initiatief.municipality_code == gemeente)
        .order_by(Initiatief.titel, Initiatief.id)
        .with_only_columns(*COLUMNS.values(), maintain_column_froms=True)
    )
    found = pd.DataFrame.from_records(session.execute(query).all(), columns=list(COLUMNS))
    for column in ("started_at", "finished_at"):
        found[column] = pd.to_datetime(found[column], utc=True)
    return found

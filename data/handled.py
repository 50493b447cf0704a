"""Handled meldingen of the own meldpunt: how they came in, and which were opened again when done."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import Status
from data.models import Melding, Source, StatusChange
from data.sources import own_slug
from data.visibility import Viewer

COLUMNS = ("id", "channel", "done", "reopened")


def frame(session: Session, viewer: Viewer, gemeente: str) -> pd.DataFrame:
    """Return `id, channel, done, reopened` of the meldingen of the own meldpunt that a viewer may see.

    `done` holds for what was afgehandeld at some moment, `reopened` for what was opened again since. Sources
    that are imported tell neither their channel nor all of their steps.
    """
    closed = _stepped(StatusChange.to_status == Status.CLOSED)
    opened = _stepped(
        and_(StatusChange.from_status == Status.CLOSED, StatusChange.to_status != Status.CLOSED)
    )
    query: Select[Any] = (
        visibility.meldingen(viewer)
        .join(Source, Source.id == Melding.source_id)
        .where(Source.slug == own_slug(gemeente), Melding.municipality_code == gemeente)
        .with_only_columns(Melding.id, Melding.channel, closed, opened, maintain_column_froms=True)
    )
    found = pd.DataFrame.from_records(session.execute(query).all(), columns=list(COLUMNS))
    return found.astype({"id": "int64", "channel": "str", "done": "bool", "reopened": "bool"})


def _stepped(holds: Any) -> Any:
    return exists(
        select(StatusChange.id).where(StatusChange.melding_id == Melding.id, holds).correlate(Melding)
    )

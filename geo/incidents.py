"""Incidents: what happened, however many people reported it."""

from __future__ import annotations

import pandas as pd


def incidents(meldingen: pd.DataFrame) -> pd.DataFrame:
    """The first report of each incident, with all its columns; a melding without one stands for itself.

    Columns: incident_id (may be missing per row), created_at. The rows keep their order and get a new index.
    """
    joined = meldingen["incident_id"].notna()
    first = meldingen[joined].sort_values("created_at", kind="stable")
    kept = first.drop_duplicates("incident_id").index
    return meldingen[~joined | meldingen.index.isin(kept)].reset_index(drop=True)

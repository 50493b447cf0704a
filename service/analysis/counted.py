"""Counted: the incidents of a question as rows with their places, the same ones as the cijfers count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.meldingen import Filters
from data.observation import Watch
from data.visibility import Viewer
from geo.area_figures import AreaFigures
from geo.exposure import Period
from service.analysis import figures, observed, reports
from service.analysis.places import Places
from service.analysis.workbench import Workbench


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """One row per incident inside the gemeente, as `reports.frame`, and the figures of its areas.

    `years` is for how long they were watched, 0 when that is too short for a rate. Where `is_watched` is
    false nobody delivered what was asked: then nothing is known, not 0.
    """

    rows: pd.DataFrame
    years: float
    is_watched: bool
    figures: AreaFigures
    watches: tuple[Watch, ...]

    @property
    def example(self) -> bool:
        """Whether any of them was made up."""
        return bool(self.rows["example"].any())


def counted(workbench: Workbench, viewer: Viewer, found: Places, filters: Filters) -> Counted:
    """Return the incidents on the days that their own source watched, each where it was first reported."""
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        evidence = figures.evidence(workbench, session, viewer, found, filters)
        watches = reports.watches(workbench, session, viewer, filters)
        seen = observed.observations(session, viewer, filters.gemeente, watches)
        rows = observed.frame(workbench, session, viewer, filters, edition=found.edition)
    long = {key: one.seen for key, one in seen.items() if not one.is_short}
    kept = rows["first"].to_numpy(dtype=bool) & rows["buurt"].isin(found.gemeente.buurten).to_numpy()
    kept &= _watched(rows, long or {key: one.seen for key, one in seen.items()})
    events = evidence.meldingen
    watched = 0.0 if events is None else events.exposure_years()
    years = watched if events is not None and events.gives_rates else 0.0
    return Counted(rows[kept].reset_index(drop=True), years, watched > 0, evidence.figures, watches)


def _watched(rows: pd.DataFrame, seen: dict[int, Period]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside = np.zeros(len(rows), dtype=bool)
    for source, period in seen.items():
        made = rows["created_at"]
        within = (made >= period.start) & (made < period.end) & (rows["source_id"] == source)
        inside |= within.to_numpy(dtype=bool)
    return inside
